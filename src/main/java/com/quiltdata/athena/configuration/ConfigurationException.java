package com.quiltdata.athena.configuration;

import java.util.List;

/** The configuration breaks rules, or asks for more than AWS takes. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

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

    /**
     * All that is wrong.
     *
     * @return one line a problem: the key, the value and the rule
     */
    public List<String> problems() {
        return problems;
    }
}
