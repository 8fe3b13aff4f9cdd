package com.quiltdata.athena.configuration;

import com.quiltdata.athena.configuration.ConfigurationKey.Rule;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Values of a context by their types: text, list, whole number, flag, choice. One of another type, or one that breaks the
 * rule of its key, is a problem.
 */
final class ContextValues {
    private final Map<String, Object> context;
    private final ConfigurationProblems problems;
    private final Set<String> asked = new LinkedHashSet<>();

    /**
     * Begins to read.
     *
     * @param problems gets all that is wrong
     */
    ContextValues(Map<String, Object> context, ConfigurationProblems problems) {
        this.context = context;
        this.problems = problems;
    }

    /**
     * The value of a key as it stands.
     *
     * @return any value; null if it is not given
     */
    Object value(ConfigurationKey key) {
        asked.add(key.name());
        return context.get(key.name());
    }

    /**
     * The names of all keys that were asked for: when everything is read, all that there are.
     *
     * @return in the order of reading
     */
    Set<String> asked() {
        return Collections.unmodifiableSet(asked);
    }

    /**
     * Reads a name or another text that has a default.
     *
     * @param defaultName its value if it is not given
     */
    String name(ConfigurationKey key, String defaultName) {
        String name = text(key).orElse(defaultName);
        if (key.taken().contains(name)) {
            problems.add(key.name(), name, "not be a name that every account has already");
        }
        return name;
    }

    /**
     * Reads a list of texts, none of them twice.
     *
     * @return the items; none if it is not given
     */
    List<String> list(ConfigurationKey key) {
        Object value = value(key);
        List<String> items =
                value == null ? List.of() : items(key.name(), value).orElse(List.of());
        items.stream()
                .collect(Collectors.groupingBy(item -> item, LinkedHashMap::new, Collectors.counting()))
                .forEach((item, count) -> {
                    follows(key.rule(), key.name(), item);
                    if (count > 1) {
                        problems.add(key.name(), item, "be listed once");
                    }
                });
        return items;
    }

    /**
     * Takes a list apart, or comma-separated text.
     *
     * @return the items; empty, with a problem, if the value is neither. An item that is no text is a problem of its own,
     *     and left out
     */
    Optional<List<String>> items(String key, Object value) {
        if (value instanceof String text) {
            return Optional.of(
                    text.isBlank()
                            ? List.of()
                            : Stream.of(text.split(",", -1)).map(String::strip).toList());
        }
        if (value instanceof List<?> list) {
            list.stream()
                    .filter(item -> !(item instanceof String))
                    .forEach(item -> problems.addLine("%s: %s must be a text, as every item"
                            .formatted(ConfigurationProblems.line(key), ConfigurationProblems.shown(item))));
            return Optional.of(list.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList());
        }
        problems.add(key, value, "be a list of texts");
        return Optional.empty();
    }

    /**
     * Reads a text.
     *
     * @return empty if it is not given, or, with a problem, if it is wrong
     */
    Optional<String> text(ConfigurationKey key) {
        Object value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.isBlank()) {
            problems.add(key.name(), value, "be a text that is not empty");
            return Optional.empty();
        }
        return follows(key.rule(), key.name(), text) ? Optional.of(text) : Optional.empty();
    }

    /**
     * Reads a whole number, which may be given as text.
     *
     * @param least the least that it may be
     * @param most the most that it may be
     * @return empty if it is not given, or, with a problem, if it is wrong
     */
    OptionalLong wholeNumber(ConfigurationKey key, long least, long most) {
        Object value = value(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            if (value instanceof Number || value instanceof String) {
                long number = new BigDecimal(value.toString().strip()).longValueExact();
                if (number >= least && number <= most) {
                    return OptionalLong.of(number);
                }
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Reported below, as any other value that is not one.
        }
        problems.add(key.name(), value, "be a whole number from %d to %d".formatted(least, most));
        return OptionalLong.empty();
    }

    /**
     * Reads whether something is wanted, which may be given as text.
     *
     * @return false if it is not given, or, with a problem, if it is wrong
     */
    boolean flag(ConfigurationKey key) {
        Object value = value(key);
        if (value == null || value.equals(false) || value.equals("false")) {
            return false;
        }
        if (value.equals(true) || value.equals("true")) {
            return true;
        }
        problems.add(key.name(), value, "be true or false");
        return false;
    }

    /**
     * Reads one of several words.
     *
     * @param <E> the choices, each the word in upper case
     * @param defaultChoice the choice if it is not given
     */
    <E extends Enum<E>> E choice(ConfigurationKey key, E defaultChoice) {
        Object value = value(key);
        if (value == null) {
            return defaultChoice;
        }
        List<E> choices = Arrays.asList(defaultChoice.getDeclaringClass().getEnumConstants());
        for (E choice : choices) {
            if (configured(choice).equals(value)) {
                return choice;
            }
        }
        problems.add(
                key.name(),
                value,
                "be " + choices.stream().map(ContextValues::configured).collect(Collectors.joining(" or ")));
        return defaultChoice;
    }

    private static String configured(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Checks a text against a rule.
     *
     * @param key what has the text, for a problem
     */
    boolean follows(Rule rule, String key, String value) {
        boolean follows = rule.pattern().matcher(value).matches();
        if (!follows) {
            problems.add(key, value, rule.words());
        }
        return follows;
    }
}
