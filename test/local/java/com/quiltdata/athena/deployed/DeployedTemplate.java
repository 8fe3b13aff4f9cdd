package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.Place;
import com.quiltdata.athena.local.cloudformation.Intrinsics;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The template that a stack or nested stack was deployed with, and what its references stand for.
 *
 * @param physicalIds what was made of each resource, by logical id
 * @param nested the nested stacks, by logical id
 */
record DeployedTemplate(
        software.amazon.awssdk.services.cloudformation.model.Stack stack,
        JsonNode content,
        Map<String, String> physicalIds,
        Map<String, DeployedTemplate> nested) {

    DeployedTemplate {
        physicalIds = Map.copyOf(physicalIds);
        nested = Map.copyOf(nested);
    }

    /**
     * A resource of the template.
     *
     * @param properties its properties, without references
     */
    record DeployedResource(String logicalId, String type, JsonNode properties) {}

    /** Returns the stack and those nested in it. */
    Stream<DeployedTemplate> all() {
        return Stream.concat(Stream.of(this), nested.values().stream().flatMap(DeployedTemplate::all));
    }

    /** Returns the resources of a type. */
    Stream<DeployedResource> resources(String type) {
        return content.path("Resources").properties().stream()
                .filter(resource -> resource.getValue().path("Type").asText().equals(type))
                .map(resource -> new DeployedResource(
                        resource.getKey(),
                        type,
                        intrinsics().resolve(resource.getValue().path("Properties"))));
    }

    private Intrinsics intrinsics() {
        return new Intrinsics(this::reference, this::attribute);
    }

    private String reference(String name) {
        return stack.parameters().stream()
                .filter(parameter -> parameter.parameterKey().equals(name))
                .map(parameter ->
                        parameter.resolvedValue() == null ? parameter.parameterValue() : parameter.resolvedValue())
                .findFirst()
                .orElseGet(() -> {
                    String value = pseudoParameters(Place.of(stack.stackId())).get(name);
                    return value == null ? physicalIds.getOrDefault(name, unresolved(name)) : value;
                });
    }

    /** Nothing that is checked has an attribute in it but the ARN of a bucket, and what a nested stack puts out. */
    private String attribute(String logicalId, String name) {
        if (nested.containsKey(logicalId)) {
            return nested.get(logicalId).stack().outputs().stream()
                    .filter(output -> name.equals("Outputs." + output.outputKey()))
                    .map(output -> output.outputValue())
                    .findFirst()
                    .orElse(unresolved(logicalId + "." + name));
        }
        boolean isBucket =
                content.at("/Resources/" + logicalId + "/Type").asText().equals("AWS::S3::Bucket");
        return isBucket && name.equals("Arn") && physicalIds.containsKey(logicalId)
                ? Place.of(stack.stackId()).arn("s3", physicalIds.get(logicalId))
                : unresolved(logicalId + "." + name);
    }

    /**
     * Makes of a text what CloudFormation may tell of it: it has question marks for characters beyond ASCII. How many it
     * has for one does not count here.
     *
     * @see <a href="https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814">Characters beyond
     *     ASCII in GetTemplate</a>
     */
    static String told(String text) {
        return text.replaceAll("[^\\x{0}-\\x{7f}]", "?").replaceAll("[?]+", "?");
    }

    /** A text that stands for what is not known. */
    static String unresolved(String reference) {
        return "${" + reference + "}";
    }

    /** Returns the parameters that every template has. */
    static Map<String, String> pseudoParameters(Place place) {
        return Map.of(
                "AWS::AccountId", place.account(),
                "AWS::Partition", place.partition(),
                "AWS::Region", place.region(),
                "AWS::URLSuffix", place.partition().equals("aws-cn") ? "amazonaws.com.cn" : "amazonaws.com");
    }
}
