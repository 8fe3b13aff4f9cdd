package com.quiltdata.athena.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.cloudformation.Intrinsics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The policies of the synthesized stack, with the values that CloudFormation would fill in. */
record SynthesizedPolicies(JsonNode template, Partition partition) {

    /** Properties that are a resource's name, which is what {@code Ref} returns. */
    private static final Map<String, String> NAMES = Map.of(
            "AWS::S3::Bucket", "/BucketName",
            "AWS::Athena::WorkGroup", "/Name",
            "AWS::Glue::Database", "/DatabaseInput/Name");

    /**
     * Synthesizes the app with this project's feature flags.
     *
     * @param partition where the stack is deployed to
     */
    static SynthesizedPolicies of(Map<String, Object> configuration, Partition partition) {
        return new SynthesizedPolicies(TestTemplates.assembly(configuration).template(), partition);
    }

    /** The managed policy for users. */
    JsonNode users() {
        return resources("AWS::IAM::ManagedPolicy").values().stream()
                .filter(policy -> policy.has("ManagedPolicyName"))
                .map(policy -> policy.path("PolicyDocument"))
                .findFirst()
                .orElseThrow();
    }

    /** What the role that refreshes snapshots may do. */
    List<JsonNode> refresh() {
        return resources("AWS::IAM::ManagedPolicy").entrySet().stream()
                .filter(policy -> policy.getKey().startsWith("SnapshotRefresh"))
                .map(policy -> policy.getValue().path("PolicyDocument"))
                .toList();
    }

    /** What the role of the pipe that hands over events may do. */
    List<JsonNode> pipe() {
        return resources("AWS::IAM::Role").entrySet().stream()
                .filter(role -> role.getKey().startsWith("SnapshotRefreshPipeRole"))
                .map(role -> role.getValue().at("/Policies/0/PolicyDocument"))
                .toList();
    }

    /** What the role of the view handler may do. */
    List<JsonNode> handler() {
        return Stream.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
                .flatMap(type -> resources(type).values().stream())
                .filter(policy -> policy.path("Roles")
                        .valueStream()
                        .anyMatch(role -> role.asText().startsWith("AthenaViewProviderHandlerRole")))
                .map(policy -> policy.path("PolicyDocument"))
                .toList();
    }

    /** Counts a policy's characters as IAM does: without white space. */
    static int size(JsonNode document) {
        return document.toString().replaceAll("\\s", "").length();
    }

    /** The properties of the resources of a type, by logical id. */
    private Map<String, JsonNode> resources(String type) {
        Map<String, JsonNode> resources = TestTemplates.resources(template, type);
        resources.replaceAll((logicalId, resource) -> resolve(resource.path("Properties")));
        return resources;
    }

    private JsonNode resolve(JsonNode value) {
        return Intrinsics.of(this::reference, this::attribute).resolve(value);
    }

    private String reference(String name) {
        return switch (name) {
            case "AWS::Partition" -> partition.id();
            case "AWS::Region" -> partition.region();
            case "AWS::AccountId" -> Partition.ACCOUNT;
            case "AWS::URLSuffix" -> "amazonaws.com";
            default -> name(name);
        };
    }

    private String name(String logicalId) {
        JsonNode resource = template.path("Resources").path(logicalId);
        String type = resource.path("Type").asText();
        if (type.equals("AWS::StepFunctions::StateMachine")) {
            return partition.arn("states", "stateMachine:" + logicalId);
        }
        return NAMES.containsKey(type)
                ? resolve(resource.path("Properties").at(NAMES.get(type))).asText()
                : logicalId;
    }

    private String attribute(String logicalId, String attribute) {
        return switch (template.path("Resources").path(logicalId).path("Type").asText()) {
            case "AWS::S3::Bucket" -> partition.arn("s3", name(logicalId));
            case "AWS::SQS::Queue" -> partition.arn("sqs", logicalId.replaceFirst("[0-9A-F]{8}$", ""));
            case "AWS::StepFunctions::StateMachine" -> logicalId;
            case "AWS::Logs::LogGroup" -> partition.arn("logs", "log-group:" + logicalId + ":*");
            default -> "%s.%s".formatted(logicalId, attribute);
        };
    }
}
