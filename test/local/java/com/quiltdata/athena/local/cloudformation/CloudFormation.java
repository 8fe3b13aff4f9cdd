package com.quiltdata.athena.local.cloudformation;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.cloudformation.ResourceType.Target;
import com.quiltdata.athena.local.cloudformation.StackUpdate.Imports;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsJsonFilter;
import com.quiltdata.athena.local.protocol.AwsQueryFilter;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * CloudFormation: stacks are made, changed and deleted through change sets, by whatever client. Operations and their
 * parameters that are unknown here are refused by name.
 *
 * @see <a href="https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814">What it does to characters
 *     beyond ASCII</a>
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html">Operations</a>
 */
public final class CloudFormation implements AwsService {
    /** The version of CloudFormation's API. */
    public static final String VERSION = "2010-05-15";

    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(1, 100, 100);
    private static final int MOST_IN_A_REQUEST = 51_200;

    /** What a stack is made or changed with, whatever the operation. */
    private static final String OF_A_STACK = " Capabilities ClientRequestToken DeploymentConfig NotificationARNs"
            + " Parameters RoleARN RollbackConfiguration StackName Tags TemplateBody TemplateURL UsePreviousTemplate";

    private final Map<String, Operation> operations = new HashMap<>();
    private final Map<String, ChangeSet> changeSets = new ConcurrentHashMap<>();
    private final Functions functions;
    private final Stacks stacks;

    /** An operation, with the parameters that are known of it. */
    private record Operation(Set<String> parameters, Function<ObjectNode, ObjectNode> work) {}

    /**
     * Starts with no stack.
     *
     * @param services the account's other services, which are called in this process
     * @param endpoint where functions find them
     * @param parameters the account's parameter store, by name
     */
    public CloudFormation(AwsJsonFilter services, S3Client s3, URI endpoint, Map<String, String> parameters) {
        functions = new Functions(endpoint, s3);
        stacks = new Stacks(new ResourceTypes(services, s3, functions, parameters), s3, parameters);
        add("ContinueUpdateRollback", this::rollBack, "ClientRequestToken RoleARN StackName");
        add(
                "CreateChangeSet",
                this::createChangeSet,
                "ChangeSetName ChangeSetType ClientToken Description ImportExistingResources IncludeNestedStacks"
                        + " OnStackFailure ResourcesToImport" + OF_A_STACK);
        add("CreateStack", this::createStack, "DisableRollback EnableTerminationProtection OnFailure" + OF_A_STACK);
        add("DeleteChangeSet", this::deleteChangeSet, "ChangeSetName StackName");
        add("DeleteStack", this::delete, "ClientRequestToken DeploymentConfig RoleARN StackName");
        add(
                "DescribeChangeSet",
                request -> findChangeSet(request).describe(),
                "ChangeSetName IncludePropertyValues NextToken StackName");
        add(
                "DescribeEvents",
                request -> object("OperationEvents", AwsJson.array()),
                "ChangeSetName Filters NextToken OperationId StackName");
        add("DescribeStackDriftDetectionStatus", this::driftStatus, "StackDriftDetectionId");
        add("DescribeStackEvents", this::events, "NextToken StackName");
        add(
                "DescribeStackResourceDrifts",
                this::drifts,
                "MaxResults NextToken StackName StackResourceDriftStatusFilters");
        add("DescribeStackResources", this::describeResources, "LogicalResourceId StackName");
        add("DescribeStacks", this::describe, "NextToken StackName");
        add("DetectStackDrift", this::detectDrift, "StackName");
        add("ExecuteChangeSet", this::executeChangeSet, "ChangeSetName ClientRequestToken DisableRollback StackName");
        add("GetTemplate", this::template, "ChangeSetName StackName TemplateStage");
        add("GetTemplateSummary", this::templateSummary, "StackName TemplateBody TemplateURL");
        add("ListChangeSets", this::listChangeSets, "NextToken StackName");
        add("ListStackResources", this::resources, "NextToken StackName");
        add("ListStacks", this::list, "NextToken StackStatusFilter");
        add("RollbackStack", this::rollBack, "ClientRequestToken RoleARN StackName");
        add("UpdateStack", request -> direct(request, "UPDATE"), "DisableRollback" + OF_A_STACK);
        add("UpdateTerminationProtection", this::protect, "EnableTerminationProtection StackName");
    }

