package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The template of a stack with all in it that does not depend on a resource: without conditions, without parameters and
 * without what a condition leaves out.
 *
 * @param resources what it declares, by logical id
 */
record Template(JsonNode resources, JsonNode outputs) {

    /** Makes what one resource declares, or finds it made. */
    interface Provisioner {
        /** Provisions a resource; all that it needs is there, and its properties have no intrinsic functions. */
        Resource provision(String logicalId, JsonNode declaration, JsonNode properties);
    }

    /** Reads a template with the values of its parameters, by name. */
    static Template of(JsonNode content, Map<String, String> values, Map<String, String> pseudoParameters) {
        Known known = new Known(content, values, pseudoParameters);
        return new Template(known.present("Resources"), known.present("Outputs"));
    }

    /** Provisions all resources, each as soon as all that it needs is there, and returns the outputs, by name. */
    Map<String, String> provision(Provisioner provisioner) {
        Map<String, Resource> provisioned = new ConcurrentHashMap<>();
        Intrinsics intrinsics = Intrinsics.of(
                name -> resource(provisioned, name).reference(), (id, name) -> attribute(provisioned, id, name));
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        resources.properties().forEach(resource -> needs.put(resource.getKey(), needs(resource.getValue())));
        new ResourceGraph(needs).forward(logicalId -> {
            JsonNode declaration = resources.path(logicalId);
            JsonNode properties = intrinsics.resolve(declaration.path("Properties"));
            provisioned.put(logicalId, provisioner.provision(logicalId, declaration, properties));
        });
        return Stacks.texts(intrinsics.resolve(outputs), "/Value");
    }

    /** What the declaration of a resource refers to and depends on. */
    Set<String> needs(JsonNode declaration) {
        Set<String> names = new LinkedHashSet<>();
        JsonNode dependsOn = declaration.path("DependsOn");
        if (dependsOn.isTextual()) {
            names.add(dependsOn.asText());
        }
        dependsOn.forEach(name -> names.add(name.asText()));
        names.addAll(Intrinsics.referencesIn(declaration.path("Properties")));
        names.removeIf(name -> !resources.has(name));
        return names;
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

    /** What is known of a template before anything is made. */
    private record Known(JsonNode content, Map<String, String> values, Map<String, String> pseudoParameters) {

        /** The entries of a section that no condition leaves out. */
        ObjectNode present(String section) {
            ObjectNode entries = AwsJson.object();
            content.path(section).properties().forEach(entry -> {
                JsonNode condition = entry.getValue().path("Condition");
                if (condition.isMissingNode() || isTrue(condition.asText())) {
                    entries.set(entry.getKey(), intrinsics().resolve(entry.getValue()));
                }
            });
            return entries;
        }

        private Intrinsics intrinsics() {
            return new Intrinsics(this::reference, (id, name) -> null, this::isTrue);
        }

        private JsonNode reference(String name) {
            if (name.equals("AWS::NoValue")) {
                return MissingNode.getInstance();
            }
            if (pseudoParameters.containsKey(name)) {
                return TextNode.valueOf(pseudoParameters.get(name));
            }
            String value = values.get(name);
            if (value == null
                    || !content.at("/Parameters/" + name + "/Type").asText().equals("CommaDelimitedList")) {
                return value == null ? null : TextNode.valueOf(value);
            }
            ArrayNode list = AwsJson.array();
            Stream.of(value.split(","))
                    .map(String::strip)
                    .filter(item -> !item.isEmpty())
                    .forEach(list::add);
            return list;
        }

        private boolean isTrue(String condition) {
            return isTrue(content.path("Conditions").path(condition));
        }

        private boolean isTrue(JsonNode condition) {
            String function =
                    condition.fieldNames().hasNext() ? condition.fieldNames().next() : "nothing";
            JsonNode argument = condition.path(function);
            return switch (function) {
                case "Condition" -> isTrue(argument.asText());
                case "Fn::Equals" -> text(argument.get(0)).equals(text(argument.get(1)));
                case "Fn::Not" -> !isTrue(argument.get(0));
                case "Fn::And" -> argument.valueStream().allMatch(this::isTrue);
                case "Fn::Or" -> argument.valueStream().anyMatch(this::isTrue);
                default -> throw new IllegalArgumentException("The condition " + function + " is unknown here");
            };
        }

        private String text(JsonNode value) {
            JsonNode known = intrinsics().resolve(value);
            if (!known.isValueNode()) {
                throw new IllegalArgumentException("A condition refers to " + value);
            }
            return known.asText();
        }
    }
}
