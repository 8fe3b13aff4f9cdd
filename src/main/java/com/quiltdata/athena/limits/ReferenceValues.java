package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.view.LongestNames;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Fills in the references of a template as CloudFormation will. What is known only at deployment counts as long as AWS
 * has it.
 *
 * @param stackName the stack's name, or one as long as CloudFormation gives
 * @param resources the template's, by logical id
 * @param parameters the values of a nested stack's parameters
 */
record ReferenceValues(String stackName, JsonNode resources, Map<String, String> parameters) {

    /** CloudFormation appends a hyphen and so many characters to the names that it makes. */
    private static final String GENERATED_SUFFIX = "-" + "X".repeat(13);

    /**
     * The most characters of a stack's name.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html">CreateStack</a>
     */
    private static final int LONGEST_STACK_NAME = 128;

    private static final Map<String, String> NAME_PROPERTIES = Map.of(
            "AWS::S3::Bucket", "/Properties/BucketName",
            "AWS::Athena::WorkGroup", "/Properties/Name",
            "AWS::Glue::Database", "/Properties/DatabaseInput/Name");

    private static final Map<String, String> PSEUDO_PARAMETERS = Map.of(
            "AWS::Partition", LongestNames.PARTITION,
            "AWS::Region", LongestNames.REGION,
            "AWS::AccountId", LongestNames.ACCOUNT);

    /**
     * Counts the characters of a document that has references.
     *
     * @return how many it will have without white space
     * @throws IllegalArgumentException if it has a reference whose value is not known
     */
    int characters(JsonNode document) {
        return (int) filled(document)
                .toString()
                .chars()
                .filter(character -> !Character.isWhitespace(character))
                .count();
    }

    /**
     * The text that a value of the template will be.
     *
     * @param value a text, or a reference or function that stands for one
     * @throws IllegalArgumentException if its value is not known
     */
    String text(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.has("Ref")) {
            return reference(value.path("Ref").asText());
        }
        if (value.has("Fn::GetAtt")) {
            return attribute(
                    value.path("Fn::GetAtt").path(0).asText(),
                    value.path("Fn::GetAtt").path(1).asText());
        }
        JsonNode join = value.path("Fn::Join");
        if (join.isArray()) {
            return StreamSupport.stream(join.path(1).spliterator(), false)
                    .map(this::text)
                    .collect(Collectors.joining(join.path(0).asText()));
        }
        throw new IllegalArgumentException("The length of this is not known: " + value);
    }

    /**
     * The name that CloudFormation gives to a nested stack.
     *
     * @param logicalId the nested stack's logical id in this template
     * @return a name as long as that
     */
    String nestedStackName(String logicalId) {
        String name = generatedName(logicalId);
        return name.substring(0, Math.min(name.length(), LONGEST_STACK_NAME));
    }

    private JsonNode filled(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> array.add(filled(item)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        if (node.has("Ref")
                || node.properties().stream().anyMatch(entry -> entry.getKey().startsWith("Fn::"))) {
            return TextNode.valueOf(text(node));
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(entry -> object.set(entry.getKey(), filled(entry.getValue())));
        return object;
    }

    private String reference(String name) {
        if (PSEUDO_PARAMETERS.containsKey(name)) {
            return PSEUDO_PARAMETERS.get(name);
        }
        return parameters.containsKey(name) ? parameters.get(name) : resourceName(name);
    }

    private String resourceName(String logicalId) {
        JsonNode resource = resources.path(logicalId);
        String property = NAME_PROPERTIES.get(resource.path("Type").asText());
        return property == null ? generatedName(logicalId) : text(resource.at(property));
    }

    private String generatedName(String logicalId) {
        return stackName + "-" + logicalId + GENERATED_SUFFIX;
    }

    private String attribute(String logicalId, String attribute) {
        String name = resourceName(logicalId);
        String type = resources.path(logicalId).path("Type").asText();
        return switch (type + "." + attribute) {
            case "AWS::S3::Bucket.Arn" -> "arn:%s:s3:::%s".formatted(LongestNames.PARTITION, name);
            case "AWS::Lambda::Function.Arn" -> arn("lambda", "function:" + name);
            case "AWS::Logs::LogGroup.Arn" -> arn("logs", "log-group:" + name + ":*");
            case "AWS::StepFunctions::StateMachine.Name" -> name;
            default ->
                throw new IllegalArgumentException(
                        "The length of an attribute is not known: %s of %s".formatted(attribute, type));
        };
    }

    private static String arn(String service, String resource) {
        return "arn:%s:%s:%s:%s:%s"
                .formatted(LongestNames.PARTITION, service, LongestNames.REGION, LongestNames.ACCOUNT, resource);
    }
}
