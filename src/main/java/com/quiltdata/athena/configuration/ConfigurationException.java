package com.quiltdata.athena.configuration;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The configuration breaks rules, or asks for more than AWS takes. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MOST_LINES = 20;

    private final transient List<String> problems;

    /**
     * Makes an exception.
     *
     * @param problems one line a problem: the key, the value and the rule
     */
    public ConfigurationException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, one line a problem: the key, the value and the rule. */
    public List<String> problems() {
        return problems;
    }

    /** What to tell a person: the first twenty problems, and how many more there are. */
    public List<String> report() {
        int more = problems.size() - MOST_LINES;
        return more <= 0
                ? problems
                : Stream.concat(
                                problems.stream().limit(MOST_LINES),
                                Stream.of(String.format(Locale.ROOT, "… and %,d more problems", more)))
                        .toList();
    }
}
