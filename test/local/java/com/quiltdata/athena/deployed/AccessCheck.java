package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import com.quiltdata.athena.deployed.Deployment.DeployedResource;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ContextEntry;
import software.amazon.awssdk.services.iam.model.ContextKeyTypeEnum;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.InvalidInputException;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;

/**
 * IAM decides on the users' policy as it is deployed as this project's own evaluator does in its tests, call by call.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html">SimulateCustomPolicy</a>
 */
record AccessCheck(Deployment deployment, IamClient iam) implements Check {

    /** Condition keys that a request may have several values of. */
    private static final List<String> LISTS = List.of("aws:CalledVia");

    @Override
    public Finding find() {
        JsonNode policy = policy();
        Map<String, String> names = names(deployment, policy);
        Map<Circumstances, List<Call>> batches = new LinkedHashMap<>();
        int left = 0;
        for (Call call : Call.users()) {
            Optional<Request> request = call.request(deployment.place(), names);
            if (request.isPresent()) {
                batches.computeIfAbsent(Circumstances.of(request.get()), key -> new ArrayList<>())
                        .add(call);
            } else {
                left++;
            }
        }
        Details details = new Details();
        int decided = 0;
        for (Map.Entry<Circumstances, List<Call>> batch : batches.entrySet()) {
            Map<String, Boolean> decisions;
            try {
                decisions = decisions(policy, batch.getKey(), batch.getValue());
            } catch (InvalidInputException e) {
                details.notChecked(
                        "IAM does not decide on %s: %s", batch.getKey().resource(), Refusals.reason(e));
                continue;
            }
            for (Call call : batch.getValue()) {
                Boolean isAllowed = decisions.get(call.action());
                if (isAllowed == null) {
                    details.notChecked("IAM says nothing of %s", call.action());
                } else if (isAllowed != call.isAllowed()) {
                    details.fail(
                            "%s on %s%s is %s by IAM, and should be %s: %s",
                            call.action(),
                            batch.getKey().resource(),
                            call.circumstances().isEmpty() ? "" : " (" + call.circumstances() + ")",
                            word(isAllowed),
                            word(call.isAllowed()),
                            call.why());
                }
                decided++;
            }
        }
        if (left > 0) {
            details.note("%,d calls of the table are about what this deployment has not", left);
        }
        return details.finding(
                "IAM decides %,d calls of users as it should".formatted(decided),
                "IAM decides %,d of %,d calls of users otherwise".formatted(details.failures(), decided));
    }

    private static String word(boolean isAllowed) {
        return isAllowed ? "allowed" : "denied";
    }

    /**
     * What calls of one batch have in common.
     *
     * @param service whose actions they are: IAM takes no actions of several services together
     */
    private record Circumstances(String service, String resource, Map<String, List<String>> context) {
        static Circumstances of(Request request) {
            return new Circumstances(request.action().split(":")[0], request.resource(), request.context());
        }

        List<ContextEntry> entries() {
            return context.entrySet().stream()
                    .map(key -> ContextEntry.builder()
                            .contextKeyName(key.getKey())
                            .contextKeyType(
                                    LISTS.contains(key.getKey())
                                            ? ContextKeyTypeEnum.STRING_LIST
                                            : ContextKeyTypeEnum.STRING)
                            .contextKeyValues(key.getValue())
                            .build())
                    .toList();
        }
    }

    private Map<String, Boolean> decisions(JsonNode policy, Circumstances circumstances, List<Call> calls) {
        List<String> actions = calls.stream().map(Call::action).distinct().toList();
        return iam
                .simulateCustomPolicyPaginator(simulate -> simulate.policyInputList(policy.toString())
                        .actionNames(actions)
                        .resourceArns(circumstances.resource())
                        .contextEntries(circumstances.entries()))
                .evaluationResults()
                .stream()
                .collect(Collectors.toMap(
                        EvaluationResult::evalActionName,
                        result -> result.evalDecision() == PolicyEvaluationDecisionType.ALLOWED,
                        (one, other) -> one && other));
    }

    private JsonNode policy() {
        return deployment.resources("AWS::IAM::ManagedPolicy").stream()
                .map(DeployedResource::properties)
                .filter(policy -> policy.has("ManagedPolicyName"))
                .map(policy -> policy.path("PolicyDocument"))
                .findFirst()
                .orElseThrow(() -> new NotCheckedException("the stack has no policy for users"));
    }

    /** What the table's names in angle brackets are here; one that would be another's is none. */
    private static Map<String, String> names(Deployment deployment, JsonNode policy) {
        Map<String, String> names = new HashMap<>();
        names.put("<workgroup>", deployment.output("WorkgroupName").orElseThrow());
        names.put("<database>", deployment.output("DatabaseName").orElseThrow());
        names.put("<results-bucket>", deployment.output("ResultsBucketName").orElseThrow());
        List<String> buckets =
                deployment.buckets().stream().map(QuiltBucket::name).toList();
        if (!buckets.isEmpty()) {
            names.put("<bucket>", buckets.getFirst());
        }
        if (buckets.size() > 1) {
            names.put("<second-bucket>", buckets.get(1));
        }
        boolean isAnyInput =
                resources(policy, "GrantQuiltAthenaInputAccess").anyMatch(resource -> resource.contains(":::*"));
        if (!isAnyInput) {
            names.put("<other-bucket>", "quilt-athena-no-such-bucket");
            buckets.stream().findFirst().ifPresent(bucket -> names.put("<longer-bucket>", bucket + "2"));
            buckets.stream()
                    .filter(bucket -> bucket.contains("."))
                    .findFirst()
                    .ifPresent(bucket -> names.put("<dotless-bucket>", bucket.replaceFirst("[.]", "X")));
        }
        for (Map.Entry<String, String> key : List.of(
                Map.entry("<results-key>", "GrantQuiltAthenaOutputKeyAccess"),
                Map.entry("<bucket-key>", "GrantQuiltAthenaInputKeyAccess"),
                Map.entry("<catalog-key>", "GrantQuiltGlueKeyAccess"))) {
            resources(policy, key.getValue())
                    .filter(arn -> !names.containsValue(arn))
                    .findFirst()
                    .ifPresent(arn -> names.put(key.getKey(), arn));
        }
        return names;
    }

    private static Stream<String> resources(JsonNode policy, String statement) {
        return policy.path("Statement")
                .valueStream()
                .filter(one -> one.path("Sid").asText().equals(statement))
                .map(one -> one.path("Resource"))
                .flatMap(resource -> resource.isArray() ? resource.valueStream() : Stream.of(resource))
                .map(JsonNode::asText);
    }
}
