package com.quiltdata.athena;

import java.util.List;

/** The configuration breaks rules. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigurationException(List<String> problems) {
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
