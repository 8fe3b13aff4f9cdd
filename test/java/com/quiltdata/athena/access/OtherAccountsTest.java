package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.calls.Call;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bucket policy that docs/start/connect.md has for a Quilt bucket in another account than the stack's. */
class OtherAccountsTest {
    private static final String HEADING = "## A Quilt bucket in another account\n";
    private static final JsonNode POLICY = policy();

    @Test
    void itIsForTheStacksAccountAlone() {
        assertThat(POLICY.path("Statement"))
                .extracting(statement -> statement.at("/Principal/AWS").asText())
                .hasSize(3)
                .containsOnly("arn:aws:iam::" + Partition.ACCOUNT + ":root");
    }

    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation | bucket-d                                  | athena                               | Athena asks before it reads
            allowed | s3:ListBucket        | bucket-d                                  | athena prefix=.quilt/packages/       | finding manifests
            allowed | s3:ListBucket        | bucket-d                                  | athena prefix=.quilt/named_packages/ | finding pointers
            allowed | s3:GetObject         | bucket-d/.quilt/packages/0123abcd         | athena                               | reading a manifest
            allowed | s3:GetObject         | bucket-d/.quilt/named_packages/u/n/latest | athena                               | reading a pointer
            denied  | s3:ListBucket        | bucket-d                                  | athena                               | listing the whole bucket
            denied  | s3:ListBucket        | bucket-d                                  | athena prefix=data/                  | listing outside .quilt/
            denied  | s3:GetObject         | bucket-d/data/secret.csv                  | athena                               | an object outside .quilt/
            denied  | s3:GetObject         | bucket-d/.quiltrc                         | athena                               | not in .quilt/, only named like it
            denied  | s3:PutObject         | bucket-d/.quilt/packages/0123abcd         | athena                               | writing
            denied  | s3:DeleteObject      | bucket-d/.quilt/packages/0123abcd         | athena                               | deleting
            """)
    void itAllowsWhatTheUsersPolicyDoes(
            String expected, String action, String resource, String circumstances, String why) {
        AccessTable.check(
                evaluator(), expected, Call.request(Partition.AWS.place(), action, resource, circumstances), why);
    }

    @Test
    void itAllowsNothingThatNobodyNeeds() {
        assertThat(evaluator().unneeded(AccessTable.allowed(OtherAccountsTest.class, Partition.AWS)))
                .isEmpty();
    }

    /** The evaluator knows identity-based policies, which have no principals. */
    private static PolicyEvaluator evaluator() {
        JsonNode policy = POLICY.deepCopy();
        policy.path("Statement").forEach(statement -> ((ObjectNode) statement).remove("Principal"));
        return new PolicyEvaluator(List.of(policy));
    }

    private static JsonNode policy() {
        String page = TestFiles.text(Path.of("..", "docs", "start", "connect.md"));
        String section = page.substring(page.indexOf(HEADING));
        String block = Stream.of(section.split("```")).skip(1).findFirst().orElseThrow();
        return TestFiles.json(block.substring("json".length())
                .replace("<A>", Partition.ACCOUNT)
                .replace("<bucket>", "bucket-d"));
    }
}
