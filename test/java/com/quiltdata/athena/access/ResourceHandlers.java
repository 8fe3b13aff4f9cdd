package com.quiltdata.athena.access;

import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What CloudFormation calls, with the permissions of the role that it deploys with, for each type of resource that a
 * template of this project can have.
 *
 * <p>The calls are those that the types' schemas list as {@code handlers.*.permissions}, as far as they are for
 * properties that the project sets, or may set, or that reading a resource reads anyhow. Left out are: list handlers,
 * which CloudFormation calls for resources outside of stacks; functions' networks, file systems, layers, keys, code
 * signing and concurrency; buckets' replication, logging, versioning, websites, notifications, locks and tables of
 * metadata; log groups' deliveries, data protection and keys; and for workgroups, passing a role and reading and writing
 * results, which came into the list with workgroups for Apache Spark. Types without a schema of that kind are reasoned
 * out beside them.
 *
 * @see <a href="https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html">Resource type
 *     schema</a>
 * @see <a href="https://github.com/pulumi/pulumi-aws-native/tree/master/aws-cloudformation-schema">The schemas, as
 *     published by CloudFormation</a>
 */
final class ResourceHandlers {
    private static final String STACK = "stack/QuiltAthena-QuiltBucketsimagingNestedStack-0ABC/0f1e";
    private static final String ROLE = "role/quilt/QuiltAthena-AthenaViewProviderHandlerRole-0ABC";
    private static final String FUNCTION = "function:QuiltAthena-AthenaViewProviderHandler-0ABC";
    private static final String LOG_GROUP = "log-group:QuiltAthena-AthenaViewProviderHandlerLog-0ABC";
    private static final String ALARM = "alarm:QuiltAthena-MonitoringAlarmsBytesPerDay-0ABC";
    private static final String DASHBOARD = "dashboard/QuiltAthena-eu-central-1";
    private static final String SCHEDULE = "schedule/default/QuiltAthena-SnapshotRefreshSchedule-0ABC";
    private static final String STATE_MACHINE = "stateMachine:SnapshotRefreshStateMachine0AB1C2D3-0ABC";
    private static final String QUEUE = "QuiltAthena-SnapshotRefreshEventsQueue-0ABC";
    private static final String RULE = "rule/QuiltAthena-SnapshotRefreshEventsRule1-0ABC";
    private static final String PIPE = "pipe/SnapshotRefreshEventsPipe-0ABC";
    private static final List<String> BUCKETS =
            List.of("mycompany-quilt-query-results", "mycompany-quilt-query-snapshot");
    private static final List<String> WORKGROUPS = List.of("workgroup/quilt-query", "workgroup/quilt-query-snapshot");
    private static final List<String> OF_ROLES = List.of("GetRole", "ListAttachedRolePolicies", "ListRolePolicies");
    private static final List<String> OF_DATABASE = List.of("catalog", "database/quilt_query");

    /** By type, what its handlers call. */
    static final Map<String, List<Handler>> BY_TYPE = byType();

    private ResourceHandlers() {}

    /**
     * Calls of a handler.
     *
     * @param reads whether the handler only reads
     * @param service the prefix of the actions
     * @param actions what it calls, without the prefix
     * @param resources the last parts of the ARNs that it calls each of them on; or {@code *}
     */
    record Handler(boolean reads, String service, List<String> actions, List<String> resources) {

        /** The calls one by one. */
        Stream<Request> requests(Partition partition) {
            return actions.stream()
                    .flatMap(action -> resources.stream()
                            .map(resource -> Call.request(partition.place(), service + ":" + action, resource, null)));
        }
    }

