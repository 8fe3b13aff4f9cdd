package com.quiltdata.athena.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.QuiltAthenaStack;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.ViewOfBuckets;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.HIPAASecurityChecks;
import io.github.cdklabs.cdknag.NIST80053R5Checks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import io.github.cdklabs.cdknag.PCIDSS321Checks;
import io.github.cdklabs.cdknag.ServerlessChecks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.IAspect;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Matcher;

/**
 * cdk-nag's rules on the sample stack with a bucket and a custom view more, and a key for the results as the compliance
 * packs ask for one: no finding but those below, each for one path and with its reason. A suppression of a wildcard names the very resource, so that
 * another wildcard is a finding.
 */
class NagTest {
    private static final String GLUE = "Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:";
    private static final String TABLES = GLUE + "table/<QueryDatabase5B4A5A9D>/";
    private static final String RESULTS = "Resource::<QueryResultsBucket8914DAAE.Arn>/*";

    private static final String SNAPSHOTS = "Resource::<SnapshotStoreBucketDA23CF97.Arn>/rows/*";

    private static final String MANY_FILES = "The table is many files below one prefix.";

    private static final String MANY_OBJECTS = "Manifests and pointers are many objects below one prefix.";

    private static final String HISTORY =
            "Step Functions keeps each execution's history, with every query and its error, for 90 days.";

    private static final String EXECUTIONS =
            "Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<SnapshotRefresh";

    private static final String POINTERS = "/.quilt/named_packages/*";

