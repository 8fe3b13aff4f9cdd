package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Creates what a synthesized template declares in an account on loopback, in the order that its references ask for, as
 * CloudFormation would in a real one.
 */
public final class TemplateDeployment {
    private static final Map<String, String> PSEUDO_PARAMETERS = Map.of(
            "AWS::AccountId", EmbeddedAws.ACCOUNT_ID,
            "AWS::Partition", "aws",
            "AWS::Region", EmbeddedAws.REGION,
            "AWS::StackName", "QuiltAthena",
            "AWS::URLSuffix", "amazonaws.com");

    private final Provisioner provisioner;
    private final JsonNode template;
    private final Map<String, String> parameters;
    private final Map<String, Resource> resources = new LinkedHashMap<>();
    private final Set<String> inProgress = new LinkedHashSet<>();
    private final Intrinsics intrinsics = new Intrinsics(this::reference, this::attribute);

    /** Makes what one resource declares, or finds it made. */
    interface Provisioner {
        /**
         * Provisions a resource; all that it refers to and depends on is there.
         *
         * @param logicalId its name in the template
         * @param declaration what the template says of it
         * @param properties its properties, without intrinsic functions
         * @return what others refer to
         */
        Resource provision(String logicalId, JsonNode declaration, JsonNode properties);
    }

    private TemplateDeployment(Provisioner provisioner, JsonNode template, Map<String, String> parameters) {
        this.provisioner = provisioner;
        this.template = template;
        this.parameters = parameters;
    }

    /**
     * Deploys a stack into an account that does not have it yet.
     *
     * @param assembly the stack
     * @param endpoint where the account's services answer
     * @param log gets what the stack's functions log
     * @return the stack's outputs, by name
     * @throws IllegalArgumentException if the template has a resource type, property or function that is unknown here
     * @throws IllegalStateException if a custom resource fails; the message is its reason
     */
    public static Map<String, String> deploy(CloudAssembly assembly, URI endpoint, Consumer<String> log) {
        try (ResourceTypes types = new ResourceTypes(assembly, endpoint, log)) {
            return deploy(types, assembly.template(), Map.of());
        }
    }

    /**
     * Deploys the template of a stack or nested stack.
     *
     * @param types creates the resources
     * @param template the template
     * @param parameters the values of the template's parameters
     * @return the outputs, by name
     */
    static Map<String, String> deploy(ResourceTypes types, JsonNode template, Map<String, String> parameters) {
        return provision(
                (logicalId, declaration, properties) ->
                        types.create(logicalId, declaration.path("Type").asText(), properties),
                template,
                parameters);
    }

    /**
     * Provisions the resources of a template in the order that their references ask for.
     *
     * @param provisioner makes the resources
     * @param template the template
     * @param parameters the values of the template's parameters
     * @return the outputs, by name
     */
    static Map<String, String> provision(Provisioner provisioner, JsonNode template, Map<String, String> parameters) {
        TemplateDeployment deployment = new TemplateDeployment(provisioner, template, parameters);
        template.path("Resources").fieldNames().forEachRemaining(deployment::resource);
        Map<String, String> outputs = new LinkedHashMap<>();
        template.path("Outputs")
                .properties()
                .forEach(output -> outputs.put(
                        output.getKey(),
                        deployment
                                .intrinsics
                                .resolve(output.getValue().path("Value"))
                                .asText()));
        return outputs;
    }

    /** Creates a resource after those that it needs; the second call returns it. */
    private Resource resource(String logicalId) {
        Resource existing = resources.get(logicalId);
        if (existing != null) {
            return existing;
        }
        JsonNode declaration = template.path("Resources").path(logicalId);
        if (declaration.isMissingNode()) {
            throw new IllegalArgumentException("The template has no resource or parameter " + logicalId);
        }
        if (!inProgress.add(logicalId)) {
            throw new IllegalArgumentException("Resources depend on each other: " + inProgress);
        }
        dependencies(declaration).forEach(this::resource);
        Resource provisioned =
                provisioner.provision(logicalId, declaration, intrinsics.resolve(declaration.path("Properties")));
        inProgress.remove(logicalId);
        resources.put(logicalId, provisioned);
        return provisioned;
    }

    private Set<String> dependencies(JsonNode declaration) {
        Set<String> names = new LinkedHashSet<>();
        JsonNode dependsOn = declaration.path("DependsOn");
        if (dependsOn.isTextual()) {
            names.add(dependsOn.asText());
        }
        dependsOn.forEach(name -> names.add(name.asText()));
        names.addAll(Intrinsics.referencesIn(declaration.path("Properties")));
        names.removeIf(name -> !template.path("Resources").has(name));
        return names;
    }

    private String reference(String name) {
        if (PSEUDO_PARAMETERS.containsKey(name)) {
            return PSEUDO_PARAMETERS.get(name);
        }
        if (parameters.containsKey(name)) {
            return parameters.get(name);
        }
        return resource(name).reference();
    }

    private String attribute(String logicalId, String name) {
        Map<String, String> attributes = new HashMap<>(resource(logicalId).attributes());
        String value = attributes.get(name);
        if (value == null) {
            throw new IllegalArgumentException("%s has no attribute %s here".formatted(logicalId, name));
        }
        return value;
    }
}
