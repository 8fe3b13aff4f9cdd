package com.quiltdata.athena.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides requests by identity-based policies, as far as this project's policies use the policy language: what it does
 * not know it refuses to evaluate.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html">Policy
 *     evaluation logic</a>
 */
public final class PolicyEvaluator {
    private static final Set<String> ELEMENTS = Set.of("Sid", "Effect", "Action", "Resource", "Condition");

    private static final Map<String, BiPredicate<String, String>> OPERATORS =
            Map.of("StringEquals", String::equals, "StringLike", (pattern, value) -> matches(pattern, value));

    /** Is met, too, by a request that does not have the key. */
    private static final String NOT_EQUAL = "StringNotEquals";

    /** For a key with several values: one of them has to meet the condition. */
    private static final String ANY_VALUE = "ForAnyValue:";

    private final List<JsonNode> statements = new ArrayList<>();

    /**
     * Takes all policies of a user or role.
     *
     * @throws IllegalArgumentException if one uses more of the language than this class knows
     */
    public PolicyEvaluator(List<JsonNode> documents) {
        for (JsonNode document : documents) {
            for (JsonNode statement : items(document.path("Statement"))) {
                refuseUnknown(statement);
                statements.add(statement);
            }
        }
    }

    /** Decides a request: a statement that denies wins over those that allow, and what no statement allows is denied. */
    Decision decide(Request request) {
        for (String effect : List.of("Deny", "Allow")) {
            for (JsonNode statement : statements) {
                if (statement.path("Effect").asText().equals(effect)
                        && obstacle(statement, request).isEmpty()) {
                    return new Decision(effect.equals("Allow"), "by " + statement);
                }
            }
        }
        return new Decision(false, "because no statement allows it" + nearMisses(request));
    }

    /**
     * What the policies allow beyond the calls that somebody needs.
     *
     * @return each action and each resource of a statement that applies to none of the calls by it
     */
    public List<String> unneeded(Collection<Request> requests) {
        List<String> unneeded = new ArrayList<>();
        for (JsonNode statement : statements) {
            if (statement.path("Effect").asText().equals("Allow")) {
                List<Request> needed = requests.stream()
                        .filter(request -> obstacle(statement, request).isEmpty())
                        .toList();
                texts(statement.path("Action"))
                        .filter(pattern -> needed.stream().noneMatch(request -> isAction(pattern, request)))
                        .forEach(action -> unneeded.add(action + " in " + statement));
                texts(statement.path("Resource"))
                        .filter(pattern -> needed.stream().noneMatch(request -> matches(pattern, request.resource())))
                        .forEach(resource -> unneeded.add(resource + " in " + statement));
            }
        }
        return unneeded;
    }

    /** Statements for the same action, and what keeps them from applying. */
    private String nearMisses(Request request) {
        return statements.stream()
                .filter(statement -> matchesAction(statement, request))
                .map(statement -> "; not by %s: %s".formatted(statement, obstacle(statement, request)))
                .collect(Collectors.joining());
    }

    /** Why a statement does not apply to a request; empty if it does. */
    private static String obstacle(JsonNode statement, Request request) {
        if (!matchesAction(statement, request)) {
            return "other actions";
        }
        if (texts(statement.path("Resource")).noneMatch(pattern -> matches(pattern, request.resource()))) {
            return "other resources";
        }
        for (Map.Entry<String, JsonNode> operator : statement.path("Condition").properties()) {
            for (Map.Entry<String, JsonNode> condition : operator.getValue().properties()) {
                if (!isMet(operator.getKey(), condition.getKey(), condition.getValue(), request)) {
                    return "%s does not meet the condition"
                            .formatted(request.context().getOrDefault(condition.getKey(), List.of()));
                }
            }
        }
        return "";
    }

    private static boolean matchesAction(JsonNode statement, Request request) {
        return texts(statement.path("Action")).anyMatch(pattern -> isAction(pattern, request));
    }

    private static boolean isAction(String pattern, Request request) {
        return matches(pattern.toLowerCase(Locale.ROOT), request.action().toLowerCase(Locale.ROOT));
    }

    private static boolean isMet(String operator, String key, JsonNode allowed, Request request) {
        List<String> values = request.context().getOrDefault(key, List.of());
        if (!operator.startsWith(ANY_VALUE) && values.size() > 1) {
            throw new IllegalArgumentException("%s is for one value, but %s has %s".formatted(operator, key, values));
        }
        if (operator.equals(NOT_EQUAL)) {
            return !isMet("StringEquals", key, allowed, request);
        }
        BiPredicate<String, String> test = OPERATORS.get(withoutQualifier(operator));
        return values.stream().anyMatch(value -> texts(allowed).anyMatch(pattern -> test.test(pattern, value)));
    }

    private static void refuseUnknown(JsonNode statement) {
        statement.fieldNames().forEachRemaining(name -> {
            if (!ELEMENTS.contains(name)) {
                throw new IllegalArgumentException("The element " + name + " is unknown here: " + statement);
            }
        });
        statement.path("Condition").fieldNames().forEachRemaining(operator -> {
            if (!operator.equals(NOT_EQUAL) && !OPERATORS.containsKey(withoutQualifier(operator))) {
                throw new IllegalArgumentException("The operator " + operator + " is unknown here: " + statement);
            }
        });
        if (Stream.of("Action", "Resource")
                .flatMap(name -> texts(statement.path(name)))
                .anyMatch(text -> text.contains("${"))) {
            throw new IllegalArgumentException("Policy variables are unknown here: " + statement);
        }
    }

    private static String withoutQualifier(String operator) {
        return operator.startsWith(ANY_VALUE) ? operator.substring(ANY_VALUE.length()) : operator;
    }

    /** In a pattern, {@code *} is any number of characters and {@code ?} is one; both cross slashes and colons. */
    private static boolean matches(String pattern, String value) {
        String expression = pattern.chars()
                .mapToObj(c -> switch (c) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(Character.toString(c));
                })
                .collect(Collectors.joining());
        return Pattern.compile(expression, Pattern.DOTALL).matcher(value).matches();
    }

    private static Stream<String> texts(JsonNode oneOrMany) {
        return items(oneOrMany).stream().map(JsonNode::asText);
    }

    /** A list of one may be written without brackets. */
    private static List<JsonNode> items(JsonNode oneOrMany) {
        return oneOrMany.isArray() ? oneOrMany.valueStream().toList() : List.of(oneOrMany);
    }
}
