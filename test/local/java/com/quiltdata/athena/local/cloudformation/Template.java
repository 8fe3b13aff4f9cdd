package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The template of a stack or nested stack, with what its parameters are.
 *
 * @param content the template
 * @param parameters the values of its parameters, by name
 */
record Template(JsonNode content, Map<String, String> parameters) {
    private static final Map<String, String> PSEUDO_PARAMETERS = Map.of(
            "AWS::AccountId", LocalAccount.ACCOUNT_ID,
            "AWS::Partition", "aws",
            "AWS::Region", LocalAccount.REGION,
            "AWS::StackName", "QuiltAthena",
            "AWS::URLSuffix", "amazonaws.com");

    /** Makes what one resource declares, or finds it made. */
    interface Provisioner {
        /**
         * Provisions a resource; all that it needs is there.
         *
         * @param declaration what the template says of it
         * @param properties its properties, without intrinsic functions
         */
        Resource provision(String logicalId, JsonNode declaration, JsonNode properties);
    }

    /**
     * Provisions all resources, each as soon as all that it needs is there.
     *
     * @throws RuntimeException the first thing that the provisioner has thrown
     */
    Map<String, String> provision(Provisioner provisioner) {
        Map<String, Resource> resources = new ConcurrentHashMap<>();
        Intrinsics intrinsics =
                new Intrinsics(name -> reference(resources, name), (id, name) -> attribute(resources, id, name));
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        declarations().properties().forEach(resource -> needs.put(resource.getKey(), needs(resource.getValue())));
        new ResourceGraph(needs).forward(logicalId -> {
            JsonNode declaration = declarations().path(logicalId);
            JsonNode properties = intrinsics.resolve(declaration.path("Properties"));
            resources.put(logicalId, provisioner.provision(logicalId, declaration, properties));
        });
        Map<String, String> outputs = new LinkedHashMap<>();
        content.path("Outputs")
                .properties()
                .forEach(output -> outputs.put(
                        output.getKey(),
                        intrinsics.resolve(output.getValue().path("Value")).asText()));
        return outputs;
    }

    /**
     * What a resource refers to and depends on.
     *
     * @param declaration what the template says of it
     */
    Set<String> needs(JsonNode declaration) {
        Set<String> names = new LinkedHashSet<>();
        JsonNode dependsOn = declaration.path("DependsOn");
        if (dependsOn.isTextual()) {
            names.add(dependsOn.asText());
        }
        dependsOn.forEach(name -> names.add(name.asText()));
        names.addAll(Intrinsics.referencesIn(declaration.path("Properties")));
        names.removeIf(name -> !declarations().has(name));
        return names;
    }

    private JsonNode declarations() {
        return content.path("Resources");
    }

    private String reference(Map<String, Resource> resources, String name) {
        if (PSEUDO_PARAMETERS.containsKey(name)) {
            return PSEUDO_PARAMETERS.get(name);
        }
        if (parameters.containsKey(name)) {
            return parameters.get(name);
        }
        return resource(resources, name).reference();
    }

    private static String attribute(Map<String, Resource> resources, String logicalId, String name) {
        String value = resource(resources, logicalId).attributes().get(name);
        if (value == null) {
            throw new IllegalArgumentException("%s has no attribute %s here".formatted(logicalId, name));
        }
        return value;
    }

    private static Resource resource(Map<String, Resource> resources, String logicalId) {
        Resource resource = resources.get(logicalId);
        if (resource == null) {
            throw new IllegalArgumentException("The template has no resource or parameter " + logicalId);
        }
        return resource;
    }
}
