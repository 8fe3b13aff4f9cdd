package com.quiltdata.athena.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.Intrinsics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The policies of the synthesized stack and its nested stacks, with the values that CloudFormation would fill in. */
public final class SynthesizedPolicies {
    private final List<ResolvedTemplate> templates;

    private SynthesizedPolicies(List<ResolvedTemplate> templates) {
        this.templates = templates;
    }

    /**
     * Synthesizes the app with this project's feature flags.
     *
     * @param partition where the stack is deployed to
     */
    public static SynthesizedPolicies of(Map<String, Object> configuration, Partition partition) {
        return of(CloudAssembly.synthesize(context(configuration), TestTemplates.PROJECT), partition);
    }

    /**
     * Synthesizes the app with this project's feature flags.
     *
     * @param partition where the stack is deployed to
     * @param directory where to put the templates and assets
     */
    public static SynthesizedPolicies of(Map<String, Object> configuration, Partition partition, Path directory) {
        return of(CloudAssembly.synthesize(context(configuration), TestTemplates.PROJECT, directory), partition);
    }

    private static Map<String, Object> context(Map<String, Object> configuration) {
        Map<String, Object> context = new LinkedHashMap<>(CloudAssembly.projectContext(TestTemplates.PROJECT));
        context.putAll(configuration);
        return context;
    }

    private static SynthesizedPolicies of(CloudAssembly assembly, Partition partition) {
        ResolvedTemplate main = new ResolvedTemplate(assembly.template(), Map.of(), partition);
        return new SynthesizedPolicies(
                Stream.concat(Stream.of(main), main.nestedStacks(assembly)).toList());
    }

    /** The managed policy for users. */
    public JsonNode userPolicy() {
        return templates.get(0).resources("AWS::IAM::ManagedPolicy").values().stream()
                .filter(policy -> policy.has("ManagedPolicyName"))
                .findFirst()
                .orElseThrow();
    }

    /** What the role that refreshes snapshots may do. */
    public List<JsonNode> refreshPolicies() {
        return templates.get(0).resources("AWS::IAM::ManagedPolicy").entrySet().stream()
                .filter(policy -> policy.getKey().startsWith("SnapshotRefresh"))
                .map(policy -> policy.getValue().path("PolicyDocument"))
                .toList();
    }

    /** What the role of the pipe that hands over events may do. */
    public List<JsonNode> pipePolicies() {
        return templates.get(0).resources("AWS::IAM::Role").entrySet().stream()
                .filter(role -> role.getKey().startsWith("SnapshotRefreshPipeRole"))
                .map(role -> role.getValue().at("/Policies/0/PolicyDocument"))
                .toList();
    }

    /** What the role of the view handler may do: the policies' logical ids and documents. */
    public Map<String, JsonNode> handlerPolicies() {
        return templates.get(0).handlerPolicies();
    }

    /**
     * Counts a policy's characters as IAM does.
     *
     * @return characters without white space
     */
    static int size(JsonNode document) {
        return document.toString().replaceAll("\\s", "").length();
    }

    /**
     * A template and what its references stand for.
     *
     * @param template the template
     * @param parameters the values of a nested stack's parameters
     * @param partition where it is deployed to
     */
    private record ResolvedTemplate(JsonNode template, Map<String, String> parameters, Partition partition) {
        private static final String HANDLER_ROLE = "AthenaViewProviderHandlerRole";

        /** Properties that are a resource's name, which is what {@code Ref} returns. */
        private static final Map<String, String> NAMES = Map.of(
                "AWS::S3::Bucket", "/BucketName",
                "AWS::Athena::WorkGroup", "/Name",
                "AWS::Glue::Database", "/DatabaseInput/Name");

        Map<String, JsonNode> resources(String type) {
            Map<String, JsonNode> resources = new LinkedHashMap<>();
            template.path("Resources").properties().forEach(entry -> {
                if (entry.getValue().path("Type").asText().equals(type)) {
                    resources.put(
                            entry.getKey(),
                            intrinsics().resolve(entry.getValue().path("Properties")));
                }
            });
            return resources;
        }

        public Map<String, JsonNode> handlerPolicies() {
            Map<String, JsonNode> policies = new LinkedHashMap<>();
            for (String type : List.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")) {
                resources(type)
                        .forEach((logicalId, properties) -> properties
                                .path("Roles")
                                .forEach(role -> {
                                    if (role.asText().startsWith(HANDLER_ROLE)) {
                                        policies.put(logicalId, properties.path("PolicyDocument"));
                                    }
                                }));
            }
            return policies;
        }

        Stream<ResolvedTemplate> nestedStacks(CloudAssembly assembly) {
            return resources("AWS::CloudFormation::Stack").values().stream().map(stack -> {
                Map<String, String> values = new HashMap<>();
                stack.path("Parameters")
                        .properties()
                        .forEach(parameter -> values.put(
                                parameter.getKey(), parameter.getValue().asText()));
                return new ResolvedTemplate(
                        assembly.nestedTemplate(stack.path("TemplateURL").asText()), values, partition);
            });
        }

        private Intrinsics intrinsics() {
            return Intrinsics.of(this::reference, this::attribute);
        }

        private String reference(String name) {
            return switch (name) {
                case "AWS::Partition" -> partition.id();
                case "AWS::Region" -> partition.region();
                case "AWS::AccountId" -> Partition.ACCOUNT;
                case "AWS::URLSuffix" -> "amazonaws.com";
                default -> parameters.getOrDefault(name, name(name));
            };
        }

        private String name(String logicalId) {
            JsonNode resource = template.path("Resources").path(logicalId);
            if (resource.path("Type").asText().equals("AWS::StepFunctions::StateMachine")) {
                return partition.arn("states", "stateMachine:" + logicalId);
            }
            String property = NAMES.get(resource.path("Type").asText());
            return property == null
                    ? logicalId
                    : intrinsics()
                            .resolve(resource.path("Properties").at(property))
                            .asText();
        }

        private String attribute(String logicalId, String attribute) {
            String type =
                    template.path("Resources").path(logicalId).path("Type").asText();
            return switch (type) {
                case "AWS::S3::Bucket" -> partition.arn("s3", name(logicalId));
                case "AWS::SQS::Queue" -> partition.arn("sqs", logicalId.replaceFirst("[0-9A-F]{8}$", ""));
                case "AWS::StepFunctions::StateMachine" -> logicalId;
                case "AWS::Logs::LogGroup" -> partition.arn("logs", "log-group:" + logicalId + ":*");
                default -> "%s.%s".formatted(logicalId, attribute);
            };
        }
    }
}
