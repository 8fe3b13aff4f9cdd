package com.quiltdata.athena.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.Call;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code inputAccess: any} changes: the registries of every bucket of the account can be read, and nothing else. */
class AnyInputAccessTest {
    private static JsonNode policy;

    @BeforeAll
    static void synthesize() {
        policy = SynthesizedPolicies.of(
                        Map.of("companyName", "mycompany", "quiltBuckets", List.of("bucket-a"), "inputAccess", "any"),
                        Partition.AWS)
                .userPolicy()
                .path("PolicyDocument");
    }

    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation | bucket-a                               | athena                         | the configured bucket
            allowed | s3:ListBucket        | bucket-a                               | athena prefix=.quilt/packages/ | the configured bucket
            allowed | s3:GetObject         | bucket-a/.quilt/packages/0123abcd      | athena                         | the configured bucket
            allowed | s3:GetBucketLocation | bucket-c                               | athena                         | every other bucket
            allowed | s3:ListBucket        | bucket-c                               | athena prefix=.quilt/packages/ | every other bucket
            allowed | s3:GetObject         | bucket-c/.quilt/packages/0123abcd      | athena                         | every other bucket
            denied  | s3:GetObject         | bucket-c/data/secret.csv               | athena                         | an object outside .quilt/
            denied  | s3:GetObject         | bucket-c/.quiltrc                      | athena                         | not in .quilt/, only named like it
            denied  | s3:ListBucket        | bucket-c                               | athena                         | listing the whole bucket
            denied  | s3:ListBucket        | bucket-c                               | athena prefix=data/            | listing outside .quilt/
            denied  | s3:GetObject         | bucket-c/.quilt/packages/0123abcd      |                                | a user's own read
            denied  | s3:GetBucketLocation | bucket-d                               | athena account=210987654321    | a bucket of another account
            denied  | s3:ListBucket        | bucket-d                               | athena account=210987654321 prefix=.quilt/packages/ | a bucket of another account
            denied  | s3:GetObject         | bucket-d/.quilt/packages/0123abcd      | athena account=210987654321    | a bucket of another account, though its policy opens it
            denied  | s3:GetObject         | bucket-a/.quilt/packages/0123abcd      | athena account=210987654321    | the configured bucket, if it is another account's
            denied  | s3:PutObject         | bucket-c/.quilt/packages/0123abcd      | athena                         | writing to a Quilt bucket
            denied  | s3:DeleteObject      | bucket-c/.quilt/packages/0123abcd      | athena                         | deleting in a Quilt bucket
            denied  | glue:GetTable        | table/secret/salaries                  | athena                         | databases are not widened
            """)
    void registriesOfEveryBucket(String expected, String action, String resource, String circumstances, String why) {
        AccessTable.check(
                new PolicyEvaluator(List.of(policy)),
                expected,
                Call.request(Partition.AWS.place(), action, resource, circumstances),
                why);
    }
}
