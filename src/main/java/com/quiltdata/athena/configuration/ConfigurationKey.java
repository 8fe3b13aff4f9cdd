package com.quiltdata.athena.configuration;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A key of the configuration, declared where it is read: asking {@link ContextValues} for it is what makes it one.
 *
 * @param name the key as it is written in {@code cdk.context.json}
 * @param rule the form of its value, or of each item if the value is a list
 * @param taken the names that every account has already, and that are not this stack's to own
 */
record ConfigurationKey(String name, Rule rule, Set<String> taken) {

    /** A key whose value has a form of its own, which its reader checks. */
    static ConfigurationKey of(String name) {
        return of(name, ".*", "be a text");
    }

    /** A key whose value is a text, or a list of texts, of one form. */
    static ConfigurationKey of(String name, String pattern, String words) {
        return of(name, new Rule(pattern, words));
    }

    /** A key whose rule others have, too. */
    static ConfigurationKey of(String name, Rule rule) {
        return new ConfigurationKey(name, rule, Set.of());
    }

    /** The same key, with names that every account has already. */
    ConfigurationKey butNot(String... names) {
        return new ConfigurationKey(name, rule, Set.of(names));
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * The form of a text.
     *
     * @param pattern the whole of it
     * @param words a phrase that follows "must"
     */
    record Rule(Pattern pattern, String words) {
        Rule(String pattern, String words) {
            this(Pattern.compile(pattern, Pattern.DOTALL), words);
        }
    }
}
