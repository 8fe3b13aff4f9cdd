package com.quiltdata.athena.local.cloudformation;

import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A deployer of one stack, with the steps of the CDK CLI: it publishes the assets, and creates and executes a change set.
 */
public final class LocalStack {
    private final AwsClients aws;
    private final CloudFormation cloudFormation;
    private final String name;

    /** What becomes of a resource that a template declares and that exists outside the stack. */
    public enum ExistingResources {
        /** The deployment fails. */
        REFUSE,
        /**
         * As with {@code ImportExistingResources}: it becomes the stack's, as it is, if CloudFormation can import its
         * type by itself, and the template gives it a name that is no reference and has it retained; otherwise the
         * deployment fails.
         */
        IMPORT
    }

    /** Prepares to deploy a stack; the log gets what its functions log, one message at a time. */
    public LocalStack(AwsClients aws, CloudFormation cloudFormation, String name, Consumer<String> log) {
        this.aws = aws;
        this.cloudFormation = cloudFormation;
        this.name = name;
        cloudFormation.logTo(name, log);
    }

    /**
     * Makes a stack of resources that exist, as an import by hand does with such a template: nothing about them is changed.
     */
    public void importResources(JsonNode template) {
        ObjectNode request = request(Bootstrap.publish(aws, template.toString()), "IMPORT");
        ArrayNode resources = request.putArray("ResourcesToImport");
        template.path("Resources")
                .properties()
                .forEach(resource -> resources
                        .addObject()
                        .put("LogicalResourceId", resource.getKey())
                        .set("ResourceType", resource.getValue().path("Type")));
        deploy(request);
    }

    /** Creates the stack or updates it, as below, and refuses resources that exist outside it. */
    public Map<String, String> deploy(CloudAssembly target) {
        return deploy(target, ExistingResources.REFUSE, new ArrayList<>());
    }

    /**
     * Creates the stack or updates it. When that fails, the stack is rolled back to what it was.
     *
     * @param target what the stack is to be
     * @param existing what becomes of resources that exist outside the stack
     * @param changes gets what the change set says of each resource
     * @return the stack's outputs, by name
     * @throws IllegalStateException if a resource cannot be made; the message is the reason
     */
    public Map<String, String> deploy(CloudAssembly target, ExistingResources existing, List<ResourceChange> changes) {
        Bootstrap.publish(aws, target);
        // The CDK CLI deletes a stack that could not be made before it makes it again.
        if (status().equals(Stack.ROLLBACK_COMPLETE)) {
            delete();
        }
        ObjectNode request = request(
                        Bootstrap.publish(aws, target.template().toString()), status().isEmpty() ? "CREATE" : "UPDATE")
                .put("ImportExistingResources", existing == ExistingResources.IMPORT);
        changes.addAll(deploy(request));
        Map<String, String> outputs = new TreeMap<>();
        description()
                .path("Outputs")
                .forEach(output -> outputs.put(
                        output.path("OutputKey").asText(),
                        output.path("OutputValue").asText()));
        return outputs;
    }

    private ObjectNode request(String templateUrl, String type) {
        ObjectNode request = AwsJson.object()
                .put("StackName", name)
                .put("ChangeSetName", "local-deployment")
                .put("ChangeSetType", type)
                .put("TemplateURL", templateUrl)
                .put("IncludeNestedStacks", true);
        request.putArray("Capabilities").add("CAPABILITY_NAMED_IAM").add("CAPABILITY_AUTO_EXPAND");
        return request;
    }

    private List<ResourceChange> deploy(ObjectNode request) {
        String changeSet =
                cloudFormation.call("CreateChangeSet", request).path("Id").asText();
        ObjectNode ofChangeSet = AwsJson.object().put("ChangeSetName", changeSet);
        JsonNode description = cloudFormation.call("DescribeChangeSet", ofChangeSet);
        if (description.path("StatusReason").asText().equals(ChangeSet.NO_CHANGES)) {
            cloudFormation.call("DeleteChangeSet", ofChangeSet);
            return List.of();
        }
        Map<String, List<String>> properties = new HashMap<>();
        collectProperties(description, properties);
        Set<String> before = new HashSet<>();
        cloudFormation.resourceEvents(name).forEach(event -> before.add(text(event, "EventId")));
        cloudFormation.call("ExecuteChangeSet", ofChangeSet);
        cloudFormation.await(name);
        List<ObjectNode> events = new ArrayList<>(cloudFormation.resourceEvents(name));
        events.removeIf(event -> before.contains(text(event, "EventId")));
        if (!status().matches("(CREATE|UPDATE|IMPORT)_COMPLETE")) {
            throw new IllegalStateException(events.stream()
                    .filter(event -> text(event, "ResourceStatus").endsWith("_FAILED"))
                    .findFirst()
                    .map(event -> text(event, "ResourceStatusReason"))
                    .orElseGet(() -> text(description(), "StackStatusReason")));
        }
        return events.stream()
                .flatMap(event ->
                        ResourceChange.of(event, properties.getOrDefault(text(event, "LogicalResourceId"), List.of()))
                                .stream())
                .toList();
    }

    private void collectProperties(JsonNode changeSet, Map<String, List<String>> properties) {
        for (JsonNode each : changeSet.path("Changes")) {
            JsonNode change = each.path("ResourceChange");
            properties.put(
                    text(change, "LogicalResourceId"),
                    change.path("Details")
                            .valueStream()
                            .map(detail -> detail.at("/Target/Name").asText())
                            .toList());
            if (change.has("ChangeSetId")) {
                collectProperties(
                        cloudFormation.call(
                                "DescribeChangeSet", AwsJson.object("ChangeSetName", change.get("ChangeSetId"))),
                        properties);
            }
        }
    }

    /** Deletes the stack, except for what is to be retained. */
    public void delete() {
        cloudFormation.call("DeleteStack", ofStack());
        cloudFormation.await(name);
    }

    /** The stack's ARN. */
    public String id() {
        return text(description(), "StackId");
    }

    private JsonNode description() {
        return cloudFormation.call("DescribeStacks", ofStack()).path("Stacks").path(0);
    }

    /** The stack's status; empty if it is not there. */
    public String status() {
        try {
            return text(description(), "StackStatus");
        } catch (AwsServiceException e) {
            return "";
        }
    }

    private ObjectNode ofStack() {
        return AwsJson.object().put("StackName", name);
    }
}
