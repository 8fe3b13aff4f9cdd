package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a Quilt user may do who has the policy {@code AthenaQuiltAccess} and no other.
 *
 * <p>The configuration has the Quilt buckets {@code bucket-a} and {@code bucket.b}, the results bucket
 * {@code mycompany-quilt-query-results}, a KMS key for each, and one for the Data Catalog.
 */
@ParameterizedClass(name = "in {0}")
@EnumSource(
        value = Partition.class,
        names = {"AWS", "AWS_US_GOV"})
class UserAccessTest {
    private static final Map<Partition, JsonNode> POLICIES = new EnumMap<>(Partition.class);

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
                                            "attachPolicyToRoles", List.of("ReadQuilt", "WriteQuilt")),
                                    partition)
                            .userPolicy());
        }
    }

    /** What the Queries tab of the Quilt catalog calls, as the user, from the workgroup's list to the result. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | athena:ListWorkGroups         | *                          | | IAM knows no resource for it
            allowed | athena:GetWorkGroup           | workgroup/quilt-query      | | has it an output location?
            allowed | athena:ListDataCatalogs       | *                          | | IAM knows no resource for it
            allowed | athena:GetDataCatalog         | datacatalog/AwsDataCatalog | | the catalog that Athena makes of Glue's
            allowed | athena:ListDatabases          | datacatalog/AwsDataCatalog | | the list of databases
            allowed | athena:ListNamedQueries       | workgroup/quilt-query      | | the list of saved queries
            allowed | athena:BatchGetNamedQuery     | workgroup/quilt-query      | | their texts
            allowed | athena:ListQueryExecutions    | workgroup/quilt-query      | | the history
            allowed | athena:BatchGetQueryExecution | workgroup/quilt-query      | | its queries
            allowed | athena:StartQueryExecution    | workgroup/quilt-query      | | running one
            allowed | athena:GetQueryExecution      | workgroup/quilt-query      | | waiting for it
            allowed | athena:GetQueryResults        | workgroup/quilt-query      | | showing its result
            """)
    void queriesTab(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** What else users do in Athena: the console, drivers, the command line. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | athena:StopQueryExecution         | workgroup/quilt-query      | | stopping a query
            allowed | athena:CreateNamedQuery           | workgroup/quilt-query      | | saving a query
            allowed | athena:GetNamedQuery              | workgroup/quilt-query      | | opening a saved query
            allowed | athena:GetQueryResultsStream      | workgroup/quilt-query      | | JDBC and ODBC drivers read results so
            allowed | athena:GetQueryRuntimeStatistics  | workgroup/quilt-query      | | how much a query read, and how long
            allowed | athena:GetDatabase                | datacatalog/AwsDataCatalog | | a database, read through Athena
            allowed | athena:ListTableMetadata          | datacatalog/AwsDataCatalog | | its tables
            allowed | athena:GetTableMetadata           | datacatalog/AwsDataCatalog | | a table's columns
            denied  | athena:StartQueryExecution        | workgroup/primary          | | another workgroup
            denied  | athena:StartQueryExecution        | workgroup/quilt-query-2    | | a workgroup whose name begins the same
            denied  | athena:StartQueryExecution        | *                          | | not in any workgroup
            denied  | athena:GetQueryResults            | workgroup/primary          | | results of another workgroup
            denied  | athena:GetWorkGroup               | workgroup/primary          | | another workgroup
            denied  | athena:ListNamedQueries           | workgroup/primary          | | saved queries of another workgroup
            denied  | athena:CreateNamedQuery           | workgroup/primary          | | saving in another workgroup
            denied  | athena:StopQueryExecution         | workgroup/primary          | | stopping queries of another workgroup
            denied  | athena:DeleteNamedQuery           | workgroup/quilt-query      | | deleting what others have saved
            denied  | athena:UpdateNamedQuery           | workgroup/quilt-query      | | changing what others have saved
            denied  | athena:CreatePreparedStatement    | workgroup/quilt-query      | | nobody asked for it
            denied  | athena:CreateWorkGroup            | workgroup/quilt-query      | | the stack's own
            denied  | athena:UpdateWorkGroup            | workgroup/quilt-query      | | it enforces where results go
            denied  | athena:DeleteWorkGroup            | workgroup/quilt-query      | | the stack's own
            denied  | athena:TagResource                | workgroup/quilt-query      | | the stack's own
            denied  | athena:CreateDataCatalog          | datacatalog/AwsDataCatalog | | administration
            denied  | athena:UpdateDataCatalog          | datacatalog/AwsDataCatalog | | administration
            denied  | athena:DeleteDataCatalog          | datacatalog/AwsDataCatalog | | administration
            denied  | athena:ListDatabases              | datacatalog/federated      | | another catalog
            denied  | athena:GetTableMetadata           | datacatalog/federated      | | another catalog
            denied  | athena:StartSession               | workgroup/quilt-query      | | Spark, not SQL
            """)
    void otherUseOfAthena(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Reading definitions in Glue: Athena does for every query, and so do libraries of clients by themselves. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | glue:GetDatabase           | catalog                                           | athena | Glue checks the catalog for everything in it
            allowed | glue:GetDatabases          | catalog                                           | athena | the list of databases
            allowed | glue:GetTable              | catalog                                           | athena | Glue checks the catalog for everything in it
            allowed | glue:GetTables             | catalog                                           | athena | Glue checks the catalog for everything in it
            allowed | glue:GetDatabase           | database/default                                  | athena | Athena looks it up whatever the query is
            allowed | glue:GetDatabases          | database/default                                  | athena | so that it is listed
            allowed | glue:GetDatabase           | database/quilt_query                              | athena | the database itself
            allowed | glue:GetDatabases          | database/quilt_query                              | athena | so that it is listed
            allowed | glue:GetTable              | database/quilt_query                              | athena | Glue checks the database of a table, too
            allowed | glue:GetTables             | database/quilt_query                              | athena | Glue checks the database of a table, too
            allowed | glue:GetTable              | table/quilt_query/bucket_a_quilt_manifests        | athena | a table of the configuration's
            allowed | glue:GetTable              | table/quilt_query/bucket_b_quilt_objects_view     | athena | a view of the configuration's
            allowed | glue:GetTable              | table/quilt_query/anything                        | athena | any other table of the database
            allowed | glue:GetTables             | table/quilt_query/bucket_a_quilt_packages         | athena | the list of tables
            allowed | glue:GetTable              | table/quilt_query/bucket_a_quilt_manifests        |        | a client library looks it up itself
            allowed | glue:GetDatabase           | database/quilt_query                              |        | a client library looks it up itself
            denied  | glue:GetDatabase           | database/secret                                   | athena | another database
            denied  | glue:GetDatabases          | database/secret                                   | athena | another database
            denied  | glue:GetDatabase           | database/quilt_query_2                            | athena | a database whose name begins the same
            denied  | glue:GetTable              | table/secret/salaries                             | athena | a table of another database
            denied  | glue:GetTables             | table/secret/salaries                             | athena | tables of another database
            denied  | glue:GetTables             | database/secret                                   | athena | tables of another database
            denied  | glue:GetTable              | table/default/anything                            | athena | what people put into "default" is not Quilt's
            denied  | glue:GetTable              | table/quilt_query_2/bucket_a_quilt_manifests      | athena | a database whose name begins the same
            denied  | glue:SearchTables          | catalog                                           | athena | it searches every database
            denied  | glue:GetPartitions         | table/quilt_query/bucket_a_quilt_manifests        | athena | the tables have no partitions
            denied  | glue:GetUserDefinedFunctions | database/quilt_query                            | athena | there are none
            denied  | glue:GetConnection         | connection/warehouse                              |        | credentials of other systems
            denied  | glue:GetDataCatalogEncryptionSettings | catalog                                |        | administration
            """)
    void readingDefinitions(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Users define views and tables of their own beside the deployed ones, as {@code <something>_quilt_<something>}. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | glue:CreateTable           | catalog                                     | athena | Glue checks the catalog for everything in it
            allowed | glue:CreateTable           | database/quilt_query                        | athena | Glue checks the database of a table, too
            allowed | glue:CreateTable           | table/quilt_query/my_quilt_view             | athena | CREATE VIEW
            allowed | glue:UpdateTable           | catalog                                     | athena | Glue checks the catalog for everything in it
            allowed | glue:UpdateTable           | database/quilt_query                        | athena | Glue checks the database of a table, too
            allowed | glue:UpdateTable           | table/quilt_query/my_quilt_view             | athena | CREATE OR REPLACE VIEW
            allowed | glue:DeleteTable           | catalog                                     | athena | Glue checks the catalog for everything in it
            allowed | glue:DeleteTable           | database/quilt_query                        | athena | Glue checks the database of a table, too
            allowed | glue:DeleteTable           | table/quilt_query/my_quilt_view             | athena | DROP VIEW
            allowed | glue:DeleteTable           | table/quilt_query/my_quilt_view             |        | a client library deletes its own
            denied  | glue:CreateTable           | table/quilt_query/my_view                   | athena | a name without _quilt_
            denied  | glue:UpdateTable           | table/quilt_query/my_view                   | athena | a name without _quilt_
            denied  | glue:DeleteTable           | table/quilt_query/my_view                   | athena | a name without _quilt_
            denied  | glue:CreateTable           | table/default/my_quilt_view                 | athena | another database
            denied  | glue:CreateTable           | database/default                            | athena | another database
            denied  | glue:CreateTable           | table/secret/my_quilt_view                  | athena | another database
            denied  | glue:UpdateTable           | table/secret/my_quilt_view                  | athena | another database
            denied  | glue:DeleteTable           | table/secret/my_quilt_view                  | athena | another database
            denied  | glue:DeleteTable           | database/secret                             | athena | another database
            denied  | glue:BatchDeleteTable      | table/quilt_query/my_quilt_view             |        | one at a time is enough
            denied  | glue:CreatePartition       | table/quilt_query/my_quilt_table            | athena | the tables have no partitions
            denied  | glue:CreateDatabase        | database/default                            | athena | the deployment has made it
            denied  | glue:CreateDatabase        | database/mine                               | athena | administration
            denied  | glue:UpdateDatabase        | database/quilt_query                        | athena | the stack's own
            denied  | glue:DeleteDatabase        | database/quilt_query                        | athena | it would delete every table in it
            denied  | glue:PutResourcePolicy     | catalog                                     |        | administration
            """)
    void ownViews(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Registries: only under {@code .quilt/} of the configured buckets, and only through Athena. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation          | bucket-a                                  | athena                               | Athena asks before it reads
            allowed | s3:GetBucketLocation          | bucket.b                                  | athena                               | Athena asks before it reads
            allowed | s3:ListBucket                 | bucket-a                                  | athena prefix=.quilt/packages/       | finding manifests
            allowed | s3:ListBucket                 | bucket-a                                  | athena prefix=.quilt/packages        | the same as the notebook's location has it
            allowed | s3:ListBucket                 | bucket-a                                  | athena prefix=.quilt/named_packages/ | finding pointers
            allowed | s3:ListBucket                 | bucket.b                                  | athena prefix=.quilt/named_packages/user/name/ | finding a package's pointers
            allowed | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd         | athena                               | reading a manifest
            allowed | s3:GetObject                  | bucket.b/.quilt/named_packages/u/n/latest | athena                               | reading a pointer
            allowed | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd         | athena account=210987654321          | a bucket that is configured may be another account's
            denied  | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd         |                                      | a user's own read is for Quilt's policies to allow
            denied  | s3:GetObject                  | bucket-a/.quilt/packages/0123abcd         | cloudformation                       | another service than Athena
            denied  | s3:ListBucket                 | bucket-a                                  | prefix=.quilt/packages/              | a user's own listing, the same
            denied  | s3:GetBucketLocation          | bucket-a                                  |                                      | a user's own question, the same
            denied  | s3:GetObject                  | bucket-a/data/secret.csv                  | athena                               | an object outside .quilt/
            denied  | s3:GetObject                  | bucket-a/.quiltrc                         | athena                               | not in .quilt/, only named like it
            denied  | s3:GetObject                  | bucket-a/data/.quilt/packages/0123abcd    | athena                               | another .quilt/ than the registry's
            denied  | s3:GetObject                  | bucket-c/.quilt/packages/0123abcd         | athena                               | a bucket that is not configured
            denied  | s3:GetObject                  | bucket-a2/.quilt/packages/0123abcd        | athena                               | a bucket whose name begins the same
            denied  | s3:GetObject                  | bucketXb/.quilt/packages/0123abcd         | athena                               | the dot in a name is a dot
            denied  | s3:ListBucket                 | bucket-a                                  | athena                               | listing the whole bucket
            denied  | s3:ListBucket                 | bucket-a                                  | athena prefix=.quilt                 | it would list .quiltrc, too
            denied  | s3:ListBucket                 | bucket-a                                  | athena prefix=data/                  | listing outside .quilt/
            denied  | s3:ListBucket                 | bucket-c                                  | athena prefix=.quilt/packages/       | a bucket that is not configured
            denied  | s3:GetBucketLocation          | bucket-c                                  | athena                               | a bucket that is not configured
            denied  | s3:ListAllMyBuckets           | *                                         |                                      | the names of all buckets
            denied  | s3:ListBucketVersions         | bucket-a                                  | athena prefix=.quilt/packages/       | Athena reads the current version
            denied  | s3:GetObjectVersion           | bucket-a/.quilt/packages/0123abcd         | athena                               | Athena reads the current version
            denied  | s3:ListBucketMultipartUploads | bucket-a                                  | athena                               | only a writer needs it
            denied  | s3:ListMultipartUploadParts   | bucket-a/.quilt/packages/0123abcd         | athena                               | only a writer needs it
            denied  | s3:PutObject                  | bucket-a/.quilt/packages/0123abcd         | athena                               | writing to a Quilt bucket
            denied  | s3:PutObject                  | bucket-a/data/new.csv                     | athena                               | writing to a Quilt bucket
            denied  | s3:DeleteObject               | bucket-a/.quilt/packages/0123abcd         | athena                               | deleting in a Quilt bucket
            denied  | s3:GetBucketPolicy            | bucket-a                                  |                                      | administration
            denied  | s3:PutBucketPolicy            | bucket-a                                  |                                      | administration
            """)
    void registries(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Results: Athena writes them for the user; users and tools fetch them themselves. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | s3:GetBucketLocation          | mycompany-quilt-query-results         | athena           | Athena asks before it writes
            allowed | s3:GetBucketLocation          | mycompany-quilt-query-results         |                  | tools ask which region to go to
            allowed | s3:ListBucket                 | mycompany-quilt-query-results         | athena           | Athena's own
            allowed | s3:ListBucket                 | mycompany-quilt-query-results         |                  | finding result files
            allowed | s3:GetObject                  | mycompany-quilt-query-results/id.csv  | athena           | GetQueryResults
            allowed | s3:GetObject                  | mycompany-quilt-query-results/id.csv  |                  | fetching the result file
            allowed | s3:PutObject                  | mycompany-quilt-query-results/id.csv  | athena           | writing the result
            allowed | s3:AbortMultipartUpload       | mycompany-quilt-query-results/id.csv  | athena           | giving up a result that cannot be written
            allowed | s3:ListMultipartUploadParts   | mycompany-quilt-query-results/id.csv  | athena           | writing a large result
            allowed | s3:ListBucketMultipartUploads | mycompany-quilt-query-results         | athena           | writing a large result
            denied  | s3:PutObject                  | mycompany-quilt-query-results/id.csv  |                  | users do not make results up
            denied  | s3:AbortMultipartUpload       | mycompany-quilt-query-results/id.csv  |                  | nor end Athena's uploads
            denied  | s3:DeleteObject               | mycompany-quilt-query-results/id.csv  | athena           | results expire by themselves
            denied  | s3:DeleteObject               | mycompany-quilt-query-results/id.csv  |                  | results expire by themselves
            denied  | s3:DeleteObjectVersion        | mycompany-quilt-query-results/id.csv  |                  | results expire by themselves
            denied  | s3:PutObjectAcl               | mycompany-quilt-query-results/id.csv  |                  | sharing results
            denied  | s3:CreateBucket               | mycompany-quilt-query-results         |                  | the stack's own
            denied  | s3:DeleteBucket               | mycompany-quilt-query-results         |                  | the stack's own
            denied  | s3:PutBucketPolicy            | mycompany-quilt-query-results         |                  | changing the bucket
            denied  | s3:PutBucketPublicAccessBlock | mycompany-quilt-query-results         |                  | changing the bucket
            denied  | s3:PutLifecycleConfiguration  | mycompany-quilt-query-results         |                  | changing the bucket
            denied  | s3:PutEncryptionConfiguration | mycompany-quilt-query-results         |                  | changing the bucket
            denied  | s3:GetObject                  | mycompany-quilt-query-results-2/x.csv |                  | a bucket whose name begins the same
            denied  | s3:PutObject                  | somewhere-else/id.csv                 | athena           | results to another bucket
            """)
    void results(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Keys: for what Amazon S3 does with objects and Glue with definitions, and for nothing else that they encrypt. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | kms:Decrypt         | key/results  | s3             | reading results
            allowed | kms:GenerateDataKey | key/results  | s3             | writing results
            allowed | kms:Decrypt         | key/bucket-a | s3             | reading a registry
            allowed | kms:Decrypt         | key/catalog  | glue           | reading definitions
            allowed | kms:Encrypt         | key/catalog  | glue           | defining views
            allowed | kms:GenerateDataKey | key/catalog  | glue           | defining views
            denied  | kms:Decrypt         | key/catalog  | s3             | an object that the same key encrypts
            denied  | kms:Decrypt         | key/catalog  |                | a user with cipher text in hand
            denied  | kms:ReEncryptFrom   | key/catalog  | glue           | Glue does not ask for it
            denied  | kms:ReEncryptFrom   | key/results  | s3             | copying into another key
            denied  | kms:GenerateDataKey | key/bucket-a | s3             | writing to a Quilt bucket
            denied  | kms:Decrypt         | key/results  |                | a user with cipher text in hand
            denied  | kms:Decrypt         | key/bucket-a | secretsmanager | a secret that the same key encrypts
            denied  | kms:Decrypt         | key/other    | s3             | another key
            denied  | kms:GenerateDataKey | key/other    | s3             | another key
            denied  | kms:Encrypt         | key/results  | s3             | S3 does not ask for it
            denied  | kms:DescribeKey     | key/results  |                | S3 does not ask for it
            denied  | kms:CreateGrant     | key/results  |                | passing access on
            denied  | kms:PutKeyPolicy    | key/results  |                | administration
            """)
    void keys(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    /** Other services have no part in it. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            denied | iam:PassRole                  | role/Anything               |        | no query needs a role
            denied | iam:AttachRolePolicy          | role/ReadQuilt              |        | more access for oneself
            denied | sts:AssumeRole                | role/Anything               |        | more access for oneself
            denied | lambda:InvokeFunction         | function:federated          | athena | federated queries
            denied | lakeformation:GetDataAccess   | *                           | athena | Lake Formation is not in use
            denied | cloudformation:UpdateStack    | stack/QuiltAthena/id        |        | the stack itself
            denied | logs:GetLogEvents             | log-group:handler:*         |        | the handler's log
            """)
    void otherServices(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why);
    }

    @Test
    void theIdsOfStatementsAreTheNotebooksWhereTheMeaningIs() {
        assertThat(statements().stream().map(s -> s.path("Sid").asText()))
                .containsExactly(
                        "GrantQuiltAthenaAccess",
                        "GrantQuiltAthenaListAccess",
                        "GrantQuiltAthenaCatalogAccess",
                        "GrantQuiltGlueAccess",
                        "GrantQuiltGlueWriteAccess",
                        "GrantQuiltGlueKeyAccess",
                        "GrantQuiltAthenaBucketAccess",
                        "GrantQuiltAthenaBucketListAccess",
                        "GrantQuiltAthenaInputAccess",
                        "GrantQuiltAthenaInputKeyAccess",
                        "GrantQuiltAthenaOutputAccess",
                        "GrantQuiltAthenaOutputWriteAccess",
                        "GrantQuiltAthenaOutputKeyAccess");
    }

    @Test
    void onlyListingsThatTakeNoResourceGetEveryResource() {
        assertThat(statements().stream()
                        .filter(statement ->
                                statement.path("Resource").toString().contains("\"*\""))
                        .map(statement -> statement.path("Action").toString()))
                .containsExactly("[\"athena:ListDataCatalogs\",\"athena:ListWorkGroups\"]");
    }

    @Test
    void everyActionIsNamed() {
        assertThat(statements().stream()
                        .map(statement -> statement.path("Action").toString())
                        .collect(Collectors.joining()))
                .doesNotContain("*");
    }

    @Test
    void isAttachedToTheConfiguredRoles() {
        assertThat(POLICIES.get(partition).path("Roles")).hasToString("[\"ReadQuilt\",\"WriteQuilt\"]");
    }

    private List<JsonNode> statements() {
        return StreamSupport.stream(
                        POLICIES.get(partition)
                                .path("PolicyDocument")
                                .path("Statement")
                                .spliterator(),
                        false)
                .toList();
    }

    @Test
    void allowsNothingThatNoRowNeeds() {
        assertThat(new PolicyEvaluator(List.of(POLICIES.get(partition).path("PolicyDocument")))
                        .unneeded(AccessTable.allowed(getClass(), partition)))
                .isEmpty();
    }

    private void decide(String expected, String action, String resource, String circumstances, String why) {
        AccessTable.check(
                new PolicyEvaluator(List.of(POLICIES.get(partition).path("PolicyDocument"))),
                expected,
                Call.request(partition, action, resource, circumstances),
                why);
    }
}
