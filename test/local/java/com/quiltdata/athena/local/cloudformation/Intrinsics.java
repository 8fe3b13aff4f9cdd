package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Replaces CloudFormation's intrinsic functions by their values; a function of something that is not known stays.
 *
 * @param references from the name of a parameter, pseudo parameter or resource to what {@code Ref} returns: missing where
 *     nothing is to be there, null where that is not known
 * @param attributes from a resource's logical id and an attribute's name to what {@code Fn::GetAtt} returns, or null
 * @param conditions whether the condition of a name is true
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html">
 *     Intrinsic function reference</a>
 */
public record Intrinsics(
        Function<String, JsonNode> references, BinaryOperator<String> attributes, Predicate<String> conditions) {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([^!}][^}]*)}");

    /** Where everything is known, and there is no condition. */
    public static Intrinsics of(UnaryOperator<String> references, BinaryOperator<String> attributes) {
        return new Intrinsics(name -> TextNode.valueOf(references.apply(name)), attributes, name -> {
            throw new IllegalArgumentException("The function Fn::If is unknown here: " + name);
        });
    }

    /** Resolves a value; a function that this class does not know is an IllegalArgumentException. */
    public JsonNode resolve(JsonNode value) {
        if (value.isArray()) {
            ArrayNode array = AwsJson.array();
            value.valueStream()
                    .map(this::resolve)
                    .filter(item -> !item.isMissingNode())
                    .forEach(array::add);
            return array;
        }
        if (!value.isObject()) {
            return value;
        }
        String function = value.size() == 1 ? value.fieldNames().next() : "";
        if (function.equals("Ref") || function.startsWith("Fn::")) {
            JsonNode result = call(function, value.get(function));
            return result == null ? value : result;
        }
        ObjectNode object = AwsJson.object();
        value.properties().forEach(field -> {
            JsonNode resolved = resolve(field.getValue());
            if (!resolved.isMissingNode()) {
                object.set(field.getKey(), resolved);
            }
        });
        return object;
    }

    /** Returns the value of a function; null where it is not known, and nothing in it is. */
    private JsonNode call(String function, JsonNode argument) {
        return switch (function) {
            case "Ref" -> references.apply(argument.asText());
            case "Fn::GetAtt" ->
                text(attributes.apply(argument.get(0).asText(), argument.get(1).asText()));
            case "Fn::If" ->
                resolve(argument.get(conditions.test(argument.get(0).asText()) ? 1 : 2));
            case "Fn::Join", "Fn::Select", "Fn::Split" -> {
                JsonNode values = resolve(argument.get(1));
                yield isKnown(values)
                        ? call(function, argument.get(0).asText(), values)
                        : AwsJson.object(
                                function, AwsJson.array().add(argument.get(0)).add(values));
            }
            case "Fn::Sub" -> substitute(argument);
            default -> throw new IllegalArgumentException("The function " + function + " is unknown here: " + argument);
        };
    }

    private static JsonNode text(String text) {
        return text == null ? null : TextNode.valueOf(text);
    }

    private static boolean isKnown(JsonNode values) {
        return values.isValueNode() || values.isArray() && values.valueStream().allMatch(JsonNode::isValueNode);
    }

    private static JsonNode call(String function, String first, JsonNode values) {
        return switch (function) {
            case "Fn::Join" -> text(values.valueStream().map(JsonNode::asText).collect(Collectors.joining(first)));
            case "Fn::Select" -> values.get(Integer.parseInt(first));
            default -> {
                ArrayNode parts = AwsJson.array();
                Stream.of(values.asText().split(Pattern.quote(first), -1)).forEach(parts::add);
                yield parts;
            }
        };
    }

    private JsonNode substitute(JsonNode argument) {
        if (!argument.isTextual()) {
            throw new IllegalArgumentException("Fn::Sub with a map of variables is unknown here: " + argument);
        }
        Matcher matcher = SUBSTITUTION.matcher(argument.asText());
        String text = matcher.replaceAll(match -> {
            String value = substituted(match.group(1));
            return Matcher.quoteReplacement(value == null ? match.group() : value);
        });
        boolean isKnown = matcher.reset().results().allMatch(match -> substituted(match.group(1)) != null);
        return isKnown ? text(text) : AwsJson.object("Fn::Sub", text(text));
    }

    private String substituted(String name) {
        String[] parts = name.split("\\.", 2);
        if (parts.length == 2) {
            return attributes.apply(parts[0], parts[1]);
        }
        JsonNode value = references.apply(name);
        return value == null ? null : value.asText();
    }

    /** Finds the names of parameters, pseudo parameters and resources that a value refers to. */
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
}
