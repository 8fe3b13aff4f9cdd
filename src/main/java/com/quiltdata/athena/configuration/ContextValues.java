package com.quiltdata.athena.configuration;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values of a context by their keys. What is wrong with one is a problem, once. */
final class ContextValues {
    private final Map<String, Object> context;
    private final ConfigurationProblems problems;
    private final Set<String> asked = new LinkedHashSet<>();

    /** Begins to read; the problems get all that is wrong. */
    ContextValues(Map<String, Object> context, ConfigurationProblems problems) {
        this.context = context;
        this.problems = problems;
    }

    /** The value of a key; empty if it is not given, or, with a problem, if it is wrong. */
    <T> Optional<T> find(ConfigurationKey<T> key) {
        asked.add(key.name());
        Object value = context.get(key.name());
        return value == null ? Optional.empty() : key.type().read(key.name(), value, problems);
    }

    /** The value of a key that has a default. */
    <T> T get(ConfigurationKey<T> key) {
        return find(key).orElse(key.defaultValue());
    }

    /** Whether a key has a value, right or wrong. */
    boolean isGiven(ConfigurationKey<?> key) {
        return context.get(key.name()) != null;
    }

    /**
     * The names of all keys that were asked for: when everything is read, all that there are.
     *
     * @return in the order of reading
     */
    Set<String> asked() {
        return Collections.unmodifiableSet(asked);
    }
}
