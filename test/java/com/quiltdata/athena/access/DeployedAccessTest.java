package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import com.quiltdata.athena.deployed.CheckedDeployment;
import com.quiltdata.athena.deployed.CheckedDeployment.Outcome;
import com.quiltdata.athena.deployed.StubbedHttp;
import com.quiltdata.athena.deployed.StubbedHttp.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.athena.model.AthenaRequest;
import software.amazon.awssdk.services.cloudformation.model.DescribeStacksRequest;
import software.amazon.awssdk.services.cloudformation.model.GetTemplateRequest;
import software.amazon.awssdk.services.cloudformation.model.ListStackResourcesRequest;
import software.amazon.awssdk.services.cloudformation.model.ListStacksRequest;
import software.amazon.awssdk.services.glue.model.GetTablesRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/**
 * What the check of a deployment may do, by {@code docs/security/deployer/check-deployment.json} and the users' policy, and what it
 * tells of users' access, with an IAM in place of AWS's that decides as this project's evaluator does.
 */
@ResourceLock(CheckedDeployment.BUCKET)
class DeployedAccessTest {
    private static final Partition PARTITION = Partition.AWS;
    private static final String ROLE = PARTITION.arn("iam", "role/Analysts");

    @Test
    void everyCallOfTheCheckIsAllowedByItsPolicyAndTheUsers() {
        Set<Request> requests = new LinkedHashSet<>(List.of(
                // Only where something has drifted, and where the check is interrupted.
                request("cloudformation:DescribeStackResourceDrifts", "stack/QuiltAthena/0f1e"),
                request("athena:StopQueryExecution", "workgroup/checked"),
                // Only where snapshots follow events.
                request("s3:GetBucketNotification", CheckedDeployment.BUCKET),
                request("s3:GetBucketNotification", CheckedDeployment.SECOND_BUCKET)));
        ConcurrentLinkedQueue<SdkRequest> calls = new ConcurrentLinkedQueue<>();
        ExecutionInterceptor recording = new ExecutionInterceptor() {
            @Override
            public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                calls.add(context.request());
            }
        };

        CheckedDeployment.check(
                new StubbedHttp(DeployedAccessTest::identity),
                List.of(recording),
                "-c",
                "databaseName=Wrong",
                "--quilt-stack",
                "quilt",
                "--as",
                ROLE,
                "--sample",
                "1");
        calls.forEach(call -> requests.addAll(requests(call)));

