package com.quiltdata.athena.local.cloudformation;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsQueryFilter;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A CloudFormation that tells of stacks. It makes none: who deploys one here tells it where to ask.
 *
 * @see <a href="https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814">What it does to characters
 *     beyond ASCII</a>
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html">Operations</a>
 */
public final class CloudFormation implements AwsService {
    /** The version of CloudFormation's API. */
    public static final String VERSION = "2010-05-15";

    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(1, 100, 100);

    private final List<Supplier<List<StackDescription>>> deployers = new CopyOnWriteArrayList<>();

    /** Adds who deploys stacks. Of two with stacks of one name, the stack of the newer one is there. */
    public void add(Supplier<List<StackDescription>> deployer) {
        deployers.addFirst(deployer);
    }

    @Override
    public ObjectNode call(String operation, ObjectNode request) throws AwsServiceException {
        return switch (operation) {
            case "DescribeStackResources" -> describeResources(request);
            case "DescribeStacks" -> describe(request);
            case "GetTemplate" -> template(request);
            case "ListStackResources" -> resources(request);
            case "ListStacks" -> list(request);
            default -> throw AwsQueryFilter.unknownOperation(operation, VERSION);
        };
    }

    private ObjectNode describe(ObjectNode request) throws AwsServiceException {
        List<StackDescription> stacks = request.has("StackName")
                ? List.of(find(request))
                : stacks().filter(CloudFormation::isThere).toList();
        return AwsJson.page(stacks, StackDescription::id, PAGES, request, CloudFormation::invalid, "Stacks", stack -> {
            ObjectNode description = summary(stack);
            description.set("Parameters", pairs(stack.parameters(), "ParameterKey", "ParameterValue"));
            description.set("Outputs", pairs(stack.outputs(), "OutputKey", "OutputValue"));
            return description;
        });
    }

    private ObjectNode list(ObjectNode request) throws AwsServiceException {
        Set<String> statuses = new HashSet<>();
        request.path("StackStatusFilter").forEach(status -> statuses.add(status.asText()));
        List<StackDescription> stacks = stacks().filter(
                        stack -> statuses.isEmpty() || statuses.contains(stack.status()))
                .toList();
        return AwsJson.page(
                stacks,
                StackDescription::id,
                PAGES,
                request,
                CloudFormation::invalid,
                "StackSummaries",
                CloudFormation::summary);
    }

    private static ObjectNode summary(StackDescription stack) {
        ObjectNode summary = object().put("StackId", stack.id())
                .put("StackName", stack.name())
                .put("CreationTime", stack.created().toString())
                .put("StackStatus", stack.status());
        stack.changed()
                .ifPresent(time -> summary.put(isThere(stack) ? "LastUpdatedTime" : "DeletionTime", time.toString()));
        stack.parent().ifPresent(parent -> summary.put("ParentId", parent));
        // Nobody looks for drift here.
        summary.putObject("DriftInformation").put("StackDriftStatus", "NOT_CHECKED");
        return summary;
    }

    private ObjectNode resources(ObjectNode request) throws AwsServiceException {
        StackDescription stack = find(request);
        return AwsJson.page(
                stack.resources(),
                StackDescription.StackResource::logicalId,
                PAGES,
                request,
                CloudFormation::invalid,
                "StackResourceSummaries",
                resource -> resource(stack, resource, "LastUpdatedTimestamp"));
    }

    private ObjectNode describeResources(ObjectNode request) throws AwsServiceException {
        StackDescription stack = find(request);
        ObjectNode answer = object();
        ArrayNode resources = answer.putArray("StackResources");
        stack.resources().stream()
                .limit(PAGES.largest())
                .forEach(resource -> resources.add(resource(stack, resource, "Timestamp")
                        .put("StackId", stack.id())
                        .put("StackName", stack.name())));
        return answer;
    }

    private static ObjectNode resource(
            StackDescription stack, StackDescription.StackResource resource, String timestamp) {
        return object().put("LogicalResourceId", resource.logicalId())
                .put("PhysicalResourceId", resource.physicalId())
                .put("ResourceType", resource.type())
                .put("ResourceStatus", resource.status())
                .put(timestamp, stack.changed().orElse(stack.created()).toString());
    }

    private ObjectNode template(ObjectNode request) throws AwsServiceException {
        return object().put("TemplateBody", ascii(find(request).template().toString()));
    }

    /** CloudFormation makes of a template what it says, but has question marks for the rest of Unicode when asked. */
    private static String ascii(String text) {
        return text.replaceAll("[^\\x{0}-\\x{7f}]", "?");
    }

    private static ArrayNode pairs(Map<String, String> values, String key, String value) {
        ArrayNode pairs = AwsJson.array();
        values.forEach((name, text) -> pairs.addObject().put(key, name).put(value, ascii(text)));
        return pairs;
    }

    private StackDescription find(JsonNode request) throws AwsServiceException {
        Constraints.of(request).required("StackName").check(CloudFormation::invalid);
        String name = text(request, "StackName");
        return stacks().filter(stack -> stack.id().equals(name)
                        || isThere(stack) && stack.name().equals(name))
                .findFirst()
                .orElseThrow(() -> invalid("Stack with id " + name + " does not exist"));
    }

    private Stream<StackDescription> stacks() {
        return deployers.stream().flatMap(deployer -> deployer.get().stream());
    }

    private static boolean isThere(StackDescription stack) {
        return !stack.status().equals(StackDescription.DELETED);
    }

    private static AwsServiceException invalid(String message) {
        return new AwsServiceException("ValidationError", message);
    }
}