    private static Map<String, List<Handler>> byType() {
        Map<String, List<Handler>> types = new LinkedHashMap<>();
        // Nothing becomes of it.
        types.put("AWS::CDK::Metadata", List.of());
        types.put(
                "AWS::Athena::NamedQuery",
                List.of(
                        read("athena", List.of("GetNamedQuery"), "workgroup/quilt-query"),
                        write("athena", List.of("CreateNamedQuery", "DeleteNamedQuery"), "workgroup/quilt-query")));
        types.put(
                "AWS::Athena::WorkGroup",
                List.of(
                        read("athena", List.of("GetWorkGroup", "ListTagsForResource"), WORKGROUPS),
                        write(
                                "athena",
                                List.of(
                                        "CreateWorkGroup",
                                        "DeleteWorkGroup",
                                        "TagResource",
                                        "UntagResource",
                                        "UpdateWorkGroup"),
                                WORKGROUPS)));
        // Change sets: the CDK CLI has them made for nested stacks, too.
        types.put(
                "AWS::CloudFormation::Stack",
                List.of(
                        read("cloudformation", List.of("DescribeStacks", "GetStackPolicy", "GetTemplate"), STACK),
                        write(
                                "cloudformation",
                                List.of(
                                        "CreateChangeSet",
                                        "CreateStack",
                                        "DeleteChangeSet",
                                        "DeleteStack",
                                        "DescribeChangeSet",
                                        "ExecuteChangeSet",
                                        "UpdateStack"),
                                STACK),
                        // The template of a nested stack is an asset.
                        write("s3", List.of("GetObject"), "cdk-quilt-assets-123456789012-eu-central-1/0a1b.json")));
        types.put(
                "AWS::CloudWatch::Alarm",
                List.of(
                        // Whatever names it is asked for.
                        read("cloudwatch", List.of("DescribeAlarms"), "alarm:*"),
                        read("cloudwatch", List.of("ListTagsForResource"), ALARM),
                        write(
                                "cloudwatch",
                                List.of("DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"),
                                ALARM)));
        types.put(
                "AWS::CloudWatch::Dashboard",
                List.of(
                        read("cloudwatch", List.of("GetDashboard"), DASHBOARD),
                        write("cloudwatch", List.of("DeleteDashboards", "PutDashboard"), DASHBOARD)));
        types.put(
                "AWS::Glue::Database",
                List.of(
                        read("glue", List.of("GetDatabase"), OF_DATABASE),
                        write("glue", List.of("CreateDatabase", "UpdateDatabase"), OF_DATABASE),
                        // Glue asks for everything that goes with it.
                        write(
                                "glue",
                                List.of("DeleteDatabase"),
                                List.of(
                                        "catalog",
                                        "database/quilt_query",
                                        "table/quilt_query/somebodys",
                                        "userDefinedFunction/quilt_query/somebodys"))));
        types.put(
                "AWS::Glue::Table",
                Stream.of("bucket_a_quilt_manifests", "bucket_a_quilt_packages", "quilt_snapshot_rows")
                        .map(table -> List.of("catalog", "database/quilt_query", "table/quilt_query/" + table))
                        .flatMap(resources -> Stream.of(
                                read("glue", List.of("GetTable"), resources),
                                write("glue", List.of("CreateTable", "DeleteTable", "UpdateTable"), resources)))
                        .toList());
        types.put(
                "AWS::IAM::ManagedPolicy",
                Stream.of("policy/AthenaQuiltAccess", "policy/QuiltAthena-HandlerRoleOverflowPolicy1-0ABC")
                        .flatMap(policy -> Stream.of(
                                read(
                                        "iam",
                                        List.of(
                                                "GetPolicy",
                                                "GetPolicyVersion",
                                                "ListEntitiesForPolicy",
                                                "ListPolicyVersions"),
                                        policy),
                                write(
                                        "iam",
                                        List.of(
                                                "CreatePolicy",
                                                "CreatePolicyVersion",
                                                "DeletePolicy",
                                                "DeletePolicyVersion"),
                                        policy)))
                        .toList());
        // Has no such schema; it does what AWS::IAM::RolePolicy does.
        types.put(
                "AWS::IAM::Policy",
                List.of(
                        read("iam", List.of("GetRolePolicy"), ROLE),
                        write("iam", List.of("DeleteRolePolicy", "PutRolePolicy"), ROLE)));
        types.put(
                "AWS::IAM::Role",
                List.of(
                        read("iam", OF_ROLES, ROLE),
                        read("iam", List.of("GetRolePolicy"), ROLE),
                        write(
                                "iam",
                                List.of(
                                        "CreateRole",
                                        "DeleteRole",
                                        "DeleteRolePermissionsBoundary",
                                        "DeleteRolePolicy",
                                        "PutRolePermissionsBoundary",
                                        "PutRolePolicy",
                                        "TagRole",
                                        "UntagRole",
                                        "UpdateAssumeRolePolicy",
                                        "UpdateRole",
                                        "UpdateRoleDescription"),
                                ROLE)));
        types.put(
                "AWS::Lambda::Function",
                List.of(
                        read(
                                "lambda",
                                List.of(
                                        "GetFunction",
                                        "GetFunctionCodeSigningConfig",
                                        "GetRuntimeManagementConfig",
                                        "ListTags"),
                                FUNCTION),
                        write(
                                "lambda",
                                List.of(
                                        "CreateFunction",
                                        "DeleteFunction",
                                        "TagResource",
                                        "UntagResource",
                                        "UpdateFunctionCode",
                                        "UpdateFunctionConfiguration"),
                                FUNCTION),
                        write("s3", List.of("GetObject"), "cdk-quilt-assets-123456789012-eu-central-1/0a1b.jar")));
        types.put(
                "AWS::Logs::LogGroup",
                List.of(
                        read(
                                "logs",
                                List.of("DescribeIndexPolicies", "DescribeLogGroups", "DescribeResourcePolicies"),
                                "*"),
                        read("logs", List.of("GetDataProtectionPolicy", "ListTagsForResource"), LOG_GROUP),
                        write(
                                "logs",
                                List.of(
                                        "CreateLogGroup",
                                        "DeleteLogGroup",
                                        "DeleteRetentionPolicy",
                                        "PutRetentionPolicy",
                                        "TagResource",
                                        "UntagResource"),
                                LOG_GROUP)));
        types.put(
                "AWS::S3::Bucket",
                List.of(
                        read(
                                "s3",
                                List.of(
                                        "GetAccelerateConfiguration",
                                        "GetAnalyticsConfiguration",
                                        "GetBucketCORS",
                                        "GetBucketLogging",
                                        "GetBucketMetadataTableConfiguration",
                                        "GetBucketNotification",
                                        "GetBucketObjectLockConfiguration",
                                        "GetBucketOwnershipControls",
                                        "GetBucketPublicAccessBlock",
                                        "GetBucketTagging",
                                        "GetBucketVersioning",
                                        "GetBucketWebsite",
                                        "GetEncryptionConfiguration",
                                        "GetIntelligentTieringConfiguration",
                                        "GetInventoryConfiguration",
                                        "GetLifecycleConfiguration",
                                        "GetMetricsConfiguration",
                                        "GetReplicationConfiguration",
                                        "ListBucket"),
                                BUCKETS),
                        write(
                                "s3",
                                List.of(
                                        "CreateBucket",
                                        "DeleteBucket",
                                        "PutBucketOwnershipControls",
                                        "PutBucketPublicAccessBlock",
                                        "PutBucketTagging",
                                        "PutEncryptionConfiguration",
                                        "PutLifecycleConfiguration"),
                                BUCKETS)));
        types.put(
                "AWS::S3::BucketPolicy",
                List.of(
                        read("s3", List.of("GetBucketPolicy"), BUCKETS),
                        write("s3", List.of("DeleteBucketPolicy", "PutBucketPolicy"), BUCKETS)));
        types.put(
                "AWS::Scheduler::Schedule",
                List.of(
                        read("scheduler", List.of("GetSchedule"), SCHEDULE),
                        write("scheduler", List.of("CreateSchedule", "DeleteSchedule", "UpdateSchedule"), SCHEDULE)));
        types.put(
                "AWS::SQS::Queue",
                List.of(
                        read("sqs", List.of("GetQueueAttributes", "GetQueueUrl", "ListQueueTags"), QUEUE),
                        write(
                                "sqs",
                                List.of("CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
                                QUEUE)));
        types.put(
                "AWS::SQS::QueuePolicy",
                List.of(
                        read("sqs", List.of("GetQueueAttributes"), QUEUE),
                        write("sqs", List.of("SetQueueAttributes"), QUEUE)));
        types.put(
                "AWS::Events::Rule",
                List.of(
                        read("events", List.of("DescribeRule", "ListTagsForResource", "ListTargetsByRule"), RULE),
                        write(
                                "events",
                                List.of(
                                        "DeleteRule",
                                        "PutRule",
                                        "PutTargets",
                                        "RemoveTargets",
                                        "TagResource",
                                        "UntagResource"),
                                RULE)));
        types.put(
                "AWS::Pipes::Pipe",
                List.of(
                        read("pipes", List.of("DescribePipe", "ListTagsForResource"), PIPE),
                        write(
                                "pipes",
                                List.of("CreatePipe", "DeletePipe", "TagResource", "UntagResource", "UpdatePipe"),
                                PIPE)));
        types.put(
                "AWS::StepFunctions::StateMachine",
                List.of(
                        read("states", List.of("DescribeStateMachine", "ListTagsForResource"), STATE_MACHINE),
                        write(
                                "states",
                                List.of(
                                        "CreateStateMachine",
                                        "DeleteStateMachine",
                                        "TagResource",
                                        "UntagResource",
                                        "UpdateStateMachine"),
                                STATE_MACHINE)));
        // CloudFormation calls the function that the service token names; what that does, its own role allows.
        types.put("Custom::AthenaView", List.of(write("lambda", List.of("InvokeFunction"), FUNCTION)));
        types.put("Custom::S3AutoDeleteObjects", List.of(write("lambda", List.of("InvokeFunction"), FUNCTION)));
        return types;
    }

    private static Handler read(String service, List<String> actions, String resource) {
        return read(service, actions, List.of(resource));
    }

    private static Handler read(String service, List<String> actions, List<String> resources) {
        return new Handler(true, service, actions, resources);
    }

    private static Handler write(String service, List<String> actions, String resource) {
        return write(service, actions, List.of(resource));
    }

    private static Handler write(String service, List<String> actions, List<String> resources) {
        return new Handler(false, service, actions, resources);
    }
}