    /** Of what is there with {@code snapshotEvents}, and of the machines' own executions. */
    private static final Map<String, List<NagPackSuppression>> SUPPRESSIONS_OF_MACHINES = Map.of(
            "/QuiltAthena/SnapshotRefresh/ExecutionsPolicy/Resource",
                    Stream.of("StateMachine9AF2A429", "EventsStateMachineA39EF4F8")
                            .flatMap(machine -> Stream.of(machine + ".Name>:*", machine + ".Name>/*"))
                            .map(machine -> wildcard(EXECUTIONS + machine, "Each execution has an ARN of its own."))
                            .toList(),
            "/QuiltAthena/SnapshotRefresh/PointersPolicy/Resource",
                    List.of(
                            wildcard(
                                    "Resource::arn:<AWS::Partition>:s3:::quilt-allencell-manifests" + POINTERS,
                                    MANY_OBJECTS),
                            wildcard("Resource::arn:<AWS::Partition>:s3:::imaging-a" + POINTERS, MANY_OBJECTS)),
            "/QuiltAthena/SnapshotRefresh/EventsStateMachine",
                    List.of(
                            suppression("AwsSolutions-SF1", HISTORY),
                            suppression("AwsSolutions-SF2", HISTORY),
                            suppression("Serverless-StepFunctionStateMachineXray", HISTORY)),
            "/QuiltAthena/SnapshotRefresh/Events/DeadLetters/Resource",
                    List.of(suppression(
                            "Serverless-SQSRedrivePolicy", "It is where messages go that cannot be delivered.")),
            "/QuiltAthena/SnapshotRefresh/PipeRole/Resource",
                    Stream.of("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
                            .map(pack ->
                                    suppression(pack + "-IAMNoInlinePolicy", "It is of one role, and goes with it."))
                            .toList());

    private static final Map<String, List<NagPackSuppression>> SUPPRESSIONS = Map.of(
            "/QuiltAthena/SnapshotStore/Bucket/Resource",
                    List.of(suppression(
                            "AwsSolutions-S1",
                            "Snapshots are copies, read through Athena, whose history tells who ran which query.")),
            "/QuiltAthena/AthenaViewProvider/HandlerRole/Snapshots/Resource",
                    Stream.concat(
                                    Stream.of(wildcard(SNAPSHOTS, MANY_FILES)),
                                    Stream.of(SnapshotView.values())
                                            .map(ViewOfBuckets::namePattern)
                                            .map(pattern -> wildcard(
                                                    TABLES + pattern,
                                                    "Those of buckets that left the configuration are dropped, too.")))
                            .toList(),
            "/QuiltAthena/SnapshotRefresh/QueriesPolicy/Resource",
                    List.of(
                            wildcard(SNAPSHOTS, MANY_FILES),
                            wildcard(
                                    "Resource::<SnapshotStoreBucketDA23CF97.Arn>/results/*",
                                    "Each statement has a result object of its own."),
                            wildcard(TABLES + "*", "Athena looks up the tables of every bucket.")),
            "/QuiltAthena/SnapshotRefresh/RegistriesPolicy/Resource",
                    List.of(
                            wildcard(
                                    "Resource::arn:<AWS::Partition>:s3:::quilt-allencell-manifests/.quilt/*",
                                    MANY_OBJECTS),
                            wildcard("Resource::arn:<AWS::Partition>:s3:::imaging-a/.quilt/*", MANY_OBJECTS)),
            "/QuiltAthena/SnapshotRefresh/StateMachine",
                    List.of(suppression("AwsSolutions-SF1", HISTORY), suppression("AwsSolutions-SF2", HISTORY)),
            "/QuiltAthena/QueryResults/Bucket/Resource",
                    List.of(
                            suppression(
                                    "AwsSolutions-S1",
                                    "Results are copies that expire, and who ran which query is in Athena's history and in "
                                            + "CloudTrail. A bucket for access logs would keep more, for longer, than it guards.")),
            "/QuiltAthena/AccessPolicy/Policy/Resource",
                    List.of(
                            wildcard("Resource::*", "ListWorkGroups and ListDataCatalogs take no resource."),
                            wildcard(TABLES + "*", "Users read every table of this database."),
                            wildcard(TABLES + "*_quilt_*", "Users define views under names of their own."),
                            wildcard(
                                    "Resource::arn:<AWS::Partition>:s3:::quilt-allencell-manifests/.quilt/*",
                                    MANY_OBJECTS),
                            wildcard("Resource::arn:<AWS::Partition>:s3:::imaging-a/.quilt/*", MANY_OBJECTS),
                            wildcard(SNAPSHOTS, MANY_FILES),
                            wildcard(RESULTS, "Each query has a result object of its own.")),
            "/QuiltAthena/AthenaViewProvider/HandlerRole/DefaultPolicy/Resource",
                    Stream.concat(
                                    Stream.of(
                                            wildcard(TABLES + "*", "Athena looks up what a view's query reads."),
                                            wildcard(RESULTS, "Each statement has a result object of its own.")),
                                    Stream.of(BucketView.values())
                                            .map(view -> wildcard(
                                                    TABLES + view.namePattern(),
                                                    "A bucket that comes or goes changes no policy, and views of one "
                                                            + "that has gone are dropped.")))
                            .toList(),
            "/QuiltAthena/AthenaViewProvider/FrameworkRole/DefaultPolicy/Resource",
                    List.of(wildcard(
                            "Resource::<AthenaViewProviderHandler0A79E4DC.Arn>:*",
                            "CDK's provider framework may call any version of the one function that it is for.")));

    private static final String COPIES =
            "Results are copies that expire. What they were made of is in the Quilt buckets, and a query makes them again.";

    private static final String COPIES_OF_MANIFESTS =
            "Snapshots are copies of what is in the Quilt buckets, and the next refresh makes them again.";

    private static final String SQL_OF_VIEWS =
            "It has names of views, ids of queries and the SQL of views, and nothing of what is in a registry. CloudWatch "
                    + "encrypts it with a key of its own.";

    private static final String ONE_ROLE = "It belongs to this one role and goes with it.";

    private static final String NOTHING_IN_A_NETWORK =
            "It calls AWS's public endpoints with its role, nothing in a network, and nothing can connect to it.";

    private static final String ANSWERED =
            "Whoever calls it waits for its answer, and reports a failure or a missing answer as the deployment's.";

    private static final String FEW_AT_ONCE =
            "Only deployments call it, five at a time. A reservation would be taken from the account's other functions.";

    private static final String LOGGED =
            "Each step is in its log under the request's id; it has one caller and one callee.";

    /** What the packs for compliance and for serverless applications find, by path and by the rule's name in a pack. */
    private static final Map<String, Map<String, String>> EXPLAINED_RULES = Map.of(
            "/QuiltAthena/SnapshotStore/Bucket/Resource",
                    Map.of(
                            "S3BucketLoggingEnabled",
                            "Who ran which query is in Athena's history and in CloudTrail.",
                            "S3BucketReplicationEnabled",
                            COPIES_OF_MANIFESTS,
                            "S3BucketVersioningEnabled",
                            COPIES_OF_MANIFESTS + " The table has versions of its own, and removes them."),
            "/QuiltAthena/SnapshotRefresh/ScheduleRole/Resource", Map.of("IAMNoInlinePolicy", ONE_ROLE),
            "/QuiltAthena/SnapshotRefresh/StateMachine", Map.of("StepFunctionStateMachineXray", HISTORY),
            "/QuiltAthena/QueryResults/Bucket/Resource",
                    Map.of(
                            "S3BucketLoggingEnabled",
                            "Who ran which query is in Athena's history and in CloudTrail.",
                            "S3BucketReplicationEnabled",
                            COPIES,
                            "S3BucketVersioningEnabled",
                            COPIES + " Versions would outlive their expiry."),
            "/QuiltAthena/AthenaViewProvider/HandlerRole/DefaultPolicy/Resource", Map.of("IAMNoInlinePolicy", ONE_ROLE),
            "/QuiltAthena/AthenaViewProvider/FrameworkRole/DefaultPolicy/Resource",
                    Map.of("IAMNoInlinePolicy", ONE_ROLE),
            "/QuiltAthena/AthenaViewProvider/HandlerLog/Resource", Map.of("CloudWatchLogGroupEncrypted", SQL_OF_VIEWS),
            "/QuiltAthena/AthenaViewProvider/FrameworkLog/Resource",
                    Map.of("CloudWatchLogGroupEncrypted", SQL_OF_VIEWS),
            "/QuiltAthena/AthenaViewProvider/Handler/Resource",
                    Map.of(
                            "LambdaConcurrency", FEW_AT_ONCE,
                            "LambdaDLQ", ANSWERED,
                            "LambdaInsideVPC", NOTHING_IN_A_NETWORK,
                            "LambdaTracing", LOGGED),
            "/QuiltAthena/AthenaViewProvider/Framework/framework-onEvent/Resource",
                    Map.of(
                            "LambdaConcurrency", FEW_AT_ONCE,
                            "LambdaDLQ", ANSWERED,
                            "LambdaDefaultMemorySize", "It is CDK's, for which Lambda's default is enough.",
                            "LambdaInsideVPC", NOTHING_IN_A_NETWORK,
                            "LambdaTracing", LOGGED));

    /** The rules that apply, by what their names begin with. */
    private enum Pack {
        AWS_SOLUTIONS("AwsSolutions"),
        HIPAA("HIPAA.Security"),
        NIST_800_53("NIST.800.53.R5"),
        PCI_DSS("PCI.DSS.321"),
        SERVERLESS("Serverless");

        private final String prefix;

        Pack(String prefix) {
            this.prefix = prefix;
        }

        private IAspect checks() {
            return switch (this) {
                case AWS_SOLUTIONS ->
                    AwsSolutionsChecks.Builder.create().verbose(true).build();
                case HIPAA -> HIPAASecurityChecks.Builder.create().verbose(true).build();
                case NIST_800_53 ->
                    NIST80053R5Checks.Builder.create().verbose(true).build();
                case PCI_DSS -> PCIDSS321Checks.Builder.create().verbose(true).build();
                case SERVERLESS ->
                    ServerlessChecks.Builder.create().verbose(true).build();
            };
        }

        private Matcher findings() {
            return Match.stringLikeRegexp(prefix.replace(".", "\\.") + "-.*");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStackHasNoFindingThatIsNotExplained(Pack pack) {
        QuiltAthenaStack stack = checkedStack(pack);
        SUPPRESSIONS.forEach(
                (path, suppressions) -> NagSuppressions.addResourceSuppressionsByPath(stack, path, suppressions));
        SUPPRESSIONS_OF_MACHINES.forEach(
                (path, suppressions) -> NagSuppressions.addResourceSuppressionsByPath(stack, path, suppressions));
        EXPLAINED_RULES.forEach((path, rules) -> NagSuppressions.addResourceSuppressionsByPath(
                stack,
                path,
                rules.entrySet().stream()
                        .map(rule -> suppression(pack.prefix + "-" + rule.getKey(), rule.getValue()))
                        .toList()));

        Annotations.fromStack(stack).hasNoError("*", pack.findings());
        Annotations.fromStack(stack).hasNoWarning("*", pack.findings());
    }

    @ParameterizedTest
    @EnumSource
    void aFindingThatIsNotExplainedIsReported(Pack pack) {
        QuiltAthenaStack stack = checkedStack(pack);

        assertThatThrownBy(() -> Annotations.fromStack(stack).hasNoError("*", pack.findings()))
                .hasMessageContaining(pack.prefix + "-");
    }

    private static QuiltAthenaStack checkedStack(Pack pack) {
        Map<String, Object> context = new HashMap<>(CloudAssembly.projectContext(TestTemplates.PROJECT));
        context.put(
                "resultsKmsKeyArn", "arn:aws:kms:eu-central-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab");
        context.put("quiltBuckets", List.of("quilt-allencell-manifests", "imaging-a"));
        context.put("snapshotSchedule", "rate(1 hour)");
        context.put("snapshotEvents", true);
        context.put("dashboard", true);
        context.put("alarmTopicArn", "arn:aws:sns:eu-central-1:123456789012:alarms");
        context.put("bytesScannedAlarmPerDay", 1_000_000_000_000L);
        context.put("customViews", Map.of("latest_images", "test/resources/views/latest_images.sql"));
        // Findings would end the synthesis, before the assertions could list them.
        context.put("@aws-cdk/core:annotationsInValidationReport", false);
        App app = App.Builder.create().context(context).build();
        QuiltAthenaStack stack =
                QuiltAthenaApp.declareStack(app, ConfigurationReader.read(context, TestTemplates.PROJECT));
        Aspects.of(app).add(pack.checks());
        return stack;
    }

    private static NagPackSuppression wildcard(String resource, String reason) {
        return NagPackSuppression.builder()
                .id("AwsSolutions-IAM5")
                .reason(reason)
                .appliesTo(List.of(resource))
                .build();
    }

    private static NagPackSuppression suppression(String id, String reason) {
        return NagPackSuppression.builder().id(id).reason(reason).build();
    }
}
