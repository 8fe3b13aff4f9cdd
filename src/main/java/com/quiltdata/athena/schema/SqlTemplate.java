package com.quiltdata.athena.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An SQL statement in a resource file with placeholders of the form <code>${name}</code>. */
public final class SqlTemplate {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

    /** Each file is read once, however many buckets there are. */
    private static final Map<String, String> FILES = new ConcurrentHashMap<>();

    private SqlTemplate() {}

    /**
     * Fills in a template.
     *
     * @param resource the file's name, beside this class
     * @param values what replaces each placeholder, as it stands: names are valid before they come here
     * @return the statement, without white space at its end
     * @throws IllegalArgumentException if the template has a placeholder without a value or a value without a
     *     placeholder
     */
    public static String fill(String resource, Map<String, String> values) {
        Set<String> used = new HashSet<>();
        String statement = PLACEHOLDER
                .matcher(FILES.computeIfAbsent(resource, SqlTemplate::read))
                .replaceAll(match -> {
                    String name = match.group(1);
                    if (!values.containsKey(name)) {
                        throw new IllegalArgumentException(resource + " has no value for ${" + name + "}");
                    }
                    used.add(name);
                    return Matcher.quoteReplacement(values.get(name));
                })
                .stripTrailing();
        if (!used.equals(values.keySet())) {
            throw new IllegalArgumentException(resource + " uses " + used + " of " + values.keySet());
        }
        return statement;
    }

    private static String read(String resource) {
        try (InputStream content = SqlTemplate.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalArgumentException("There is no " + resource);
            }
            // A checkout may have other line ends, and makes the same views.
            return new String(content.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
