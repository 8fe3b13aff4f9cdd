package com.quiltdata.athena.configuration;

import java.util.ArrayList;
import java.util.List;

/** All that is wrong with a configuration, one line a problem: the key, the value and the rule. */
final class ConfigurationProblems {
    private static final int LONGEST_SHOWN_VALUE = 100;

    private final List<String> lines = new ArrayList<>();

    /**
     * Adds a problem.
     *
     * @param value its value; null if it is missing
     * @param rule the rule that it breaks, as a phrase that follows "must"
     */
    void add(String key, Object value, String rule) {
        addLine("%s: %s must %s"
                .formatted(key.isBlank() ? shown(key) : line(key), value == null ? "(missing)" : shown(value), rule));
    }

    /**
     * Adds a problem in words of its own.
     *
     * @param line one line that names the key, what is wrong, and the rule
     */
    void addLine(String line) {
        lines.add(line);
    }

    /**
     * Ends the reading of a configuration in which anything is wrong.
     *
     * @throws ConfigurationException if there are problems
     */
    void refuse() {
        if (!lines.isEmpty()) {
            throw new ConfigurationException(lines);
        }
    }

    /** A value as a part of a message: one line; text is in quotes. */
    static String shown(Object value) {
        return line(value instanceof String ? "\"" + value + "\"" : String.valueOf(value));
    }

    /**
     * A text as a part of one line.
     *
     * @return the text, cut if it is long; what would not show as itself is there by its number in Unicode
     */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(LONGEST_SHOWN_VALUE).forEach(character -> {
            if (isPrintable(character)) {
                line.appendCodePoint(character);
            } else {
                line.append("\\u%04x".formatted(character));
            }
        });
        int length = text.codePointCount(0, text.length());
        return length <= LONGEST_SHOWN_VALUE ? line.toString() : "%s… (%d characters)".formatted(line, length);
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            // A format character can turn the direction of all that follows.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
