package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.local.cloudformation.LocalStack.Member;
import com.quiltdata.athena.local.cloudformation.StackDescription.StackResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a stack is at a moment.
 *
 * @param id its ARN
 * @param status CloudFormation's
 * @param created when it was
 * @param changed when its last update, or its deletion, began
 * @param assembly what it was last deployed from
 * @param template the template that is in it
 * @param members its resources, by logical id
 * @param outputs its outputs, by name
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html">Status codes</a>
 */
record StackState(
        String id,
        String status,
        Instant created,
        Optional<Instant> changed,
        Optional<CloudAssembly> assembly,
        JsonNode template,
        Map<String, Member> members,
        Map<String, String> outputs) {

    static final String ROLLED_BACK = "ROLLBACK_COMPLETE";

    /** A stack that is about to be made, and has nothing yet. */
    static StackState beginning() {
        return new StackState(
                StackDescription.id(QuiltAthenaApp.STACK_ID, UUID.randomUUID().toString()),
                "REVIEW_IN_PROGRESS",
                Instant.now(),
                Optional.empty(),
                Optional.empty(),
                MissingNode.getInstance(),
                Map.of(),
                Map.of());
    }

    /** Whether nothing was done about it yet. */
    boolean isNew() {
        return assembly.isEmpty();
    }

    /** The same stack while it is made. */
    StackState inCreation(CloudAssembly target) {
        return new StackState(
                id,
                "CREATE_IN_PROGRESS",
                created,
                Optional.empty(),
                Optional.of(target),
                target.template(),
                members,
                outputs);
    }

    /** The same stack while something is done about it. */
    StackState during(String operation) {
        return new StackState(
                id,
                operation + "_IN_PROGRESS",
                created,
                Optional.of(Instant.now()),
                assembly,
                template,
                members,
                outputs);
    }

    /** The same stack with the same resources, in the end. */
    StackState ended(String endStatus) {
        return new StackState(id, endStatus, created, changed, assembly, template, members, outputs);
    }

    /** The same stack with other resources, in the end. */
    StackState deployed(
            String endStatus, CloudAssembly target, Map<String, Member> newMembers, Map<String, String> newOutputs) {
        return new StackState(
                id, endStatus, created, changed, Optional.of(target), target.template(), newMembers, newOutputs);
    }

    /** As CloudFormation tells of the stack, and of those nested in it. */
    List<StackDescription> descriptions() {
        List<StackDescription> descriptions = new ArrayList<>();
        if (!isNew()) {
            describe(id, Optional.empty(), template, parameters(template, Map.of()), outputs, members, descriptions);
        }
        return descriptions;
    }

    private void describe(
            String stack,
            Optional<String> parent,
            JsonNode content,
            Map<String, String> parameters,
            Map<String, String> stackOutputs,
            Map<String, Member> resources,
            List<StackDescription> descriptions) {
        List<StackResource> list = resources.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .toList();
        descriptions.add(
                new StackDescription(stack, parent, status, created, changed, content, parameters, stackOutputs, list));
        resources.values().stream().filter(Member::isNestedStack).forEach(member -> {
            describe(
                    member.resource().reference(),
                    Optional.of(stack),
                    member.template(),
                    parameters(member.template(), ResourceTypes.nestedParameters(member.properties())),
                    ResourceTypes.nestedOutputs(member.resource()),
                    member.nested(),
                    descriptions);
        });
    }

    private StackResource describe(String logicalId, Member member) {
        boolean isDeleted = status.equals(StackDescription.DELETED);
        String resourceStatus =
                isDeleted ? member.isRetained() ? "DELETE_SKIPPED" : "DELETE_COMPLETE" : "CREATE_COMPLETE";
        return new StackResource(logicalId, member.resource().reference(), member.type(), resourceStatus);
    }

    private static Map<String, String> parameters(JsonNode content, Map<String, String> given) {
        Map<String, String> parameters = new LinkedHashMap<>();
        content.path("Parameters")
                .properties()
                .forEach(parameter -> parameters.put(
                        parameter.getKey(),
                        given.getOrDefault(
                                parameter.getKey(),
                                parameter.getValue().path("Default").asText())));
        return parameters;
    }
}
