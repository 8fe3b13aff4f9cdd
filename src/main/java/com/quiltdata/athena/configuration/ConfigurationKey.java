package com.quiltdata.athena.configuration;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key of the configuration: its name, the type and bounds of its value with the messages about them, and its default.
 *
 * @param <T> the type of its value
 * @param name the key as it is written in {@code cdk.context.json}
 * @param defaultValue its value where it is not given; null if there is none
 */
record ConfigurationKey<T>(String name, Type<T> type, T defaultValue) {

    /** Reads a value that is there. */
    interface Type<T> {

        /** The value; empty, with a problem, if it is wrong. */
        Optional<T> read(String key, Object value, ConfigurationProblems problems);
    }

    /** The form of a string. */
    interface Rule {

        /** The rule that a string breaks, as a phrase that follows "must"; empty if it breaks none. */
        Optional<String> brokenBy(String text);

        /** Strings that match a pattern as a whole, which the words say. */
        static Rule matches(String pattern, String words) {
            Pattern whole = Pattern.compile(pattern, Pattern.DOTALL);
            return text -> whole.matcher(text).matches() ? Optional.empty() : Optional.of(words);
        }

        /** The same, without names that every account has already, and that are not this stack's to own. */
        default Rule butNot(String... taken) {
            Set<String> names = Set.of(taken);
            return text -> brokenBy(text)
                    .or(() -> names.contains(text)
                            ? Optional.of("not be a name that every account has already")
                            : Optional.empty());
        }
    }

    /** A string that is not empty. */
    static ConfigurationKey<String> string(String name, Rule rule) {
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    if (!(value instanceof String text) || text.isBlank()) {
                        problems.add(key, value, "be a string that is not empty");
                        return Optional.empty();
                    }
                    return follows(rule, key, text, problems) ? Optional.of(text) : Optional.empty();
                },
                null);
    }

    /** A list of strings, none of them twice; empty by default. */
    static ConfigurationKey<List<String>> strings(String name, Rule ruleOfEach) {
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    Optional<List<String>> items = items(key, value, problems);
                    items.orElse(List.of()).stream()
                            .collect(Collectors.groupingBy(item -> item, LinkedHashMap::new, Collectors.counting()))
                            .forEach((item, count) -> {
                                follows(ruleOfEach, key, item, problems);
                                if (count > 1) {
                                    problems.add(key, item, "be listed once");
                                }
                            });
                    return items;
                },
                List.of());
    }

    /** A whole number, which may be given as a string. */
    static ConfigurationKey<Long> wholeNumber(String name, long least, long most) {
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    try {
                        if (value instanceof Number || value instanceof String) {
                            long number = new BigDecimal(value.toString().strip()).longValueExact();
                            if (number >= least && number <= most) {
                                return Optional.of(number);
                            }
                        }
                    } catch (ArithmeticException | NumberFormatException e) {
                        // Reported below, as any other value that is not one.
                    }
                    problems.add(key, value, "be a whole number from %d to %d".formatted(least, most));
                    return Optional.empty();
                },
                null);
    }

    /** Whether something is wanted, which may be given as a string; false by default. */
    static ConfigurationKey<Boolean> flag(String name) {
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    if (value.equals(true) || value.equals(false) || value.equals("true") || value.equals("false")) {
                        return Optional.of(Boolean.valueOf(value.toString()));
                    }
                    problems.add(key, value, "be true or false");
                    return Optional.empty();
                },
                false);
    }

    /**
     * One of several words.
     *
     * @param <E> the choices, each the word in upper case
     */
    static <E extends Enum<E>> ConfigurationKey<E> choice(String name, E defaultChoice) {
        List<E> choices = Arrays.asList(defaultChoice.getDeclaringClass().getEnumConstants());
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    Optional<E> chosen = choices.stream()
                            .filter(choice -> word(choice).equals(value))
                            .findFirst();
                    if (chosen.isEmpty()) {
                        problems.add(
                                key,
                                value,
                                "be "
                                        + choices.stream()
                                                .map(ConfigurationKey::word)
                                                .collect(Collectors.joining(" or ")));
                    }
                    return chosen;
                },
                defaultChoice);
    }

    /**
     * An object of names and values, or the same as a string, {@code name:value,name:value}; empty by default. Its reader checks
     * the names and the values.
     *
     * @param namesAndValues what the object has, such as "view names and files"
     * @param nameAndValue what an item of the string has, such as "a view's name, a colon and a file"
     */
    static ConfigurationKey<Map<String, Object>> object(String name, String namesAndValues, String nameAndValue) {
        return new ConfigurationKey<>(
                name,
                (key, value, problems) -> {
                    // By name: in which order they are configured makes no difference.
                    Map<String, Object> entries = new TreeMap<>();
                    if (value instanceof Map<?, ?> object) {
                        object.forEach((entry, of) -> entries.put(String.valueOf(entry), of));
                    } else if (value instanceof String) {
                        for (String item : items(key, value, problems).orElseThrow()) {
                            String[] parts = item.split(":", 2);
                            if (parts.length < 2) {
                                problems.add(key, item, "be " + nameAndValue);
                            } else if (entries.put(parts[0], parts[1]) != null) {
                                problems.add(key, parts[0], "be listed once");
                            }
                        }
                    } else {
                        problems.add(key, value, "be an object of " + namesAndValues);
                    }
                    return Optional.of(entries);
                },
                Map.of());
    }

    /** A key whose value has a form of its own, which its reader checks. */
    static ConfigurationKey<Object> ofItsOwnForm(String name) {
        return new ConfigurationKey<>(name, (key, value, problems) -> Optional.of(value), null);
    }

    /** The same key with another default. */
    ConfigurationKey<T> orElse(T otherDefault) {
        return new ConfigurationKey<>(name, type, otherDefault);
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * Takes a list apart, or a comma-separated string.
     *
     * @return the items; empty, with a problem, if the value is neither. An item that is no string is a problem of its own,
     *     and left out
     */
    static Optional<List<String>> items(String key, Object value, ConfigurationProblems problems) {
        if (value instanceof String text) {
            return Optional.of(
                    text.isBlank()
                            ? List.of()
                            : Stream.of(text.split(",", -1)).map(String::strip).toList());
        }
        if (value instanceof List<?> list) {
            list.stream()
                    .filter(item -> !(item instanceof String))
                    .forEach(item -> problems.addLine("%s: %s must be a string"
                            .formatted(ConfigurationProblems.line(key), ConfigurationProblems.shown(item))));
            return Optional.of(list.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList());
        }
        problems.add(key, value, "be a list of strings");
        return Optional.empty();
    }

    /** Whether a string follows a rule; if not, that is a problem. */
    static boolean follows(Rule rule, String key, String text, ConfigurationProblems problems) {
        Optional<String> broken = rule.brokenBy(text);
        broken.ifPresent(words -> problems.add(key, text, words));
        return broken.isEmpty();
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
