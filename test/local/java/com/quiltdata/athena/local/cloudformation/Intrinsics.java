package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Replaces CloudFormation's intrinsic functions by their values.
 *
 * @param references from the name of a parameter, pseudo parameter or resource to what {@code Ref} returns
 * @param attributes from a resource's logical id and an attribute's name to what {@code Fn::GetAtt} returns
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html">
 *     Intrinsic function reference</a>
 */
public record Intrinsics(UnaryOperator<String> references, BinaryOperator<String> attributes) {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([^!}][^}]*)}");

    /**
     * Resolves a value.
     *
     * @return the same value without intrinsic functions
     * @throws IllegalArgumentException if it has a function that this class does not know
     */
    public JsonNode resolve(JsonNode value) {
        if (value.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            value.forEach(item -> array.add(resolve(item)));
            return array;
        }
        if (!value.isObject()) {
            return value;
        }
        if (isFunction(value)) {
            String function = value.fieldNames().next();
            return call(function, value.get(function));
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        value.properties().forEach(field -> object.set(field.getKey(), resolve(field.getValue())));
        return object;
    }

    /**
     * Finds what a value refers to.
     *
     * @return the names of parameters, pseudo parameters and resources
     */
    static Set<String> referencesIn(JsonNode value) {
        Set<String> names = new TreeSet<>();
        collect(value, names);
        return names;
    }

    private static void collect(JsonNode value, Set<String> names) {
        if (value.has("Ref") && value.size() == 1) {
            names.add(value.get("Ref").asText());
        } else if (value.has("Fn::GetAtt") && value.size() == 1) {
            names.add(value.get("Fn::GetAtt").get(0).asText());
        } else if (value.has("Fn::Sub") && value.size() == 1) {
            SUBSTITUTION
                    .matcher(value.get("Fn::Sub").asText())
                    .results()
                    .forEach(match -> names.add(match.group(1).split("\\.")[0]));
        } else {
            value.forEach(part -> collect(part, names));
        }
    }

    private static boolean isFunction(JsonNode object) {
        if (object.size() != 1) {
            return false;
        }
        String name = object.fieldNames().next();
        return name.equals("Ref") || name.startsWith("Fn::");
    }

    private JsonNode call(String function, JsonNode argument) {
        return switch (function) {
            case "Ref" -> TextNode.valueOf(references.apply(argument.asText()));
            case "Fn::GetAtt" ->
                TextNode.valueOf(attributes.apply(
                        argument.get(0).asText(), argument.get(1).asText()));
            case "Fn::Join" -> TextNode.valueOf(join(argument.get(0).asText(), resolve(argument.get(1))));
            case "Fn::Select" -> resolve(argument.get(1)).get(argument.get(0).asInt());
            case "Fn::Split" ->
                split(argument.get(0).asText(), resolve(argument.get(1)).asText());
            case "Fn::Sub" -> TextNode.valueOf(substitute(argument));
            default -> throw new IllegalArgumentException("The function " + function + " is unknown here: " + argument);
        };
    }

    private static String join(String separator, JsonNode parts) {
        return StreamSupport.stream(parts.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(separator));
    }

    private static ArrayNode split(String separator, String text) {
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        for (String part : text.split(Pattern.quote(separator), -1)) {
            parts.add(part);
        }
        return parts;
    }

    private String substitute(JsonNode argument) {
        if (!argument.isTextual()) {
            throw new IllegalArgumentException("Fn::Sub with a map of variables is unknown here: " + argument);
        }
        return substitute(argument.asText(), name -> {
            String[] parts = name.split("\\.", 2);
            return parts.length == 1 ? references.apply(name) : attributes.apply(parts[0], parts[1]);
        });
    }

    /** Replaces the substitutions in a text. */
    static String substitute(String text, UnaryOperator<String> value) {
        return SUBSTITUTION.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value.apply(match.group(1))));
    }
}