        JsonNode own = ownPolicy();
        PolicyEvaluator policy = new PolicyEvaluator(List.of(own, usersPolicy()));
        assertThat(requests.stream().map(Request::action))
                .contains("sts:AssumeRole", "iam:SimulateCustomPolicy", "s3:GetObject", "glue:GetTables");
        assertThat(requests)
                .allSatisfy(request -> assertThat(policy.decide(request))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo("allowed"));
        assertThat(new PolicyEvaluator(List.of(own)).unneeded(List.copyOf(requests)))
                .allMatch(unneeded -> unneeded.contains("QuiltAthena-*") || unneeded.contains("Curators"));
    }

    @Test
    void iamDecidesTheTableOfCallsAsTheTestsDo() {
        JsonNode access = access(DeployedAccessTest::identity);

        assertThat(access.path("status").asText()).as(access.toString()).isEqualTo("pass");
        List<Integer> decidedAndLeft = Stream.concat(
                        Stream.of(access.path("message").asText()), access.findValuesAsText("text").stream())
                .map(text -> Integer.valueOf(text.replaceAll("\\D", "")))
                .toList();
        assertThat(access.path("message").asText()).matches("IAM decides \\d+ calls of users as it should");
        assertThat(access.findValuesAsText("text"))
                .singleElement()
                .asString()
                .matches("\\d+ calls of the table are about what this deployment has not");
        assertThat(decidedAndLeft.getFirst() + decidedAndLeft.getLast())
                .isEqualTo(Call.users().size());
    }

    @Test
    void aCallThatIamDecidesOtherwiseIsPrinted() {
        JsonNode access = access(call -> call.operation().equals("SimulateCustomPolicy")
                        && simulated(call).getFirst().action().equals("athena:ListWorkGroups")
                ? Optional.of(answer(simulated(call), request -> false))
                : identity(call));

        assertThat(access.path("status").asText()).isEqualTo("fail");
        assertThat(access.path("details")
                        .valueStream()
                        .filter(detail -> detail.path("status").asText().equals("fail"))
                        .map(detail -> detail.path("text").asText()))
                .containsExactlyInAnyOrder(
                        "athena:ListWorkGroups on * is denied by IAM, and should be allowed: IAM knows no resource for it",
                        "athena:ListDataCatalogs on * is denied by IAM, and should be allowed: IAM knows no resource for it");
    }

    @Test
    void queriesAreMadeAsTheRoleAndRegistriesReadAsTheCaller() {
        Map<String, Set<String>> keys = new ConcurrentHashMap<>();
        Outcome outcome = check(
                call -> {
                    keys.computeIfAbsent(call.operation(), operation -> ConcurrentHashMap.newKeySet())
                            .add(call.authorization().replaceAll(".*Credential=([^/]+)/.*", "$1"));
                    return identity(call);
                },
                "--as",
                ROLE);

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(keys.get("StartQueryExecution")).containsExactly("ASSUMED");
        assertThat(keys.get("GET")).hasSize(1).doesNotContain("ASSUMED");
        assertThat(message(outcome, "Rows")).contains(", as " + ROLE);
    }

    @Test
    void aRoleThatTheCallerMayNotHaveIsNotChecked() {
        Outcome outcome = check(
                call -> call.operation().equals("AssumeRole")
                        ? Optional.of(new Answer(403, """
                                <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: a is not\
                                 authorized to perform: sts:AssumeRole on resource: %s</Message></Error></ErrorResponse>
                                """.formatted(ROLE)))
                        : identity(call),
                "--as",
                ROLE);

        assertThat(outcome.status()).isZero();
        assertThat(message(outcome, "Rows"))
                .isEqualTo("Nobody lets the caller be %s: The permission is missing: sts:AssumeRole on %s"
                        .formatted(ROLE, ROLE));
        assertThat(message(outcome, "What a query reads")).isEqualTo(message(outcome, "Rows"));
    }

    private static Outcome check(Function<StubbedHttp.Call, Optional<Answer>> stub, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--sample", "1", "--format", "json"));
        all.addAll(CheckedDeployment.NOT_SYNTHESIZED);
        all.addAll(List.of(arguments));
        return CheckedDeployment.check(new StubbedHttp(stub), List.of(), all.toArray(String[]::new));
    }

    private static JsonNode access(Function<StubbedHttp.Call, Optional<Answer>> stub) {
        return TestFiles.json(CheckedDeployment.checkAccess(new StubbedHttp(stub)))
                .path(0);
    }

    private static String message(Outcome outcome, String check) {
        return TestFiles.json(outcome.output())
                .valueStream()
                .filter(finding -> finding.path("check").asText().equals(check))
                .map(finding -> finding.path("message").asText())
                .findFirst()
                .orElseThrow();
    }

    /** What AWS answers, and the account on loopback does not. */
    private static Optional<Answer> identity(StubbedHttp.Call call) {
        return switch (call.operation()) {
            case "SimulateCustomPolicy" -> {
                PolicyEvaluator policy = new PolicyEvaluator(List.of(TestFiles.json(
                        call.form().get("PolicyInputList.member.1").getFirst())));
                yield Optional.of(answer(
                        simulated(call), request -> policy.decide(request).allowed()));
            }
            case "AssumeRole" -> Optional.of(new Answer(200, """
                    <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId>
                    <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
                    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
                    """));
            default -> Optional.empty();
        };
    }

    /** Returns the requests that the simulator is asked about. */
    private static List<Request> simulated(StubbedHttp.Call call) {
        Map<String, List<String>> form = call.form();
        Map<String, List<String>> context = new HashMap<>();
        for (int i = 1; form.containsKey("ContextEntries.member.%d.ContextKeyName".formatted(i)); i++) {
            context.put(
                    form.get("ContextEntries.member.%d.ContextKeyName".formatted(i))
                            .getFirst(),
                    form.get("ContextEntries.member.%d.ContextKeyValues.member.1".formatted(i)));
        }
        return form.entrySet().stream()
                .filter(field -> field.getKey().startsWith("ActionNames.member."))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new))
                .values()
                .stream()
                .map(action -> new Request(
                        action.getFirst(), form.get("ResourceArns.member.1").getFirst(), context))
                .toList();
    }

    private static Answer answer(List<Request> requests, Predicate<Request> isAllowed) {
        String results = requests.stream()
                .map(request -> """
                        <member><EvalActionName>%s</EvalActionName><EvalResourceName>%s</EvalResourceName>\
                        <EvalDecision>%s</EvalDecision></member>
                        """.formatted(
                        request.action(), request.resource(), isAllowed.test(request) ? "allowed" : "implicitDeny"))
                .collect(Collectors.joining());
        return new Answer(200, """
                <SimulateCustomPolicyResponse><SimulateCustomPolicyResult><IsTruncated>false</IsTruncated>
                <EvaluationResults>%s</EvaluationResults></SimulateCustomPolicyResult></SimulateCustomPolicyResponse>
                """.formatted(results));
    }

    /** Returns what IAM checks for a call of the SDK. */
    private static List<Request> requests(SdkRequest call) {
        return switch (call) {
            case DescribeStacksRequest describe ->
                List.of(request("cloudformation:DescribeStacks", stack(describe.stackName())));
            case GetTemplateRequest get -> List.of(request("cloudformation:GetTemplate", stack(get.stackName())));
            case ListStackResourcesRequest list ->
                List.of(request("cloudformation:ListStackResources", stack(list.stackName())));
            case ListStacksRequest list -> List.of(request("cloudformation:ListStacks", "*"));
            case GetTablesRequest get ->
                Stream.of("catalog", "database/" + get.databaseName(), "table/" + get.databaseName() + "/any")
                        .map(resource -> request("glue:GetTables", resource))
                        .toList();
            case AthenaRequest athena ->
                List.of(request(
                        "athena:" + athena.getClass().getSimpleName().replaceFirst("Request$", ""),
                        "workgroup/"
                                + athena.getValueForField("WorkGroup", String.class)
                                        .orElse("checked")));
            case ListObjectsV2Request list ->
                List.of(Call.request(PARTITION.place(), "s3:ListBucket", list.bucket(), "prefix=" + list.prefix()));
            case GetObjectRequest get -> List.of(request("s3:GetObject", get.bucket() + "/" + get.key()));
            case SimulateCustomPolicyRequest simulate -> List.of(request("iam:SimulateCustomPolicy", "*"));
            case AssumeRoleRequest assume -> List.of(request("sts:AssumeRole", assume.roleArn()));
            default -> throw new AssertionError("Which permission is this call's? " + call);
        };
    }

    private static Request request(String action, String resource) {
        return Call.request(PARTITION.place(), action, resource, "");
    }

    /** The account on loopback is in another region, and its stack has another name, beside those of other tests. */
    private static String stack(String name) {
        return name.startsWith("arn:")
                ? name.split(":", 6)[5].replaceFirst("^stack/Checked/", "stack/QuiltAthena/")
                : "stack/" + name + "/0f1e";
    }

    private static JsonNode ownPolicy() {
        Map<String, String> names = DeployerPolicies.names(PARTITION);
        names.putAll(Map.of(
                "<snapshot-bucket>", "checked-quilt-query-snapshot",
                "\"<quilt-buckets>\"", DeployerPolicies.arns(PARTITION, "s3", "checked-bucket", "checked.second"),
                "\"<registries>\"",
                        DeployerPolicies.arns(PARTITION, "s3", "checked-bucket/.quilt/*", "checked.second/.quilt/*")));
        return DeployerPolicies.filled(DeployerPolicies.CHECK, names);
    }

    private static JsonNode usersPolicy() {
        return SynthesizedPolicies.of(
                        Map.of(
                                "companyName", "checked",
                                "quiltBuckets", List.of("checked-bucket", "checked.second"),
                                "databaseName", "checked",
                                "workgroupName", "checked",
                                "snapshotSchedule", "rate(1 hour)"),
                        PARTITION)
                .users();
    }
}
