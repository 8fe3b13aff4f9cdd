package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.access.AccessTable;
import com.quiltdata.athena.access.Partition;
import com.quiltdata.athena.access.PolicyEvaluator;
import com.quiltdata.athena.access.SynthesizedPolicies;
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
 * Who may do what with snapshots: the role that refreshes them, users, and the function that makes the views.
 *
 * <p>The configuration has the Quilt buckets {@code bucket-a} and {@code bucket.b}, the snapshots' bucket
 * {@code mycompany-quilt-query-snapshot}, a KMS key for results and snapshots, one for a Quilt bucket, and one for the Data
 * Catalog.
 */
@ParameterizedClass(name = "in {0}")
@EnumSource(
        value = Partition.class,
        names = {"AWS", "AWS_US_GOV"})
class SnapshotAccessTest {
    private static final Map<Partition, SynthesizedPolicies> POLICIES = new EnumMap<>(Partition.class);

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
                                    "snapshotSchedule", "rate(1 hour)",
                                    "snapshotEvents", true,
                                    "resultsKmsKeyArn", partition.arn("kms", "key/results"),
                                    "quiltBucketKmsKeyArns", List.of(partition.arn("kms", "key/bucket-a")),
                                    "catalogKmsKeyArn", partition.arn("kms", "key/catalog")),
                            partition));
        }
    }

    /** Statements in its own workgroup, on registries and on the one table. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | athena:StartQueryExecution    | workgroup/quilt-query-snapshot                     | | running a statement
            allowed | athena:GetQueryExecution      | workgroup/quilt-query-snapshot                     | | waiting for it
            allowed | athena:GetQueryResults        | workgroup/quilt-query-snapshot                     | | what there is to copy
            allowed | athena:GetDataCatalog         | datacatalog/AwsDataCatalog                         | | AWS asks for it
            allowed | glue:GetDatabase              | catalog                                            | athena | Glue checks the catalog for everything in it
            allowed | glue:GetTable                 | catalog                                            | athena | Glue checks the catalog for everything in it
            allowed | glue:GetDatabase              | database/quilt_query                               | athena | the database itself
            allowed | glue:GetTable                 | database/quilt_query                               | athena | Glue checks the database of a table, too
            allowed | glue:GetDatabase              | database/default                                   | athena | Athena looks it up whatever the query is
            allowed | glue:GetTable                 | table/quilt_query/bucket_a_quilt_manifests         | athena | what is copied
            allowed | glue:GetTable                 | table/quilt_query/quilt_snapshot_rows              | athena | the table itself
            allowed | glue:UpdateTable              | catalog                                            | athena | Glue checks the catalog for everything in it
            allowed | glue:UpdateTable              | database/quilt_query                               | athena | Glue checks the database of a table, too
            allowed | glue:UpdateTable              | table/quilt_query/quilt_snapshot_rows              | athena | a commit
            allowed | kms:Decrypt                   | key/catalog                                        | glue | an encrypted Data Catalog
            allowed | kms:Encrypt                   | key/catalog                                        | glue | an encrypted Data Catalog
            allowed | kms:GenerateDataKey           | key/catalog                                        | glue | an encrypted Data Catalog
            allowed | s3:GetBucketLocation          | bucket-a                                           | athena | reading a registry
            allowed | s3:ListBucket                 | bucket-a                                           | athena prefix=.quilt/packages/ | reading a registry
            allowed | s3:GetBucketLocation          | bucket.b                                           | athena | reading a registry
            allowed | s3:ListBucket                 | bucket.b                                           | athena prefix=.quilt/named_packages/ | reading a registry
            allowed | s3:GetObject                  | bucket-a/.quilt/named_packages/u/n/latest          | athena | reading a registry
            allowed | s3:GetObject                  | bucket.b/.quilt/packages/0123abcd                  | athena | reading a registry
            allowed | kms:Decrypt                   | key/bucket-a                                       | s3 | reading a registry
            allowed | s3:GetBucketLocation          | mycompany-quilt-query-snapshot                     | athena | where the table is
            allowed | s3:ListBucket                 | mycompany-quilt-query-snapshot                     | athena | VACUUM lists files
            allowed | s3:ListBucketMultipartUploads | mycompany-quilt-query-snapshot                     | athena | writing large files
            allowed | s3:GetObject                  | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | reading the table
            allowed | s3:PutObject                  | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | writing the table
            allowed | s3:AbortMultipartUpload       | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | giving a file up
            allowed | s3:ListMultipartUploadParts   | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | writing large files
            allowed | s3:DeleteObject               | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | VACUUM
            allowed | s3:PutObject                  | mycompany-quilt-query-snapshot/results/id.csv      | athena | a statement's result
            allowed | s3:GetObject                  | mycompany-quilt-query-snapshot/results/id.csv      | athena | a statement's result
            allowed | s3:AbortMultipartUpload       | mycompany-quilt-query-snapshot/results/id.csv      | athena | giving a result up
            allowed | s3:ListMultipartUploadParts   | mycompany-quilt-query-snapshot/results/id.csv      | athena | a large result
            allowed | s3:GetObject                  | mycompany-quilt-query-snapshot/results/id.csv      | | GetQueryResults reads it for its caller
            allowed | kms:GenerateDataKey           | key/results                                        | s3 | writing the table
            allowed | kms:Decrypt                   | key/results                                        | s3 | reading the table
            denied  | athena:StartQueryExecution    | workgroup/quilt-query                              | | the users' workgroup
            denied  | athena:UpdateWorkGroup        | workgroup/quilt-query-snapshot                     | | administration
            denied  | glue:UpdateTable              | table/quilt_query/bucket_a_quilt_manifests         | athena | only the snapshots change
            denied  | glue:UpdateTable              | table/quilt_query/quilt_snapshot_rows              | | only by statements
            denied  | glue:DeleteTable              | table/quilt_query/quilt_snapshot_rows              | athena | CloudFormation does that
            denied  | glue:CreateTable              | table/quilt_query/other                            | athena | there is one table
            denied  | s3:PutObject                  | bucket-a/.quilt/packages/0123abcd                  | athena | a Quilt bucket
            denied  | s3:DeleteObject               | bucket-a/.quilt/packages/0123abcd                  | athena | a Quilt bucket
            denied  | s3:GetObject                  | bucket-a/data/image.tiff                           | athena | what packages hold
            denied  | s3:GetObject                  | bucket-c/.quilt/packages/0123abcd                  | athena | a bucket that is not configured
            denied  | s3:GetObject                  | mycompany-quilt-query-results/id.csv               | athena | users' results
            denied  | s3:PutObject                  | mycompany-quilt-query-snapshot/rows/data/1.parquet | | only by statements
            denied  | s3:DeleteObject               | mycompany-quilt-query-snapshot/results/id.csv      | athena | results expire by themselves
            allowed | states:StartExecution         | stateMachine:SnapshotRefreshStateMachine9AF2A429                           | | its jobs
            allowed | states:StartExecution         | stateMachine:SnapshotRefreshEventsStateMachineA39EF4F8 | | its jobs
            allowed | states:ListExecutions         | stateMachine:SnapshotRefreshEventsStateMachineA39EF4F8 | | whether another one runs
            allowed | states:DescribeExecution      | execution:SnapshotRefreshEventsStateMachineA39EF4F8:0abc | | its jobs
            allowed | states:DescribeExecution      | execution:SnapshotRefreshEventsStateMachineA39EF4F8/0def:0abc | | its jobs
            allowed | states:ListExecutions         | stateMachine:SnapshotRefreshStateMachine9AF2A429                           | | whether another one runs
            allowed | states:DescribeExecution      | execution:SnapshotRefreshStateMachine9AF2A429:0abc                           | | its jobs
            allowed | states:StopExecution          | execution:SnapshotRefreshStateMachine9AF2A429:0abc                           | | its jobs, when it is stopped
            allowed | states:DescribeExecution      | execution:SnapshotRefreshStateMachine9AF2A429/0def:0abc                      | | its jobs
            allowed | s3:GetObject                  | bucket-a/.quilt/named_packages/u/n/latest          | | a pointer that an event names
            allowed | s3:GetObject                  | bucket.b/.quilt/named_packages/u/n/latest          | | a pointer that an event names
            allowed | s3:ListBucket                 | bucket.b                                           | | a pointer that is gone is not one that is denied
            allowed | s3:ListBucket                 | bucket-a                                           | | a pointer that is gone is not one that is denied
            allowed | kms:Decrypt                   | key/bucket-a                                       | s3 | a pointer that an event names
            denied  | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd                  | | only through Athena
            denied  | s3:GetObject                  | bucket-c/.quilt/named_packages/u/n/latest          | | a bucket that is not configured
            denied  | states:StartExecution         | stateMachine:anything                              | | another machine
            denied  | athena:StopQueryExecution     | workgroup/quilt-query-snapshot                     | | a query comes to its end by itself
            denied  | events:PutRule                | rule/StepFunctionsGetEventsForAthena               | | waiting for Athena takes no rule
            denied  | lakeformation:GetDataAccess   | *                                                  | | access is by IAM alone
            """)
    void refreshing(String decision, String action, String resource, String circumstances, String why) {
        decide(POLICIES.get(partition).refreshPolicies(), decision, action, resource, circumstances, why);
    }

    /** The pipe takes events out of its queue and starts one state machine. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | sqs:ReceiveMessage     | SnapshotRefreshEventsQueue                        | | events
            allowed | sqs:DeleteMessage      | SnapshotRefreshEventsQueue                        | | those that were handed over
            allowed | sqs:GetQueueAttributes | SnapshotRefreshEventsQueue                        | | Pipes asks for it
            allowed | states:StartExecution  | stateMachine:SnapshotRefreshEventsStateMachineA39EF4F8 | | a refresh of what has changed
            denied  | states:StartExecution  | stateMachine:SnapshotRefreshStateMachine9AF2A429  | | the schedule does that
            denied  | sqs:ReceiveMessage     | SnapshotRefreshEventsDeadLetters                  | | those are for people
            denied  | sqs:SendMessage        | SnapshotRefreshEventsQueue                        | | EventBridge does that
            """)
    void handingOver(String decision, String action, String resource, String circumstances, String why) {
        decide(POLICIES.get(partition).pipePolicies(), decision, action, resource, circumstances, why);
    }

    @Test
    void theRefreshMayDoNothingThatNoRowNeeds() {
        assertThat(new PolicyEvaluator(POLICIES.get(partition).refreshPolicies())
                        .unneeded(AccessTable.allowed(getClass(), partition, "refreshing")))
                .isEmpty();
    }

    /** Users read snapshots through Athena, and do nothing else with them. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation       | mycompany-quilt-query-snapshot                     | athena | where the table is
            allowed | s3:GetObject               | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | reading the table
            allowed | kms:Decrypt                | key/results                                        | s3     | reading the table
            allowed | glue:GetTable              | table/quilt_query/quilt_snapshot_rows              | athena | the table
            denied  | s3:GetObject               | mycompany-quilt-query-snapshot/rows/data/1.parquet |        | only through Athena
            denied  | s3:PutObject               | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | an INSERT
            denied  | s3:DeleteObject            | mycompany-quilt-query-snapshot/rows/data/1.parquet | athena | a VACUUM
            denied  | s3:GetObject               | mycompany-quilt-query-snapshot/results/id.csv      | athena | results of refreshing
            denied  | glue:UpdateTable           | table/quilt_query/quilt_snapshot_rows              | athena | a commit
            denied  | glue:DeleteTable           | table/quilt_query/quilt_snapshot_rows              | athena | DROP TABLE
            denied  | athena:StartQueryExecution | workgroup/quilt-query-snapshot                     |        | the workgroup of the refresh
            denied  | states:StartExecution      | stateMachine:anything                              |        | refreshing
            """)
    void usersReading(String decision, String action, String resource, String circumstances, String why) {
        decide(
                List.of(POLICIES.get(partition).userPolicy().path("PolicyDocument")),
                decision,
                action,
                resource,
                circumstances,
                why);
    }

    /** Athena reads the table's metadata when the function has it make a view of it. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | glue:CreateTable     | table/quilt_query/bucket_a_quilt_packages_snapshot         | athena | CREATE VIEW
            allowed | glue:UpdateTable     | table/quilt_query/all_quilt_objects_snapshot               | athena | CREATE OR REPLACE VIEW
            allowed | glue:DeleteTable     | table/quilt_query/gone_quilt_objects_snapshot              | athena | a bucket has left the configuration
            allowed | s3:GetObject         | mycompany-quilt-query-snapshot/rows/metadata/1.metadata.json | athena | the table's columns
            denied  | glue:UpdateTable     | table/quilt_query/quilt_snapshot_rows                      | athena | a commit
            denied  | glue:DeleteTable     | table/quilt_query/quilt_snapshot_rows                      | athena | DROP TABLE
            denied  | s3:PutObject         | mycompany-quilt-query-snapshot/rows/data/1.parquet         | athena | an INSERT
            """)
    void makingViews(String decision, String action, String resource, String circumstances, String why) {
        decide(
                List.copyOf(POLICIES.get(partition).handlerPolicies().values()),
                decision,
                action,
                resource,
                circumstances,
                why);
    }

    private void decide(
            List<JsonNode> policies,
            String expected,
            String action,
            String resource,
            String circumstances,
            String why) {
        AccessTable.check(
                new PolicyEvaluator(policies),
                expected,
                Call.request(partition.place(), action, resource, circumstances),
                why);
    }
}
