package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.Call;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the function may do that creates and drops the views.
 *
 * <p>The configuration has the Quilt buckets {@code bucket-a} and {@code bucket.b}, the results bucket
 * {@code mycompany-quilt-query-results}, a KMS key for each, and one for the Data Catalog.
 */
@ParameterizedClass(name = "in {0}")
@EnumSource(
        value = Partition.class,
        names = {"AWS", "AWS_US_GOV"})
class HandlerAccessTest {
    private static final Map<Partition, List<JsonNode>> POLICIES = new EnumMap<>(Partition.class);

    @Parameter
    Partition partition;

    @BeforeAll
    static void synthesize() {
        for (Partition partition : List.of(Partition.AWS, Partition.AWS_US_GOV)) {
            POLICIES.put(
                    partition,
                    SynthesizedPolicies.of(
                                    Map.of(
                                            "companyName", "mycompany",
                                            "quiltBuckets", List.of("bucket-a", "bucket.b"),
                                            "resultsKmsKeyArn", partition.arn("kms", "key/results"),
                                            "quiltBucketKmsKeyArns", List.of(partition.arn("kms", "key/bucket-a")),
                                            "catalogKmsKeyArn", partition.arn("kms", "key/catalog"),
                                            "customViews",
                                                    Map.of("latest_images", "test/resources/views/latest_images.sql")),
                                    partition)
                            .handlerPolicies()
                            .values()
                            .stream()
                            .toList());
        }
    }

