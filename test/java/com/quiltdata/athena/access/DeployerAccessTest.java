package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.access.ResourceHandlers.Handler;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the pipeline's roles may do by the policies in {@code docs/deployer}: deploy whatever the templates can have, and
 * nothing else.
 */
class DeployerAccessTest {
    private static final Partition PARTITION = Partition.AWS;
    private static final String EXECUTION = "cloudformation-execution.json";
    private static final String READ = "read-role.json";
    private static final String DEPLOY = "deploy-role.json";

    /** What stands for what, as {@code docs/gitops.md} explains it. */
    private static final Map<String, String> NAMES = Map.of(
            "<partition>", PARTITION.id(),
            "<region>", PARTITION.region(),
            "<account>", Partition.ACCOUNT,
            "<qualifier>", "quilt",
            "<results-bucket>", "mycompany-quilt-query-results",
            "<workgroup>", "quilt-query",
            "<database>", "quilt_query",
            "<policy>", "AthenaQuiltAccess",
            "<role-path>", "/quilt/");

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
        PolicyEvaluator policy = new PolicyEvaluator(List.of(policy(EXECUTION, partition)));

        assertThat(handlers())
                .flatMap(handler -> handler.requests(partition).toList())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(inAssets(request, partition)))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("allowed"));
    }

    @Test
    void theRoleThatReadsMayReadWhatDriftDetectionReads() {
        PolicyEvaluator policy = new PolicyEvaluator(List.of(policy(READ, PARTITION)));

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
    @ValueSource(strings = {READ, DEPLOY})
    void thePipelinesOwnRolesChangeNothing(String file) {
        PolicyEvaluator policy = new PolicyEvaluator(List.of(policy(file, PARTITION)));

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
            allowed | iam:AttachRolePolicy | role/Analysts | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | attachPolicyToRoles
            allowed | iam:DetachRolePolicy | role/teams/Analysts | iam:PolicyARN=arn:aws:iam::123456789012:policy/AthenaQuiltAccess | a role of attachPolicyToRoles has a path
            allowed | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::123456789012:policy/QuiltAthena-Overflow-0ABC | the handler's policies when one cannot hold them
            allowed | iam:AttachRolePolicy | role/quilt/QuiltAthena-CustomS3AutoDelete-0ABC | iam:PolicyARN=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole | the CDK's function that empties the bucket
            allowed | iam:PassRole | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PassedToService=lambda.amazonaws.com | a function gets its role
            allowed | ssm:GetParameters | parameter/cdk-bootstrap/quilt/version | | a parameter of the template
            denied | iam:AttachRolePolicy | role/Analysts | iam:PolicyARN=arn:aws:iam::aws:policy/AdministratorAccess | another policy for somebody's role
            denied | iam:AttachRolePolicy | role/quilt/QuiltAthena-HandlerRole-0ABC | iam:PolicyARN=arn:aws:iam::aws:policy/AdministratorAccess | another policy for its own roles
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
    void cloudFormationAtTheEdges(String decision, String action, String resource, String condition, String why) {
        decide(EXECUTION, decision, action, resource, condition, why);
    }

    @ParameterizedTest(name = "{0} {1}: {2} on {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            deploy-role.json | allowed | sts:AssumeRole | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | deploying
            deploy-role.json | allowed | sts:AssumeRole | role/cdk-quilt-file-publishing-role-123456789012-eu-central-1 | uploading assets
            deploy-role.json | denied | sts:AssumeRole | role/cdk-quilt-lookup-role-123456789012-eu-central-1 | it reads everything in the account
            deploy-role.json | denied | sts:AssumeRole | role/cdk-quilt-cfn-exec-role-123456789012-eu-central-1 | CloudFormation alone has it
            deploy-role.json | denied | sts:AssumeRole | role/cdk-hnb659fds-deploy-role-123456789012-eu-central-1 | another bootstrap
            deploy-role.json | denied | sts:AssumeRole | role/Admin | another role
            deploy-role.json | denied | iam:PassRole | role/cdk-quilt-cfn-exec-role-123456789012-eu-central-1 | the deploy role passes it
            read-role.json | denied | sts:AssumeRole | role/cdk-quilt-lookup-role-123456789012-eu-central-1 | it reads everything in the account
            read-role.json | allowed | cloudformation:GetTemplate | stack/QuiltAthena/0f1e | comparing templates
            read-role.json | denied | sts:AssumeRole | role/cdk-quilt-deploy-role-123456789012-eu-central-1 | it deploys nothing
            read-role.json | denied | sts:AssumeRole | role/cdk-quilt-file-publishing-role-123456789012-eu-central-1 | it uploads nothing
            read-role.json | allowed | cloudformation:DetectStackDrift | stack/QuiltAthena/0f1e | drift of the stack
            read-role.json | allowed | cloudformation:DetectStackDrift | stack/QuiltAthena-QuiltBucketsimaging-0ABC/0f1e | drift of a group's stack
            read-role.json | allowed | cloudformation:DescribeStackResourceDrifts | stack/QuiltAthena/0f1e | what has drifted
            read-role.json | allowed | cloudformation:DetectStackResourceDrift | stack/QuiltAthena/0f1e | detection goes through the resources
            read-role.json | allowed | cloudformation:DescribeStackDriftDetectionStatus | * | waiting for it
            read-role.json | allowed | cloudformation:ListStackResources | stack/QuiltAthena/0f1e | finding the groups' stacks
            read-role.json | denied | cloudformation:DetectStackDrift | stack/Quilt/0f1e | another stack
            read-role.json | denied | cloudformation:CreateChangeSet | stack/QuiltAthena/0f1e | a change set is a step towards a change
            read-role.json | denied | s3:GetObject | mycompany-quilt-query-results/id.csv | somebody's result
            read-role.json | denied | glue:GetTable | table/secret/salaries | another database
            """)
    void thePipelinesOwnRoles(String file, String decision, String action, String resource, String why) {
        decide(file, decision, action, resource, null, why);
    }

    /** A managed policy has at most 6,144 characters, white space not counted. */
    @ParameterizedTest
    @ValueSource(strings = {EXECUTION, READ, DEPLOY})
    void eachFitsIntoAManagedPolicyWithNamesOfSixtyCharacters(String file) {
        Map<String, String> names = new LinkedHashMap<>(NAMES);
        for (String name : List.of("<results-bucket>", "<workgroup>", "<database>", "<policy>", "<role-path>")) {
            names.put(name, "n".repeat(60));
        }
        names.put("<partition>", Partition.LONGEST.id());
        names.put("<region>", Partition.LONGEST.region());
        names.put("<qualifier>", "q".repeat(10));

        assertThat(SynthesizedPolicies.size(TestFiles.json(filled(file, names))))
                .isLessThanOrEqualTo(6_144);
    }

    private static void decide(
            String file, String expected, String action, String resource, String condition, String why) {
        Request request = Call.request(PARTITION, action, resource, null);
        // Roles that are assumed are IAM's; the others' services are their actions'.
        String arn = action.startsWith("sts:") ? PARTITION.arn("iam", resource) : request.resource();
        Map<String, List<String>> context = condition == null
                ? Map.of()
                : Map.of(condition.split("=")[0], List.of(condition.split("=")[1]));
        Decision decision =
                new PolicyEvaluator(List.of(policy(file, PARTITION))).decide(new Request(action, arn, context));
        assertThat(decision.word())
                .as("%s on %s (%s) is %s %s", action, resource, why, decision.word(), decision.reason())
                .isEqualTo(expected);
    }

    private static Stream<Handler> handlers() {
        return ResourceHandlers.BY_TYPE.values().stream().flatMap(List::stream);
    }

    /** The bootstrap's bucket is named after the region. */
    private static Request inAssets(Request request, Partition partition) {
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

    private static JsonNode policy(String file, Partition partition) {
        Map<String, String> names = new LinkedHashMap<>(NAMES);
        names.put("<partition>", partition.id());
        names.put("<region>", partition.region());
        return TestFiles.json(filled(file, names));
    }

    private static String filled(String file, Map<String, String> names) {
        String text =
                TestFiles.text(TestTemplates.PROJECT.resolve("docs/deployer").resolve(file));
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        assertThat(text).doesNotContainPattern("<[a-z-]+>");
        return text;
    }
}
