package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.cloudformation.ResourceType.Target;
import com.quiltdata.athena.local.cloudformation.Stack.Content;
import com.quiltdata.athena.local.cloudformation.Stack.Member;
import com.quiltdata.athena.local.cloudformation.StackUpdate.Imports;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What an update of a stack would do: the difference of two templates, resource by resource. What a property is that
 * refers to another resource is not known before.
 *
 * @param request what asked for it
 * @param stack the stack; one that nobody knows where a nested one is yet to be made
 * @param changes as CloudFormation describes them
 * @param isEmpty whether there is nothing to do
 */
record ChangeSet(
        String id,
        ObjectNode request,
        Stack stack,
        JsonNode template,
        Map<String, String> parameters,
        ArrayNode changes,
        boolean isEmpty,
        Instant created) {
    static final String NO_CHANGES = "The submitted information didn't contain changes. "
            + "Submit different information to create a change set.";

    /** Compares; the change sets of nested stacks are put among those that were created. */
    static ChangeSet of(
            Stacks stacks,
            ObjectNode request,
            Stack stack,
            JsonNode template,
            Map<String, String> parameters,
            Imports imports,
            Map<String, ChangeSet> created) {
        Content before = stack.content();
        Template old = Template.of(before.template(), before.parameters(), stack.pseudoParameters());
        Template target = Template.of(template, parameters, stack.pseudoParameters());
        Set<String> failed = new HashSet<>();
        stack.failedUpdates().forEach(update -> failed.addAll(update.failed()));
        Comparison comparison =
                new Comparison(stacks, request, imports, created, old, target, before.members(), failed);
        ArrayNode changes = comparison.changes();
        boolean isEmpty = changes.isEmpty()
                && !before.template().isMissingNode()
                && old.outputs().equals(target.outputs())
                && tags(stack.settings()).equals(tags(request));
        String id = "arn:aws:cloudformation:%s:%s:changeSet/%s/%s"
                .formatted(
                        LocalAccount.REGION,
                        LocalAccount.ACCOUNT_ID,
                        request.path("ChangeSetName").asText(),
                        UUID.randomUUID());
        ChangeSet changeSet = new ChangeSet(id, request, stack, template, parameters, changes, isEmpty, Instant.now());
        created.put(id, changeSet);
        return changeSet;
    }

    /** The names of the fields that are not the same. */
    static SortedSet<String> differences(JsonNode before, JsonNode after) {
        SortedSet<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> before.path(name).equals(after.path(name)));
        return names;
    }

    private static JsonNode tags(JsonNode request) {
        return request.path("Tags").isArray() ? request.path("Tags") : AwsJson.array();
    }

    String name() {
        return request.path("ChangeSetName").asText();
    }

    /** As lists of change sets have it. */
    ObjectNode summary() {
        ObjectNode summary = AwsJson.object()
                .put("ChangeSetId", id)
                .put("ChangeSetName", name())
                .put("StackId", stack.id())
                .put("StackName", stack.name())
                .put("CreationTime", created.toString())
                .put("Status", isEmpty ? "FAILED" : "CREATE_COMPLETE")
                .put("ExecutionStatus", isEmpty ? "UNAVAILABLE" : "AVAILABLE");
        AwsJson.copy(request, summary, "Description", "IncludeNestedStacks", "ImportExistingResources");
        if (isEmpty) {
            summary.put("StatusReason", NO_CHANGES);
        }
        return summary;
    }

    /** As CloudFormation describes it. */
    ObjectNode describe() {
        ObjectNode description = summary();
        AwsJson.copy(request, description, "Capabilities", "Tags", "NotificationARNs", "OnStackFailure");
        description.set("Parameters", CloudFormation.pairs(parameters, "ParameterKey", "ParameterValue"));
        description.set("Changes", changes);
        return description;
    }

    private record Comparison(
            Stacks stacks,
            ObjectNode request,
            Imports imports,
            Map<String, ChangeSet> created,
            Template old,
            Template target,
            Map<String, Member> members,
            Set<String> failed) {

        ArrayNode changes() {
            ArrayNode changes = AwsJson.array();
            Set<String> replaced = new HashSet<>();
            old.resources().properties().forEach(resource -> {
                Member member = members.get(resource.getKey());
                if (member != null && !target.resources().has(resource.getKey())) {
                    ObjectNode change = add(changes, "Remove", resource.getKey(), member.type());
                    change.put("PhysicalResourceId", member.resource().reference())
                            .put("PolicyAction", member.isRetained() ? "Retain" : "Delete");
                }
            });
            target.resources().properties().forEach(resource -> {
                Member member = members.get(resource.getKey());
                if (member == null) {
                    added(changes, resource.getKey(), resource.getValue());
                } else {
                    modified(changes, resource.getKey(), resource.getValue(), member, replaced);
                }
            });
            return changes;
        }

        private void added(ArrayNode changes, String logicalId, JsonNode declaration) {
            String type = declaration.path("Type").asText();
            Optional<Resource> found = imports.areOf(logicalId, declaration, stacks.types())
                    ? stacks.types().find(new Target(null, logicalId, type, declaration.path("Properties"), null, null))
                    : Optional.empty();
            ObjectNode change = add(changes, found.isPresent() ? "Import" : "Add", logicalId, type);
            found.ifPresent(resource -> change.put("PhysicalResourceId", resource.reference()));
            if (type.equals(Stack.TYPE)) {
                change.put(
                        "ChangeSetId",
                        nested(declaration, new Stack("new", Optional.empty())).id());
            }
        }

        private void modified(
                ArrayNode changes, String logicalId, JsonNode declaration, Member member, Set<String> replaced) {
            JsonNode before = old.resources().path(logicalId);
            SortedSet<String> properties = differences(before.path("Properties"), declaration.path("Properties"));
            Optional<ChangeSet> nested = Optional.empty();
            if (member.type().equals(Stack.TYPE)) {
                nested = Optional.of(
                        nested(declaration, stacks.get(member.resource().reference())));
                // Where the template is says nothing.
                properties.remove("TemplateURL");
            }
            SortedSet<String> attributes = differences(before, declaration);
            attributes.remove("Properties");
            attributes.remove("DependsOn");
            Set<String> dynamic = new TreeSet<>();
            declaration.path("Properties").properties().forEach(property -> {
                if (Intrinsics.referencesIn(property.getValue()).stream().anyMatch(replaced::contains)) {
                    dynamic.add(property.getKey());
                }
            });
            if (properties.isEmpty()
                    && attributes.isEmpty()
                    && dynamic.isEmpty()
                    && nested.map(ChangeSet::isEmpty).orElse(true)
                    && !failed.contains(logicalId)) {
                return;
            }
            ObjectNode change = add(changes, "Modify", logicalId, member.type());
            change.put("PhysicalResourceId", member.resource().reference());
            nested.ifPresent(set -> change.put("ChangeSetId", set.id()));
            ArrayNode scope = change.putArray("Scope");
            ArrayNode details = change.putArray("Details");
            if (!properties.isEmpty() || !dynamic.isEmpty()) {
                scope.add("Properties");
            }
            attributes.forEach(scope::add);
            boolean isReplaced = false;
            for (String property : properties) {
                isReplaced |= detail(details, member.type(), property, "Static");
            }
            dynamic.removeAll(properties);
            dynamic.forEach(property -> detail(details, member.type(), property, "Dynamic"));
            change.put("Replacement", isReplaced ? "True" : "False");
            if (isReplaced) {
                replaced.add(logicalId);
                change.put("PolicyAction", member.isRetained() ? "ReplaceAndRetain" : "ReplaceAndDelete");
            }
        }

        private boolean detail(ArrayNode details, String type, String property, String evaluation) {
            boolean isReplaced = stacks.types().isReplacedWith(type, property);
            ObjectNode detail = details.addObject().put("Evaluation", evaluation);
            detail.put("ChangeSource", evaluation.equals("Static") ? "DirectModification" : "ResourceReference");
            detail.putObject("Target")
                    .put("Attribute", "Properties")
                    .put("Name", property)
                    .put("RequiresRecreation", isReplaced ? "Always" : "Never");
            return isReplaced;
        }

        private ChangeSet nested(JsonNode declaration, Stack stack) {
            Intrinsics withoutResources = Intrinsics.of(name -> "", (id, name) -> "");
            JsonNode template = stacks.template(withoutResources
                    .resolve(declaration.at("/Properties/TemplateURL"))
                    .asText());
            Map<String, String> given = new LinkedHashMap<>(stack.content().parameters());
            declaration.at("/Properties/Parameters").properties().forEach(parameter -> {
                // What refers to a resource stays what it was.
                if (parameter.getValue().isValueNode()) {
                    given.put(parameter.getKey(), parameter.getValue().asText());
                } else {
                    given.putIfAbsent(parameter.getKey(), "");
                }
            });
            given.keySet().removeIf(name -> !template.path("Parameters").has(name));
            return ChangeSet.of(stacks, request, stack, template, stacks.parameters(template, given), imports, created);
        }

        private static ObjectNode add(ArrayNode changes, String action, String logicalId, String type) {
            return changes.addObject()
                    .put("Type", "Resource")
                    .putObject("ResourceChange")
                    .put("Action", action)
                    .put("LogicalResourceId", logicalId)
                    .put("ResourceType", type);
        }
    }
}
