package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.access.ResourceHandlers.Handler;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the pipeline's roles may do by the policies in {@code docs/security/deployer}: deploy whatever the templates can have, and
 * nothing else.
 */
class DeployerAccessTest {
    private static final Partition PARTITION = Partition.AWS;
    private static final Path DEPLOYER = TestTemplates.PROJECT.resolve("docs/security/deployer");
    private static final String EXECUTION = "cloudformation-execution.json";
    private static final String SNAPSHOTS = "cloudformation-execution-snapshots.json";
    private static final String MONITORING = "cloudformation-execution-monitoring.json";
    private static final String READ = "read-role.json";
    private static final String DEPLOY = "deploy-role.json";
    private static final String BOUNDARY = "require-boundary.json";

    /** {@link DeployedAccessTest} has what it is for. */
    static final String CHECK = "check-deployment.json";

    /** What stands for what, as {@code docs/security/deployer.md} explains it. The boundary has a name that the stack may write. */
    static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("<partition>", PARTITION.id()),
            Map.entry("<region>", PARTITION.region()),
            Map.entry("<account>", Partition.ACCOUNT),
            Map.entry("<qualifier>", "quilt"),
            Map.entry("<results-bucket>", "mycompany-quilt-query-results"),
            Map.entry("<snapshot-bucket>", "mycompany-quilt-query-snapshot"),
            Map.entry("<workgroup>", "quilt-query"),
            Map.entry("<database>", "quilt_query"),
            Map.entry("<policy>", "AthenaQuiltAccess"),
            Map.entry("<role-path>", "/quilt/"),
            Map.entry("<boundary>", PARTITION.arn("iam", "policy/QuiltAthena-boundary")),
            Map.entry("<catalog-key>", PARTITION.arn("kms", "key/catalog")),
            Map.entry("<quilt-stack>", "quilt"),
            Map.entry(
                    "\"<quilt-buckets>\"",
                    "\"%s\", \"%s\"".formatted(PARTITION.arn("s3", "bucket-a"), PARTITION.arn("s3", "bucket-b"))),
            Map.entry(
                    "\"<registries>\"",
                    "\"%s\", \"%s\""
                            .formatted(
                                    PARTITION.arn("s3", "bucket-a/.quilt/*"),
                                    PARTITION.arn("s3", "bucket-b/.quilt/*"))),
            Map.entry(
                    "\"<attached-roles>\"",
                    "\"%s\", \"%s\""
                            .formatted(
                                    PARTITION.arn("iam", "role/Analysts"),
                                    PARTITION.arn("iam", "role/teams/Curators"))));

    @Test
    void theHandlersOfEveryTypeThatATemplateCanHaveAreKnown() {
        Set<String> types = new TreeSet<>();
        configurations().map(TestTemplates::assembly).forEach(assembly -> types.addAll(types(assembly)));

        assertThat(types).containsExactlyInAnyOrderElementsOf(ResourceHandlers.BY_TYPE.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"aws", "aws-us-gov"})
    void cloudFormationMayDoWhatTheHandlersOfEveryTypeDo(String partitionId) {
        Partition partition = partitionId.equals("aws") ? Partition.AWS : Partition.AWS_US_GOV;
        PolicyEvaluator policy = evaluator(partition, EXECUTION, SNAPSHOTS, MONITORING);

        assertThat(handlers())
                .flatMap(handler -> handler.requests(partition).toList())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(inRegion(request, partition)))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("allowed"));
    }

    @Test
    void theRoleThatReadsMayReadWhatDriftDetectionReads() {
        PolicyEvaluator policy = evaluator(PARTITION, READ);

        assertThat(handlers().filter(Handler::reads))
                .flatMap(handler -> handler.requests(PARTITION).toList())
                .filteredOn(request -> !request.action().equals("iam:ListPolicyVersions"))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(request))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("allowed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {CHECK, READ, DEPLOY})
    void thePipelinesOwnRolesChangeNothing(String file) {
        PolicyEvaluator policy = evaluator(PARTITION, file);

        assertThat(handlers().filter(handler -> !handler.reads()))
                .flatMap(handler -> handler.requests(PARTITION).toList())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(request))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("denied"));
    }

    /** Calls that depend on what is attached or passed, or that come before any resource. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | iam:AttachRolePolicy | role/Analysts | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role of attachPolicyToRoles
            allowed | iam:DetachRolePolicy | role/teams/Curators | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role of attachPolicyToRoles that has a path
            denied | iam:AttachRolePolicy | role/cdk-quilt-cfn-exec-role-123456789012-eu-central-1 | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | its own role, by a policy that it writes
            denied | iam:AttachRolePolicy | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | the role that deploys
            denied | iam:AttachRolePolicy | role/Admin | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role that is not in attachPolicyToRoles
            denied | iam:DetachRolePolicy | role/Admin | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role that is not in attachPolicyToRoles
            denied | iam:AttachRolePolicy | role/Curators | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role of the same name with another path
            denied | iam:AttachRolePolicy | role/Analysts2 | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role whose name begins the same
            denied | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | the stack's roles are no users
            allowed | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | the handler's policies when one cannot hold them
            allowed | iam:AttachRolePolicy | role/quilt/QuiltAthena-CustomS3AutoDelete-0ABC | iam:PolicyARN=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole | the CDK's function that empties the bucket
            allowed | iam:PassRole | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PassedToService=lambda.amazonaws.com | a function gets its role
            allowed | iam:DetachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | the same, when one can
            allowed | ssm:GetParameter | parameter/cdk-bootstrap/quilt/version | | the CDK CLI, as CloudFormation
            allowed | ssm:GetParameters | parameter/cdk-bootstrap/quilt/version | | a parameter of the template
            allowed | kms:Decrypt | key/catalog | glue | reading definitions in an encrypted Data Catalog
            allowed | kms:Encrypt | key/catalog | glue | making tables in it
            allowed | kms:GenerateDataKey | key/catalog | glue | making tables in it
            allowed | cloudformation:TagResource | stack/QuiltAthena-QuiltBucketsimagingNestedStack-0ABC/0f1e | | tags of the stack are its nested stacks', too
            allowed | cloudformation:UntagResource | stack/QuiltAthena-QuiltBucketsimagingNestedStack-0ABC/0f1e | | tags of the stack are its nested stacks', too
            denied | cloudwatch:PutMetricAlarm | alarm:Billing | | somebody's alarm
            denied | cloudwatch:DeleteDashboards | dashboard/Operations | | somebody's dashboard
            denied | kms:Decrypt | key/catalog | | no handler decrypts anything itself
            denied | kms:Decrypt | key/catalog | s3 | an object that the same key encrypts
            denied | kms:ReEncryptFrom | key/catalog | glue | Glue does not ask for it
            denied | iam:AttachRolePolicy | role/Analysts | iam:PolicyARN=arn:aws:iam::aws:policy/AdministratorAccess | another policy for somebody's role
            denied | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::aws:policy/AdministratorAccess | another policy for its own roles
            allowed | iam:PassRole | role/quilt/QuiltAthena-SnapshotRefreshRole-0ABC | iam:PassedToService=states.amazonaws.com | the state machine gets its role
            allowed | iam:PassRole | role/quilt/QuiltAthena-SnapshotRefreshRole-0ABC | iam:PassedToService=scheduler.amazonaws.com | the schedules get their role
            allowed | s3:PutObject | mycompany-quilt-query-snapshot/rows/metadata/00000-0a1b.metadata.json | | Glue writes the table's first metadata
            allowed | s3:GetObject | mycompany-quilt-query-snapshot/rows/metadata/00000-0a1b.metadata.json | | Glue reads it
            denied | s3:GetObject | mycompany-quilt-query-snapshot/rows/data/0a1b.parquet | | what is in a registry
            denied | states:StartExecution | stateMachine:SnapshotRefreshStateMachine0AB1C2D3-0ABC | | refreshing
            denied | states:DeleteStateMachine | stateMachine:payroll | | another state machine
            denied | scheduler:DeleteSchedule | schedule/default/payroll | | another schedule
            denied | iam:PassRole | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PassedToService=ec2.amazonaws.com | another service
            denied | iam:PassRole | role/Admin | iam:PassedToService=lambda.amazonaws.com | somebody's role
            denied | iam:CreateRole | role/QuiltAthena-HandlerRole-0ABC | | a role outside the path
            denied | iam:CreateRole | role/quilt/Admin | | a role of another name
            denied | iam:PutRolePolicy | role/Analysts | | somebody's role
            denied | iam:UpdateAssumeRolePolicy | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | | the bootstrap's roles
            denied | iam:CreateUser | user/QuiltAthena-user | | a user
            denied | iam:CreatePolicyVersion | policy/QuiltExecution | | its own policy
            denied | s3:GetObject | mycompany-quilt-query-results/id.csv | | somebody's result
            denied | s3:DeleteObject | mycompany-quilt-query-results/id.csv | | only the CDK's function empties the bucket
            denied | s3:GetObject | bucket-a/.quilt/packages/0123abcd | | a registry
            denied | s3:PutBucketPolicy | bucket-a | | a Quilt bucket
            denied | s3:DeleteBucket | bucket-a | | a Quilt bucket
            denied | s3:PutObject | cdk-quilt-assets-123456789012-eu-central-1/0a1b.jar | | assets are the publishing role's
            denied | glue:DeleteTable | table/quilt_query/my_quilt_view | | a user's own table
            denied | glue:CreateTable | table/quilt_query/bucket_a_quilt_packages_view | | views are the handler's
            denied | glue:GetTable | table/secret/salaries | | another database
            denied | cloudwatch:GetDashboard | dashboard/Operations | | somebody's dashboard
            denied | glue:DeleteDatabase | database/secret | | another database
            denied | athena:StartQueryExecution | workgroup/quilt-query | | running queries
            denied | athena:GetQueryResults | workgroup/quilt-query | | reading results
            denied | athena:DeleteWorkGroup | workgroup/primary | | another workgroup
            denied | lambda:InvokeFunction | function:payroll | | another function
            denied | lambda:UpdateFunctionCode | function:payroll | | another function
            denied | logs:DeleteLogGroup | log-group:/aws/lambda/payroll | | another log
            denied | cloudformation:UpdateStack | stack/Quilt/0f1e | | the Quilt stack
            denied | cloudformation:DeleteStack | stack/CDKToolkit/0f1e | | the bootstrap
            denied | kms:Decrypt | key/results | | no handler uses a key
            denied | sts:AssumeRole | role/quilt/QuiltAthena-HandlerRole-0ABC | | no handler assumes a role
            """)
    void cloudFormationAtTheEdges(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why, EXECUTION, SNAPSHOTS, MONITORING);
    }

    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | sts:AssumeRole | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | | deploying
            allowed | sts:AssumeRole | role/cdk-quilt-file-publishing-role-123456789012-eu-central-1 | | uploading assets
            denied | sts:AssumeRole | role/cdk-quilt-lookup-role-123456789012-eu-central-1 | | it reads everything in the account
            denied | sts:AssumeRole | role/cdk-quilt-cfn-exec-role-123456789012-eu-central-1 | | CloudFormation alone has it
            denied | sts:AssumeRole | role/cdk-hnb659fds-deploy-role-123456789012-eu-central-1 | | another bootstrap
            denied | sts:AssumeRole | role/Admin | | another role
            denied | iam:PassRole | role/cdk-quilt-cfn-exec-role-123456789012-eu-central-1 | | the deploy role passes it
            """)
    void theRoleThatDeploys(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why, DEPLOY);
    }

    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            denied | sts:AssumeRole | role/cdk-quilt-lookup-role-123456789012-eu-central-1 | | it reads everything in the account
            allowed | cloudformation:GetTemplate | stack/QuiltAthena/0f1e | | comparing templates
            denied | sts:AssumeRole | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | | it deploys nothing
            denied | sts:AssumeRole | role/cdk-quilt-file-publishing-role-123456789012-eu-central-1 | | it uploads nothing
            allowed | cloudformation:DetectStackDrift | stack/QuiltAthena/0f1e | | drift of the stack
            allowed | cloudformation:DetectStackDrift | stack/QuiltAthena-QuiltBucketsimaging-0ABC/0f1e | | drift of a group's stack
            allowed | cloudformation:DescribeStackResourceDrifts | stack/QuiltAthena/0f1e | | what has drifted
            allowed | cloudformation:DetectStackResourceDrift | stack/QuiltAthena/0f1e | | detection goes through the resources
            allowed | cloudformation:DescribeStackDriftDetectionStatus | * | | waiting for it
            allowed | cloudformation:DescribeStackResources | stack/QuiltAthena/0f1e | | detection goes through the resources
            allowed | kms:Decrypt | key/catalog | glue | reading definitions in an encrypted Data Catalog
            denied | kms:Decrypt | key/catalog | | it decrypts nothing itself
            denied | kms:Encrypt | key/catalog | glue | it writes nothing
            allowed | cloudformation:ListStackResources | stack/QuiltAthena/0f1e | | finding the groups' stacks
            denied | cloudformation:DetectStackDrift | stack/Quilt/0f1e | | another stack
            denied | cloudformation:CreateChangeSet | stack/QuiltAthena/0f1e | | a change set is a step towards a change
            denied | s3:GetObject | mycompany-quilt-query-results/id.csv | | somebody's result
            denied | glue:GetTable | table/secret/salaries | | another database
            """)
    void theRoleThatReads(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why, READ);
    }

    /** With {@code require-boundary.json} beside it: every role has the boundary and keeps it. */
    @ParameterizedTest(name = "{0}: {1} on {2}, {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            allowed | iam:CreateRole | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-boundary | with the boundary
            allowed | iam:PutRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-boundary | a role that has the boundary
            allowed | iam:PutRolePermissionsBoundary | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-boundary | giving it the boundary
            allowed | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-boundary iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | a role that has the boundary
            allowed | iam:DetachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | taking away
            allowed | iam:AttachRolePolicy | role/Analysts | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | somebody's role, which has the boundary that its owner gives it
            denied | iam:CreateRole | role/quilt/QuiltAthena-HandlerRole-0ABC | | without a boundary
            denied | iam:CreateRole | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-own | with one that it has written itself
            denied | iam:PutRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | | a role that has none
            denied | iam:PutRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-own | a role that has another one
            denied | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | a role that has none
            denied | iam:PutRolePermissionsBoundary | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-own | another one in its place
            denied | iam:DeleteRolePermissionsBoundary | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/QuiltAthena-boundary | taking it off
            denied | iam:DeleteRolePermissionsBoundary | role/quilt/QuiltAthena-HandlerRole-0ABC | | taking it off
            denied | iam:CreatePolicyVersion | policy/QuiltAthena-boundary | | making it wider, though its name is one that the stack may write
            denied | iam:DeletePolicyVersion | policy/QuiltAthena-boundary | | another version of it
            denied | iam:DeletePolicy | policy/QuiltAthena-boundary | | deleting it
            denied | iam:SetDefaultPolicyVersion | policy/QuiltAthena-boundary | | another version of it
            """)
    void aBoundaryThatIsRequired(String decision, String action, String resource, String circumstances, String why) {
        decide(decision, action, resource, circumstances, why, EXECUTION, BOUNDARY);
    }

    @Test
    void aBoundaryThatIsRequiredHindersNothingElse() {
        PolicyEvaluator policy = evaluator(PARTITION, EXECUTION, SNAPSHOTS, MONITORING, BOUNDARY);
        String boundary = NAMES.get("<boundary>");

        assertThat(handlers())
                .flatMap(handler -> handler.requests(PARTITION).toList())
                .filteredOn(request -> !request.action().equals("iam:DeleteRolePermissionsBoundary"))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(new Request(
                                request.action(),
                                request.resource(),
                                Map.of("iam:PermissionsBoundary", List.of(boundary)))))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("allowed"));
    }

    @Test
    void nothingIsAllowedThatNoHandlerAndNoRowNeeds() {
        assertThat(evaluator(PARTITION, EXECUTION, SNAPSHOTS, MONITORING)
                        .unneeded(needed(handlers(), "cloudFormationAtTheEdges")))
                .isEmpty();
        assertThat(evaluator(PARTITION, READ).unneeded(needed(handlers().filter(Handler::reads), "theRoleThatReads")))
                .isEmpty();
        assertThat(evaluator(PARTITION, DEPLOY).unneeded(needed(Stream.empty(), "theRoleThatDeploys")))
                .isEmpty();
    }

    @Test
    void withoutAttachedRolesAndWithoutACatalogKeyTheirStatementsAreLeftOut() {
        Map<String, String> names = new HashMap<>(NAMES);
        names.put("\"<attached-roles>\"", "");
        names.put("<catalog-key>", "");

        assertThat(sids(filled(EXECUTION, names))).doesNotContain("AttachUsersPolicy", "CatalogKey");
        assertThat(sids(filled(READ, names))).doesNotContain("CatalogKey");
    }

    /** What the page tells an administrator to run, with the page's names. */
    @Test
    void theCommandsOfThePageFillInThePolicies(@TempDir Path directory) throws Exception {
        assumeThat(List.of(System.getenv("PATH").split(File.pathSeparator)))
                .as("The page asks for jq")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "jq")));
        Path deployer = Files.createDirectories(directory.resolve("docs/security/deployer"));
        for (Path file : TestFiles.list(DEPLOYER)) {
            Files.copy(file, deployer.resolve(file.getFileName()));
        }
        Matcher commands = Pattern.compile("```bash\n(# The roles of attachPolicyToRoles.*?)```", Pattern.DOTALL)
                .matcher(TestFiles.text(TestTemplates.PROJECT.resolve("docs/security/deployer.md")));
        assertThat(commands.find()).isTrue();
        Map<String, String> names = new HashMap<>(NAMES);
        names.put("<qualifier>", "hnb659fds");
        names.put("<role-path>", "/");
        names.put("<catalog-key>", "");
        names.put("<boundary>", PARTITION.arn("iam", "policy/developers"));

        Process process = new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands.group(1))
                .directory(directory.toFile())
                .inheritIO()
                .start();

        assertThat(process.waitFor()).isZero();
        assertThat(TestFiles.list(directory.resolve("target/deployer")))
                .extracting(file -> file.getFileName().toString())
                .containsExactly(CHECK, MONITORING, SNAPSHOTS, EXECUTION, DEPLOY, READ, BOUNDARY);
        assertThat(TestFiles.list(directory.resolve("target/deployer")))
                .allSatisfy(file -> assertThat(TestFiles.json(TestFiles.text(file)))
                        .isEqualTo(filled(file.getFileName().toString(), names)));
    }

    /** A managed policy has at most 6,144 characters, white space not counted. */
    @ParameterizedTest
    @ValueSource(strings = {CHECK, EXECUTION, SNAPSHOTS, MONITORING, READ, DEPLOY, BOUNDARY})
    void eachFitsIntoAManagedPolicyWithNamesOfSixtyCharacters(String file) {
        Map<String, String> names = new HashMap<>(NAMES);
        for (String name : List.of(
                "<results-bucket>",
                "<snapshot-bucket>",
                "<workgroup>",
                "<database>",
                "<policy>",
                "<role-path>",
                "<quilt-stack>")) {
            names.put(name, "n".repeat(60));
        }
        names.put("<partition>", Partition.LONGEST.id());
        names.put("<region>", Partition.LONGEST.region());
        names.put("<qualifier>", "q".repeat(10));
        names.put("<boundary>", Partition.LONGEST.arn("iam", "policy/" + "n".repeat(60)));
        names.put("<catalog-key>", Partition.LONGEST.arn("kms", "key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"));
        names.put("\"<attached-roles>\"", '"' + Partition.LONGEST.arn("iam", "role/" + "n".repeat(60)) + '"');

        assertThat(SynthesizedPolicies.size(filled(file, names))).isLessThanOrEqualTo(6_144);
    }

    private static void decide(
            String expected, String action, String resource, String circumstances, String why, String... files) {
        AccessTable.check(
                evaluator(PARTITION, files),
                expected,
                Call.request(PARTITION.place(), action, resource, circumstances),
                why);
    }

    private static List<Request> needed(Stream<Handler> handlers, String table) {
        return Stream.concat(
                        handlers.flatMap(handler -> handler.requests(PARTITION)),
                        AccessTable.allowed(DeployerAccessTest.class, PARTITION, table).stream())
                .toList();
    }

    private static Stream<Handler> handlers() {
        return ResourceHandlers.BY_TYPE.values().stream().flatMap(List::stream);
    }

    /** The bootstrap's bucket and the dashboard are named after the region. */
    private static Request inRegion(Request request, Partition partition) {
        return new Request(
                request.action(),
                request.resource().replace(PARTITION.region(), partition.region()),
                request.context());
    }

    /** Configurations that have, together, everything that there can be. */
    private static Stream<Map<String, Object>> configurations() {
        return Stream.of(
                TestTemplates.configuration("aws:cdk:version-reporting", true),
                TestTemplates.configuration(
                        "quiltBuckets",
                        Map.of("imaging", List.of("bucket-a")),
                        "removalPolicy",
                        "destroy",
                        "attachPolicyToRoles",
                        List.of("Analysts"),
                        "resultsKmsKeyArn",
                        PARTITION.arn("kms", "key/results"),
                        "quiltBucketKmsKeyArns",
                        List.of(PARTITION.arn("kms", "key/bucket-a")),
                        "catalogKmsKeyArn",
                        PARTITION.arn("kms", "key/catalog"),
                        "snapshotSchedule",
                        "rate(1 hour)",
                        "snapshotEvents",
                        true,
                        "dashboard",
                        true,
                        "alarmTopicArn",
                        PARTITION.arn("sns", "alarms"),
                        "bytesScannedAlarmPerDay",
                        1_000_000_000_000L,
                        "rolePath",
                        "/quilt/",
                        "customViews",
                        Map.of("latest_images", "test/resources/views/latest_images.sql")),
                TestTemplates.configuration(
                        "inputAccess",
                        "any",
                        "quiltBuckets",
                        IntStream.range(0, 50)
                                .mapToObj(i -> "bucket-%s-%d".formatted("z".repeat(40), i))
                                .toList()));
    }

    private static Set<String> types(CloudAssembly assembly) {
        return TestFiles.list(assembly.directory()).stream()
                .filter(file -> file.toString().endsWith(".template.json"))
                .map(file -> TestFiles.json(TestFiles.text(file)).path("Resources"))
                .flatMap(resources -> StreamSupport.stream(resources.spliterator(), false))
                .map(resource -> resource.path("Type").asText())
                .collect(Collectors.toSet());
    }

    private static PolicyEvaluator evaluator(Partition partition, String... files) {
        Map<String, String> names = new HashMap<>(NAMES);
        names.put("<partition>", partition.id());
        names.put("<region>", partition.region());
        return new PolicyEvaluator(
                Stream.of(files).map(file -> filled(file, names)).toList());
    }

    /** A policy without the statements for roles and for a key that there are not. */
    static JsonNode filled(String file, Map<String, String> names) {
        String text = TestFiles.text(DEPLOYER.resolve(file));
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        assertThat(text).doesNotContainPattern("<[a-z-]+>");
        JsonNode policy = TestFiles.json(text);
        ((ArrayNode) policy.path("Statement")).removeIf(statement -> isEmpty(statement.path("Resource")));
        return policy;
    }

    private static boolean isEmpty(JsonNode resource) {
        return resource.isArray() ? resource.isEmpty() : resource.asText().isEmpty();
    }

    private static List<String> sids(JsonNode policy) {
        return StreamSupport.stream(policy.path("Statement").spliterator(), false)
                .map(statement -> statement.path("Sid").asText())
                .toList();
    }
}