    /** Its own calls: start a statement, wait for it, stop it when it is late; and its log. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | athena:StartQueryExecution | workgroup/quilt-query      | | running a statement
            allowed | athena:GetQueryExecution   | workgroup/quilt-query      | | waiting for it
            allowed | athena:StopQueryExecution  | workgroup/quilt-query      | | stopping one that is late
            allowed | logs:CreateLogStream       | log-group:AthenaViewProviderHandlerLog23496D81:log-stream:x | | its own log
            allowed | logs:PutLogEvents          | log-group:AthenaViewProviderHandlerLog23496D81:log-stream:x | | its own log
            denied  | athena:StartQueryExecution | workgroup/primary          | | another workgroup
            denied  | athena:GetQueryExecution   | workgroup/primary          | | another workgroup
            denied  | athena:StopQueryExecution  | workgroup/primary          | | another workgroup
            denied  | athena:GetQueryResults     | workgroup/quilt-query      | | a view has no result to fetch
            denied  | athena:ListQueryExecutions | workgroup/quilt-query      | | other people's queries
            denied  | athena:GetNamedQuery       | workgroup/quilt-query      | | other people's queries
            denied  | athena:CreateNamedQuery    | workgroup/quilt-query      | | CloudFormation does that
            denied  | athena:UpdateWorkGroup     | workgroup/quilt-query      | | administration
            denied  | athena:ListWorkGroups      | *                          | | it is told which
            denied  | athena:GetTableMetadata    | datacatalog/AwsDataCatalog | | it reads no catalog
            denied  | logs:CreateLogGroup        | log-group:other            | | the stack makes its log
            denied  | logs:PutLogEvents          | log-group:other:log-stream:x | | another log
            denied  | logs:GetLogEvents          | log-group:AthenaViewProviderHandlerLog23496D81:log-stream:x | | it only writes
            """)
    void ownCalls(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** What Athena asks Glue on its behalf for CREATE OR REPLACE VIEW and DROP VIEW. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | glue:GetDatabase  | catalog                                        | athena | Glue checks the catalog for everything in it
            allowed | glue:GetDatabase  | database/default                               | athena | Athena looks it up whatever the statement is
            allowed | glue:GetDatabases | database/default                               | athena | so that it is listed
            allowed | glue:CreateDatabase | catalog                                      | athena | Athena makes "default" where it is not there
            allowed | glue:CreateDatabase | database/default                             | athena | Athena makes "default" where it is not there
            allowed | kms:Decrypt         | key/catalog                                  | glue   | reading definitions
            allowed | kms:Encrypt         | key/catalog                                  | glue   | writing definitions
            allowed | kms:GenerateDataKey | key/catalog                                  | glue   | writing definitions
            denied  | kms:Decrypt         | key/catalog                                  |        | it decrypts nothing itself
            denied  | kms:Encrypt         | key/catalog                                  | s3     | the key is for definitions
            denied  | kms:ReEncryptFrom   | key/catalog                                  | glue   | Glue does not ask for it
            denied  | glue:CreateDatabase | database/default                             |        | it makes nothing itself
            denied  | glue:CreateDatabase | database/mine                                | athena | another database
            denied  | glue:DeleteDatabase | database/default                             | athena | it is everybody's
            denied  | glue:CreateTable    | database/default                             | athena | another database
            allowed | glue:GetDatabase  | database/quilt_query                           | athena | is there such a database?
            allowed | glue:GetDatabases | catalog                                        | athena | the same, asked in another way
            allowed | glue:GetDatabases | database/quilt_query                           | athena | the same, asked in another way
            allowed | glue:GetTable     | catalog                                        | athena | Glue checks the catalog for everything in it
            allowed | glue:GetTable     | database/quilt_query                           | athena | Glue checks the database of a table, too
            allowed | glue:GetTable     | table/quilt_query/bucket_a_quilt_manifests     | athena | the columns of a table that the view reads
            allowed | glue:GetTable     | table/quilt_query/bucket_a_quilt_objects_view  | athena | is there such a view?
            allowed | glue:CreateTable  | catalog                                        | athena | Glue checks the catalog for everything in it
            allowed | glue:CreateTable  | database/quilt_query                           | athena | Glue checks the database of a table, too
            allowed | glue:CreateTable  | table/quilt_query/bucket_a_quilt_packages_view | athena | a view of the configuration's
            allowed | glue:CreateTable  | table/quilt_query/bucket_a_quilt_objects_view  | athena | a view of the configuration's
            allowed | glue:CreateTable  | table/quilt_query/bucket_b_quilt_packages_view | athena | a view of the configuration's
            allowed | glue:CreateTable  | table/quilt_query/bucket_b_quilt_objects_view  | athena | a view of the configuration's
            allowed | glue:UpdateTable  | catalog                                        | athena | Glue checks the catalog for everything in it
            allowed | glue:UpdateTable  | database/quilt_query                           | athena | Glue checks the database of a table, too
            allowed | glue:UpdateTable  | table/quilt_query/bucket_a_quilt_packages_view | athena | replacing it
            allowed | glue:UpdateTable  | table/quilt_query/bucket_b_quilt_objects_view  | athena | replacing it
            allowed | glue:DeleteTable  | catalog                                        | athena | Glue checks the catalog for everything in it
            allowed | glue:DeleteTable  | database/quilt_query                           | athena | Glue checks the database of a table, too
            allowed | glue:DeleteTable  | table/quilt_query/bucket_a_quilt_packages_view | athena | dropping it
            allowed | glue:DeleteTable  | table/quilt_query/gone_quilt_objects_view      | athena | dropping the view of a bucket that has left the configuration
            allowed | glue:CreateTable  | table/quilt_query/all_quilt_packages_view      | athena | the view over all buckets
            allowed | glue:UpdateTable  | table/quilt_query/all_quilt_objects_view       | athena | the view over all buckets
            allowed | glue:DeleteTable  | table/quilt_query/all_quilt_objects_view       | athena | the last bucket but one has left the configuration
            allowed | glue:CreateTable  | table/quilt_query/latest_images                | athena | a custom view
            allowed | glue:UpdateTable  | table/quilt_query/latest_images                | athena | replacing it
            allowed | glue:DeleteTable  | table/quilt_query/latest_images                | athena | dropping it: this policy is there as long as the view
            denied  | glue:CreateTable  | table/quilt_query/latest_images                |        | it defines nothing itself
            denied  | glue:CreateTable  | table/quilt_query/latest_films                 | athena | a view that the configuration does not name
            denied  | glue:DeleteTable  | table/quilt_query/latest_films                 | athena | a user's own view
            denied  | glue:CreateTable  | table/quilt_query/bucket_a_quilt_packages_view |        | it defines nothing itself
            denied  | glue:DeleteTable  | table/quilt_query/bucket_a_quilt_packages_view |        | it drops nothing itself
            denied  | glue:GetTable     | table/quilt_query/bucket_a_quilt_manifests     |        | it reads nothing itself
            allowed | glue:CreateTable  | table/quilt_query/bucket_c_quilt_packages_view | athena | the view of a bucket that is added next: no policy changes
            allowed | glue:UpdateTable  | table/quilt_query/bucket_c_quilt_packages_view | athena | the view of a bucket that is added next: no policy changes
            denied  | glue:CreateTable  | table/quilt_query/bucket_c_quilt_packages_snapshot | athena | there are no snapshots
            denied  | glue:CreateTable  | table/quilt_query/bucket_a_quilt_manifests     | athena | a table, not a view
            denied  | glue:UpdateTable  | table/quilt_query/bucket_a_quilt_manifests     | athena | a table, not a view
            denied  | glue:DeleteTable  | table/quilt_query/bucket_a_quilt_manifests     | athena | a table, not a view
            denied  | glue:UpdateTable  | table/quilt_query/bucket_a_quilt_packages      | athena | a table, not a view
            denied  | glue:DeleteTable  | table/quilt_query/bucket_a_quilt_packages      | athena | a table, not a view
            denied  | glue:UpdateTable  | table/quilt_query/my_quilt_view                | athena | a user's own view
            denied  | glue:DeleteTable  | table/quilt_query/my_quilt_view                | athena | a user's own view
            denied  | glue:CreateTable  | table/secret/bucket_a_quilt_packages_view      | athena | another database
            denied  | glue:DeleteTable  | table/secret/bucket_a_quilt_packages_view      | athena | another database
            denied  | glue:GetTable     | table/secret/salaries                          | athena | another database
            denied  | glue:GetDatabase  | database/secret                                | athena | another database
            denied  | glue:GetTables    | database/quilt_query                           | athena | it looks tables up by name
            denied  | glue:CreateDatabase | database/quilt_query                         | athena | CloudFormation does that
            denied  | glue:DeleteDatabase | database/quilt_query                         | athena | CloudFormation does that
            """)
    void definingViews(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Athena keeps what a statement says as a result; registries are read when somebody queries a view. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation          | mycompany-quilt-query-results        | athena                         | Athena asks before it writes
            allowed | s3:ListBucket                 | mycompany-quilt-query-results        | athena                         | Athena's own
            allowed | s3:GetObject                  | mycompany-quilt-query-results/id.txt | athena                         | Athena's own
            allowed | s3:PutObject                  | mycompany-quilt-query-results/id.txt | athena                         | writing the result
            allowed | s3:AbortMultipartUpload       | mycompany-quilt-query-results/id.txt | athena                         | giving up a result that cannot be written
            allowed | s3:ListMultipartUploadParts   | mycompany-quilt-query-results/id.txt | athena                         | writing a large result
            allowed | s3:ListBucketMultipartUploads | mycompany-quilt-query-results        | athena                         | writing a large result
            allowed | kms:GenerateDataKey           | key/results                          | s3                             | writing the result
            allowed | kms:Decrypt                   | key/results                          | s3                             | putting its parts together
            denied  | s3:GetObject                  | mycompany-quilt-query-results/id.csv |                                | it reads nobody's results
            denied  | s3:PutObject                  | mycompany-quilt-query-results/id.csv |                                | it writes nothing itself
            denied  | s3:DeleteObject               | mycompany-quilt-query-results/id.csv | athena                         | results expire by themselves
            denied  | s3:PutBucketPolicy            | mycompany-quilt-query-results        |                                | administration
            denied  | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd    | athena                         | reading a registry
            denied  | s3:ListBucket                 | bucket-a                             | athena prefix=.quilt/packages/ | reading a registry
            denied  | s3:GetBucketLocation          | bucket-a                             | athena                         | reading a registry
            denied  | s3:PutObject                  | bucket-a/.quilt/packages/0123abcd    | athena                         | writing to a Quilt bucket
            denied  | s3:GetObject                  | somewhere-else/object                | athena                         | another bucket
            denied  | kms:Decrypt                   | key/results                          |                                | it decrypts nothing itself
            denied  | kms:Decrypt                   | key/bucket-a                         | s3                             | reading a registry
            denied  | kms:Encrypt                   | key/results                          | s3                             | S3 does not ask for it
            denied  | kms:Decrypt                   | key/other                            | s3                             | another key
            """)
    void results(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Other services have no part in it. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            denied | iam:PassRole                | role/Anything        | | no statement needs a role
            denied | sts:AssumeRole              | role/Anything        | | more access for itself
            denied | lambda:InvokeFunction       | function:anything    | | it calls no function
            denied | cloudformation:UpdateStack  | stack/QuiltAthena/id | | the framework answers CloudFormation
            """)
    void otherServices(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** So nothing has to reach all of IAM before its views are made. */
    @Test
    void anotherBucketOrGroupChangesNoPolicy() {
        Map<String, JsonNode> list = policiesFor(List.of("bucket-a"));

        assertThat(policiesFor(List.of("bucket-a", "bucket-b"))).isEqualTo(list);
        assertThat(policiesFor(Map.of("one", List.of("bucket-a"), "two", List.of("bucket-b"))))
                .isEqualTo(list);
    }

    private Map<String, JsonNode> policiesFor(Object quiltBuckets) {
        return SynthesizedPolicies.of(Map.of("companyName", "mycompany", "quiltBuckets", quiltBuckets), partition)
                .handlerPolicies();
    }

    @Test
    void allowsNothingThatNoRowNeeds() {
        assertThat(new PolicyEvaluator(POLICIES.get(partition)).unneeded(AccessTable.allowed(getClass(), partition)))
                .isEmpty();
    }

    private void decide(String expected, String action, String resource, String circumstances, String why) {
        AccessTable.check(
                new PolicyEvaluator(POLICIES.get(partition)),
                expected,
                Call.request(partition.place(), action, resource, circumstances),
                why);
    }
}
