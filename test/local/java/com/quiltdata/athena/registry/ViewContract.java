package com.quiltdata.athena.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.schema.BucketView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The contract of a bucket's views, written apart from the app: the columns of each in their order, and the value of each
 * for a pointer and a line of its manifest. Clients read results by position, so a column is added at the end.
 */
public final class ViewContract {
    private static final Columns PACKAGES = new Columns()
            .with("user", (pointer, header) -> pointer.user())
            .with("name", (pointer, header) -> pointer.name())
            .with("hash", (pointer, header) -> pointer.hash())
            .with("timestamp", (pointer, header) -> pointer.timestamp())
            .with("message", (pointer, header) -> text(header, "message"))
            .with("meta", (pointer, header) -> text(header, "meta"))
            .with("user_meta", (pointer, header) -> text(header, "user_meta"));

    private static final Columns OBJECTS = new Columns()
            .with("user", (pointer, entry) -> pointer.user())
            .with("name", (pointer, entry) -> pointer.name())
            .with("timestamp", (pointer, entry) -> pointer.timestamp())
            .with("tophash", (pointer, entry) -> pointer.hash())
            .with("logical_key", (pointer, entry) -> text(entry, "logical_key"))
            .with("physical_keys", (pointer, entry) -> array(entry.path("physical_keys")))
            .with("hash", (pointer, entry) -> hash(entry.path("hash")))
            .with("meta", (pointer, entry) -> text(entry, "meta"))
            .with("user_meta", (pointer, entry) -> text(entry, "user_meta"))
            .with("size", (pointer, entry) -> wholeNumber(text(entry, "size")));

    private ViewContract() {}

    /**
     * A pointer.
     *
     * @param user the first part of the package's name
     * @param name the second part
     * @param timestamp seconds since 1970, or {@code latest}
     * @param hash the top hash that it names
     */
    public record Pointer(String user, String name, String timestamp, String hash) {}

    /**
     * Returns a view's columns.
     *
     * @return their names, in order
     */
    public static List<String> columns(BucketView view) {
        return List.copyOf(of(view).values.keySet());
    }

    /**
     * Returns a row of a view.
     *
     * @param line a line of the pointer's manifest
     * @return the row, column → value as Athena's text for it, or null
     */
    static Map<String, String> row(BucketView view, Pointer pointer, JsonNode line) {
        Map<String, String> row = new LinkedHashMap<>();
        of(view).values.forEach((column, value) -> row.put(column, value.apply(pointer, line)));
        return row;
    }

    private static Columns of(BucketView view) {
        return switch (view) {
            case PACKAGES -> PACKAGES;
            case OBJECTS -> OBJECTS;
        };
    }

    /** Text as it is, and anything else as JSON. */
    static String text(JsonNode line, String field) {
        return line.hasNonNull(field) ? text(line.path(field)) : null;
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }

    /** A size is a whole number of 64 bits, also as text; anything else is none. */
    private static String wholeNumber(String text) {
        try {
            return text == null ? null : String.valueOf(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Athena's text of an array; a value that is no array is its only element. */
    private static String array(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(ViewContract::text)
                        .collect(Collectors.joining(", ", "[", "]"))
                : "[" + text(value) + "]";
    }

    /** Athena's text of a row. */
    private static String hash(JsonNode value) {
        return value.isObject() ? "{type=%s, value=%s}".formatted(text(value, "type"), text(value, "value")) : null;
    }

    /** Columns in order, each with its value for a pointer and a line of its manifest. */
    private static final class Columns {
        private final Map<String, BiFunction<Pointer, JsonNode, String>> values = new LinkedHashMap<>();

        private Columns with(String column, BiFunction<Pointer, JsonNode, String> value) {
            values.put(column, value);
            return this;
        }
    }
}