    private void add(String name, Function<ObjectNode, ObjectNode> work, String parameters) {
        operations.put(name, new Operation(Set.of(parameters.split(" ")), work));
    }

    @Override
    public ObjectNode call(String name, ObjectNode request) {
        Operation operation = operations.get(name);
        if (operation == null) {
            throw AwsQueryFilter.unknownOperation(name, VERSION);
        }
        request.fieldNames().forEachRemaining(parameter -> {
            if (!operation.parameters().contains(parameter)) {
                throw invalid("The parameter %s of the operation %s is unknown here".formatted(parameter, name));
            }
        });
        try {
            synchronized (stacks) {
                return operation.work().apply(request);
            }
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    /** Says who gets what the functions of a stack log, one message at a time. */
    void logTo(String stackName, Consumer<String> log) {
        functions.logTo(stackName, log);
    }

    /** Waits until nothing is in progress. */
    void await(String stackName) {
        named(stackName).ifPresent(Stack::await);
    }

    /** What was done about the resources of a stack and those nested in it, the first first. */
    List<ObjectNode> resourceEvents(String stackName) {
        Optional<Stack> root = named(stackName);
        return stacks.all().stream()
                .filter(stack -> root.isPresent() && stack.root() == root.get())
                .flatMap(stack -> stack.events().stream())
                .filter(event -> !text(event, "ResourceType").equals(Stack.TYPE))
                .sorted(Comparator.comparing(event -> text(event, "Timestamp")))
                .toList();
    }

    private ObjectNode createChangeSet(ObjectNode request) {
        String name = required(request, "StackName");
        String type = request.path("ChangeSetType").asText("UPDATE");
        Optional<Stack> existing = named(name);
        boolean isNew = existing.isEmpty() || existing.get().isInReview();
        if (isNew && type.equals("UPDATE")) {
            throw invalid("Stack [%s] does not exist".formatted(name));
        }
        if (!isNew && type.equals("CREATE")) {
            throw new AwsServiceException(
                    "AlreadyExistsException",
                    "Stack [%s] already exists and cannot be created again with the changeSet [%s]."
                            .formatted(name, text(request, "ChangeSetName")));
        }
        existing.filter(stack -> !isNew).ifPresent(CloudFormation::requireUpdatable);
        if (existing.stream()
                .flatMap(stack -> stack.changeSets().values().stream())
                .anyMatch(set -> set.name().equals(text(request, "ChangeSetName")))) {
            throw new AwsServiceException(
                    "AlreadyExistsException",
                    "ChangeSet %s cannot be created due to a mismatch with existing attribute Template"
                            .formatted(text(request, "ChangeSetName")));
        }
        JsonNode template = templateOf(request, existing);
        requireCapabilities(request, template);
        Map<String, String> parameters = parameters(request, template, existing);
        Stack stack = existing.orElseGet(() -> new Stack(name, Optional.empty()));
        ChangeSet changeSet = ChangeSet.of(stacks, request, stack, template, parameters, imports(request), changeSets);
        if (existing.isEmpty()) {
            stacks.add(stack).enter(Stack.REVIEW_IN_PROGRESS, "User Initiated");
        }
        stack.changeSets().put(changeSet.id(), changeSet);
        return object().put("Id", changeSet.id()).put("StackId", stack.id());
    }

    private static Imports imports(JsonNode request) {
        return new Imports(
                request.path("ImportExistingResources").asBoolean(),
                Set.copyOf(request.path("ResourcesToImport").findValuesAsText("LogicalResourceId")));
    }

    private JsonNode templateOf(ObjectNode request, Optional<Stack> existing) {
        if (request.path("UsePreviousTemplate").asBoolean() && existing.isPresent()) {
            return existing.get().content().template();
        }
        if (request.hasNonNull("TemplateURL")) {
            return stacks.template(text(request, "TemplateURL"));
        }
        String body = required(request, "TemplateBody");
        if (body.getBytes(StandardCharsets.UTF_8).length > MOST_IN_A_REQUEST) {
            throw invalid("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                    + "Member must have length less than or equal to " + MOST_IN_A_REQUEST);
        }
        return Stacks.parse(body);
    }

    private Map<String, String> parameters(JsonNode request, JsonNode template, Optional<Stack> existing) {
        Map<String, String> given = new LinkedHashMap<>();
        request.path("Parameters").forEach(parameter -> {
            String name = parameter.path("ParameterKey").asText();
            if (!parameter.path("UsePreviousValue").asBoolean()) {
                given.put(name, parameter.path("ParameterValue").asText());
            } else if (template.path("Parameters").has(name)) {
                existing.map(stack -> stack.content().parameters().get(name))
                        .filter(value -> !template.at("/Parameters/" + name + "/Type")
                                .asText()
                                .contains("::"))
                        .ifPresent(value -> given.put(name, value));
            }
        });
        return stacks.parameters(template, given);
    }

    private static void requireCapabilities(JsonNode request, JsonNode template) {
        boolean hasNames = false;
        boolean hasIdentities = false;
        for (JsonNode resource : template.path("Resources")) {
            String type = resource.path("Type").asText();
            hasIdentities |= type.startsWith("AWS::IAM::");
            hasNames |= type.matches("AWS::IAM::(Role|ManagedPolicy)")
                    && (resource.path("Properties").has("RoleName")
                            || resource.path("Properties").has("ManagedPolicyName"));
        }
        Set<String> given = texts(request, "Capabilities");
        String needed = hasNames ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM";
        if (hasIdentities && !given.contains(needed) && !given.contains("CAPABILITY_NAMED_IAM")) {
            throw new AwsServiceException(
                    "InsufficientCapabilitiesException", "Requires capabilities : [" + needed + "]");
        }
    }

    private static void requireUpdatable(Stack stack) {
        String status = stack.status();
        if (!status.matches("(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE|(CREATE|UPDATE)_FAILED")) {
            throw invalid("Stack:%s is in %s state and can not be updated.".formatted(stack.id(), status));
        }
    }

    private ObjectNode executeChangeSet(ObjectNode request) {
        ChangeSet changeSet = findChangeSet(request);
        Stack stack = changeSet.stack();
        if (changeSet.isEmpty()) {
            throw new AwsServiceException(
                    "InvalidChangeSetStatus",
                    "ChangeSet [%s] cannot be executed in its current status of [FAILED]".formatted(changeSet.id()));
        }
        if (!stack.isInReview()) {
            requireUpdatable(stack);
        }
        AwsJson.copy(changeSet.request(), stack.settings(), "Capabilities", "NotificationARNs", "RoleARN");
        stack.settings().remove("Tags");
        AwsJson.copy(changeSet.request(), stack.settings(), "Tags");
        stack.settings().put("DisableRollback", request.path("DisableRollback").asBoolean());
        StackUpdate update = new StackUpdate(stacks, stack, imports(changeSet.request()));
        stack.changeSets().values().forEach(set -> changeSets.remove(set.id()));
        stack.changeSets().clear();
        stack.enter(update.operation() + "_IN_PROGRESS", "User Initiated");
        boolean rollsBack = !request.path("DisableRollback").asBoolean();
        boolean deletes = changeSet.request().path("OnStackFailure").asText().equals("DELETE");
        Thread.ofVirtual().start(() -> run(stack, update, changeSet, rollsBack, deletes));
        return object();
    }

    private void run(Stack stack, StackUpdate update, ChangeSet changeSet, boolean rollsBack, boolean deletes) {
        try {
            update.apply(changeSet.template(), changeSet.parameters());
        } catch (RuntimeException e) {
            stack.failedUpdates().push(update);
            String reason = update.failed().isEmpty() ? e.getMessage() : update.failureReason();
            if (rollsBack) {
                rollBack(stack, reason + (update.isCreation() ? " Rollback requested by user." : ""));
                if (deletes && stack.status().equals(Stack.ROLLBACK_COMPLETE)) {
                    delete(stack);
                }
            } else {
                stack.enter((update.isCreation() ? "CREATE" : "UPDATE") + "_FAILED", reason);
            }
            return;
        }
        stack.failedUpdates().clear();
        String operation = update.operation();
        if (operation.equals("UPDATE")) {
            stack.enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "");
            try {
                update.cleanUp();
            } catch (RuntimeException e) {
                // The update is complete nevertheless; the event has the reason.
            }
        }
        stack.enter(operation + "_COMPLETE", "");
    }

    /** Rolls back what has failed, back to the last time that all was well. */
    private void rollBack(Stack stack, String reason) {
        boolean isCreation = stack.failedUpdates().peekLast().isCreation();
        String operation = isCreation ? "ROLLBACK" : "UPDATE_ROLLBACK";
        stack.enter(operation + "_IN_PROGRESS", reason);
        try {
            while (!stack.failedUpdates().isEmpty()) {
                stack.failedUpdates().peek().rollBack();
                stack.failedUpdates().pop();
            }
            stack.enter(operation + "_COMPLETE", "");
        } catch (RuntimeException e) {
            stack.enter(operation + "_FAILED", String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode rollBack(ObjectNode request) {
        Stack stack = find(request);
        if (!stack.status().matches("(CREATE|UPDATE|UPDATE_ROLLBACK)_FAILED")) {
            throw invalid("RollbackStack cannot be called from current stack status %s: %s"
                    .formatted(stack.status(), stack.id()));
        }
        stack.enter("ROLLBACK_IN_PROGRESS", "User Initiated");
        Thread.ofVirtual().start(() -> rollBack(stack, "User Initiated"));
        return object().put("StackId", stack.id());
    }

    private ObjectNode createStack(ObjectNode request) {
        if (named(required(request, "StackName")).isPresent()) {
            throw new AwsServiceException(
                    "AlreadyExistsException", "Stack [%s] already exists".formatted(text(request, "StackName")));
        }
        return direct(request, "CREATE");
    }

    /** A change set that is executed at once. */
    private ObjectNode direct(ObjectNode request, String type) {
        ObjectNode change = request.deepCopy()
                .put("ChangeSetName", "direct-" + Stacks.suffix())
                .put("ChangeSetType", type);
        ObjectNode created = createChangeSet(change);
        ChangeSet changeSet = changeSets.get(text(created, "Id"));
        Stack stack = changeSet.stack();
        if (changeSet.isEmpty()) {
            stack.changeSets().remove(changeSet.id());
            throw invalid("No updates are to be performed.");
        }
        if (request.path("EnableTerminationProtection").asBoolean()) {
            stack.settings().put("EnableTerminationProtection", true);
        }
        executeChangeSet(object().put("ChangeSetName", changeSet.id())
                .put(
                        "DisableRollback",
                        request.path("DisableRollback").asBoolean()
                                || request.path("OnFailure").asText().equals("DO_NOTHING")));
        return object().put("StackId", stack.id());
    }

    private ObjectNode deleteChangeSet(ObjectNode request) {
        ChangeSet changeSet;
        try {
            changeSet = findChangeSet(request);
        } catch (AwsServiceException e) {
            // It is gone, then.
            return object();
        }
        changeSets.remove(changeSet.id());
        changeSet.stack().changeSets().remove(changeSet.id());
        return object();
    }

    private ObjectNode listChangeSets(ObjectNode request) {
        ObjectNode answer = object();
        ArrayNode summaries = answer.putArray("Summaries");
        find(request).changeSets().values().forEach(changeSet -> summaries.add(changeSet.summary()));
        return answer;
    }

    private ChangeSet findChangeSet(ObjectNode request) {
        String name = required(request, "ChangeSetName");
        if (changeSets.containsKey(name)) {
            return changeSets.get(name);
        }
        return (request.has("StackName") ? find(request).changeSets().values().stream() : Stream.<ChangeSet>empty())
                .filter(changeSet -> changeSet.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new AwsServiceException("ChangeSetNotFound", "ChangeSet [%s] does not exist".formatted(name)));
    }

    private ObjectNode delete(ObjectNode request) {
        Optional<Stack> found = named(required(request, "StackName"));
        if (found.isEmpty()) {
            return object();
        }
        Stack stack = found.get();
        if (stack.settings().path("EnableTerminationProtection").asBoolean()) {
            throw invalid(
                    "Stack [%s] cannot be deleted while TerminationProtection is enabled".formatted(stack.name()));
        }
        if (stack.isInProgress()) {
            throw invalid("Stack:%s is in %s state and can not be deleted.".formatted(stack.id(), stack.status()));
        }
        stack.changeSets().values().forEach(set -> changeSets.remove(set.id()));
        stack.changeSets().clear();
        if (stack.isInReview()) {
            stacks.remove(stack);
        } else {
            stack.enter("DELETE_IN_PROGRESS", "User Initiated");
            Thread.ofVirtual().start(() -> delete(stack));
        }
        return object();
    }

    private void delete(Stack stack) {
        StackUpdate deletion = new StackUpdate(stacks, stack, new Imports(false, Set.of()));
        try {
            deletion.deleteAll();
            stack.enter(Stack.DELETE_COMPLETE, "");
        } catch (RuntimeException e) {
            stack.enter(
                    "DELETE_FAILED",
                    "The following resource(s) failed to delete: [%s]. "
                            .formatted(String.join(", ", deletion.failed())));
        }
    }

    private ObjectNode protect(ObjectNode request) {
        Stack stack = find(request);
        stack.settings()
                .put(
                        "EnableTerminationProtection",
                        request.path("EnableTerminationProtection").asBoolean());
        return object().put("StackId", stack.id());
    }

    private ObjectNode describe(ObjectNode request) {
        List<Stack> found = request.has("StackName")
                ? List.of(find(request))
                : stacks.all().stream().filter(Stack::isThere).toList();
        return page(found, Stack::id, request, "Stacks", stack -> {
            ObjectNode description = stack.summary();
            ObjectNode settings = stack.settings();
            description.set("Parameters", pairs(stack.content().parameters(), "ParameterKey", "ParameterValue"));
            description.set("Outputs", pairs(stack.content().outputs(), "OutputKey", "OutputValue"));
            AwsJson.copy(settings, description, "Capabilities", "NotificationARNs", "RoleARN", "Tags");
            return description
                    .put("DisableRollback", settings.path("DisableRollback").asBoolean())
                    .put(
                            "EnableTerminationProtection",
                            settings.path("EnableTerminationProtection").asBoolean());
        });
    }

    private ObjectNode list(ObjectNode request) {
        Set<String> statuses = texts(request, "StackStatusFilter");
        List<Stack> found = stacks.all().stream()
                .filter(stack -> statuses.isEmpty() || statuses.contains(stack.status()))
                .toList();
        return page(found, Stack::id, request, "StackSummaries", Stack::summary);
    }

    private ObjectNode events(ObjectNode request) {
        return page(find(request).events(), event -> text(event, "EventId"), request, "StackEvents", event -> event);
    }

    private ObjectNode resources(ObjectNode request) {
        return page(
                find(request).resources(),
                resource -> text(resource, "LogicalResourceId"),
                request,
                "StackResourceSummaries",
                resource -> {
                    ObjectNode summary = resource.deepCopy();
                    summary.set("LastUpdatedTimestamp", summary.remove("Timestamp"));
                    return summary.remove(List.of("StackId", "StackName", "EventId"));
                });
    }

    private ObjectNode describeResources(ObjectNode request) {
        ObjectNode answer = object();
        ArrayNode resources = answer.putArray("StackResources");
        find(request).resources().stream()
                .filter(resource -> !request.has("LogicalResourceId")
                        || resource.get("LogicalResourceId").equals(request.get("LogicalResourceId")))
                .limit(PAGES.largest())
                .forEach(resource -> resources.add(resource.deepCopy().remove(List.of("EventId"))));
        return answer;
    }

    private ObjectNode template(ObjectNode request) {
        JsonNode template = request.has("ChangeSetName")
                ? findChangeSet(request).template()
                : find(request).content().template();
        return object().put("TemplateBody", template.isMissingNode() ? "{}" : ascii(template.toString()));
    }

    private ObjectNode templateSummary(ObjectNode request) {
        JsonNode template =
                request.has("StackName") ? find(request).content().template() : templateOf(request, Optional.empty());
        ObjectNode answer = object();
        ArrayNode parameters = answer.putArray("Parameters");
        template.path("Parameters").properties().forEach(parameter -> {
            ObjectNode declaration = parameters.addObject().put("ParameterKey", parameter.getKey());
            declaration.put("ParameterType", parameter.getValue().path("Type").asText());
            if (parameter.getValue().has("Default")) {
                declaration.set("DefaultValue", parameter.getValue().get("Default"));
            }
        });
        Map<String, ArrayNode> byType = new LinkedHashMap<>();
        template.path("Resources")
                .properties()
                .forEach(resource -> byType.computeIfAbsent(
                                resource.getValue().path("Type").asText(), type -> AwsJson.array())
                        .add(resource.getKey()));
        ArrayNode types = answer.putArray("ResourceTypes");
        ArrayNode identifiers = answer.putArray("ResourceIdentifierSummaries");
        byType.forEach((type, logicalIds) -> {
            types.add(type);
            stacks.types().identifier(type).ifPresent(property -> {
                ObjectNode summary = identifiers.addObject().put("ResourceType", type);
                summary.set("LogicalResourceIds", logicalIds);
                summary.putArray("ResourceIdentifiers").add(property);
            });
        });
        return answer;
    }

    private ObjectNode detectDrift(ObjectNode request) {
        Stack stack = find(request);
        Map<String, ObjectNode> found = new HashMap<>();
        stack.content()
                .members()
                .forEach((logicalId, member) -> stacks.types()
                        .drift(new Target(
                                stack, logicalId, member.type(), member.properties(), member.resource(), null))
                        .ifPresent(drift -> found.put(
                                logicalId,
                                drift.put("StackId", stack.id())
                                        .put("LogicalResourceId", logicalId)
                                        .put(
                                                "PhysicalResourceId",
                                                member.resource().reference())
                                        .put("ResourceType", member.type()))));
        stack.checkedForDrift(found);
        // There is one detection of a stack at a time, and it is over.
        return object().put("StackDriftDetectionId", stack.id());
    }

    private ObjectNode driftStatus(ObjectNode request) {
        String detection = required(request, "StackDriftDetectionId");
        Stack stack = find(object().put("StackName", detection));
        return object().put("StackId", stack.id())
                .put("StackDriftDetectionId", detection)
                .put("StackDriftStatus", stack.driftStatus())
                .put("DetectionStatus", "DETECTION_COMPLETE")
                .put(
                        "DriftedStackResourceCount",
                        stack.drifts().values().stream()
                                .filter(drift ->
                                        text(drift, "StackResourceDriftStatus").matches("MODIFIED|DELETED"))
                                .count())
                .put("Timestamp", Instant.now().toString());
    }

    private ObjectNode drifts(ObjectNode request) {
        Stack stack = find(request);
        Set<String> statuses = texts(request, "StackResourceDriftStatusFilters");
        List<ObjectNode> drifts = stack.drifts().values().stream()
                .filter(drift -> statuses.isEmpty() || statuses.contains(text(drift, "StackResourceDriftStatus")))
                .sorted(Comparator.comparing(drift -> text(drift, "LogicalResourceId")))
                .toList();
        return page(drifts, drift -> text(drift, "LogicalResourceId"), request, "StackResourceDrifts", drift -> drift);
    }

    private static <T> ObjectNode page(
            List<T> items, Function<T, String> key, JsonNode request, String field, Function<T, JsonNode> convert) {
        return AwsJson.page(items, key, PAGES, request, CloudFormation::invalid, field, convert);
    }

    /** CloudFormation makes of a template what it says, but has question marks for the rest of Unicode when asked. */
    private static String ascii(String text) {
        return text.replaceAll("[^\\x{0}-\\x{7f}]", "?");
    }

    static ArrayNode pairs(Map<String, String> values, String key, String value) {
        ArrayNode pairs = AwsJson.array();
        values.forEach((name, text) -> pairs.addObject().put(key, name).put(value, ascii(text)));
        return pairs;
    }

    private static Set<String> texts(JsonNode request, String list) {
        return request.path(list).valueStream().map(JsonNode::asText).collect(Collectors.toSet());
    }

    private static String required(JsonNode request, String parameter) {
        Constraints.of(request).required(parameter).check(CloudFormation::invalid);
        return text(request, parameter);
    }

    private Stack find(JsonNode request) {
        String name = required(request, "StackName");
        return stacks.all().stream()
                .filter(stack -> stack.id().equals(name))
                .findFirst()
                .or(() -> named(name))
                .orElseThrow(() -> invalid("Stack with id " + name + " does not exist"));
    }

    /** Finds a stack that is not deleted, by its name or ARN. */
    private Optional<Stack> named(String name) {
        return stacks.all().stream()
                .filter(stack -> stack.isThere()
                        && (stack.name().equals(name) || stack.id().equals(name)))
                .findFirst();
    }

    private static AwsServiceException invalid(String message) {
        return new AwsServiceException("ValidationError", message);
    }
}
