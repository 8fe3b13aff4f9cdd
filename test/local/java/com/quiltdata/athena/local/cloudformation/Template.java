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
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * The template of a stack with all in it that does not depend on a resource: without conditions, without parameters and
 * without what a condition leaves out.
 *
 * @param resources what it declares, by logical id
 */
record Template(JsonNode resources, JsonNode outputs) {

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
     * Reads a template.
     *
     * @param values those of its parameters, by name
     * @param pseudoParameters those that every template has
     */
    static Template of(JsonNode content, Map<String, String> values, Map<String, String> pseudoParameters) {
        Known known = new Known(content, values, pseudoParameters);
        return new Template(known.present("Resources"), known.present("Outputs"));
    }

    /**
     * Provisions all resources, each as soon as all that it needs is there.
     *
     * @return the outputs, by name
     * @throws RuntimeException the first thing that the provisioner has thrown
     */
    Map<String, String> provision(Provisioner provisioner) {
        Map<String, Resource> provisioned = new ConcurrentHashMap<>();
        Intrinsics intrinsics = new Intrinsics(
                name -> resource(provisioned, name).reference(), (id, name) -> attribute(provisioned, id, name));
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        resources.properties().forEach(resource -> needs.put(resource.getKey(), needs(resource.getValue())));
        new ResourceGraph(needs).forward(logicalId -> {
            JsonNode declaration = resources.path(logicalId);
            JsonNode properties = intrinsics.resolve(declaration.path("Properties"));
            provisioned.put(logicalId, provisioner.provision(logicalId, declaration, properties));
        });
        Map<String, String> values = new LinkedHashMap<>();
        outputs.properties()
                .forEach(output -> values.put(
                        output.getKey(),
                        intrinsics.resolve(output.getValue().path("Value")).asText()));
        return values;
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
                if (condition.isMissingNode()
                        || isTrue(content.path("Conditions").path(condition.asText()))) {
                    entries.set(entry.getKey(), resolved(entry.getValue()));
                }
            });
            return entries;
        }

        /** Nothing is left of what is {@code AWS::NoValue}. */
        private JsonNode resolved(JsonNode value) {
            if (value.isArray()) {
                ArrayNode array = AwsJson.array();
                value.forEach(item -> add(array, resolved(item)));
                return array;
            }
            if (!value.isObject()) {
                return value;
            }
            if (value.size() == 1 && value.has("Ref")) {
                return reference(value.get("Ref").asText(), value);
            }
            if (value.size() == 1 && value.has("Fn::If")) {
                JsonNode choice = value.get("Fn::If");
                return resolved(choice.get(
                        isTrue(content.path("Conditions").path(choice.get(0).asText())) ? 1 : 2));
            }
            if (value.size() == 1 && value.path("Fn::Sub").isTextual()) {
                String text = Intrinsics.substitute(value.get("Fn::Sub").asText(), name -> {
                    JsonNode known = reference(name, null);
                    return known == null ? "${" + name + "}" : known.asText();
                });
                return text.contains("${") ? AwsJson.object("Fn::Sub", TextNode.valueOf(text)) : TextNode.valueOf(text);
            }
            ObjectNode object = AwsJson.object();
            value.properties().forEach(field -> {
                JsonNode known = resolved(field.getValue());
                if (!known.isMissingNode()) {
                    object.set(field.getKey(), known);
                }
            });
            return object;
        }

        private static void add(ArrayNode array, JsonNode item) {
            if (!item.isMissingNode()) {
                array.add(item);
            }
        }

        private JsonNode reference(String name, JsonNode unknown) {
            if (name.equals("AWS::NoValue")) {
                return MissingNode.getInstance();
            }
            if (pseudoParameters.containsKey(name)) {
                return TextNode.valueOf(pseudoParameters.get(name));
            }
            if (!values.containsKey(name)) {
                return unknown;
            }
            if (!content.at("/Parameters/" + name + "/Type").asText().equals("CommaDelimitedList")) {
                return TextNode.valueOf(values.get(name));
            }
            ArrayNode list = AwsJson.array();
            for (String item : values.get(name).split(",")) {
                if (!item.isBlank()) {
                    list.add(item.strip());
                }
            }
            return list;
        }

        private boolean isTrue(JsonNode condition) {
            String function =
                    condition.fieldNames().hasNext() ? condition.fieldNames().next() : "nothing";
            JsonNode argument = condition.path(function);
            Function<JsonNode, Boolean> each = this::isTrue;
            return switch (function) {
                case "Condition" -> isTrue(content.path("Conditions").path(argument.asText()));
                case "Fn::Equals" -> text(argument.get(0)).equals(text(argument.get(1)));
                case "Fn::Not" -> !isTrue(argument.get(0));
                case "Fn::And" ->
                    StreamSupport.stream(argument.spliterator(), false).allMatch(each::apply);
                case "Fn::Or" ->
                    StreamSupport.stream(argument.spliterator(), false).anyMatch(each::apply);
                default -> throw new IllegalArgumentException("The condition " + function + " is unknown here");
            };
        }

        /** A value without resources in it. */
        private String text(JsonNode value) {
            return new Intrinsics(
                            name -> {
                                throw new IllegalArgumentException("A condition refers to " + name);
                            },
                            (id, name) -> id)
                    .resolve(resolved(value))
                    .asText();
        }
    }
}
