package com.quiltdata.athena.registry;

import com.quiltdata.athena.schema.BucketView;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contract of a bucket's views, written apart from the app: the columns of each in their order, and the value of each
 * for a pointer and a line of its manifest. Clients read results by position, so a column is added at the end.
 */
public final class ViewContract {
    private static final List<String> PACKAGES = columns("user name hash timestamp message meta user_meta");

    private static final List<String> OBJECTS =
            columns("user name timestamp tophash logical_key physical_keys hash meta user_meta size");

    private ViewContract() {}

    /**
     * A pointer.
     *
     * @param timestamp seconds since 1970, {@code latest}, or a tag
     */
    public record Pointer(String user, String name, String timestamp, String hash) {}

    private static List<String> columns(String names) {
        return List.of(names.split(" "));
    }

    /** The names of a view's columns, in order. */
    public static List<String> columns(BucketView view) {
        return switch (view) {
            case PACKAGES -> PACKAGES;
            case OBJECTS -> OBJECTS;
        };
    }

    /**
     * A row of a view.
     *
     * @param line a line of the pointer's manifest, column → text
     * @return column → value as Athena's text for it, or null
     */
    static Map<String, String> row(BucketView view, Pointer pointer, Map<String, String> line) {
        Map<String, String> row = new LinkedHashMap<>();
        for (String column : columns(view)) {
            row.put(
                    column,
                    switch (column) {
                        case "user" -> pointer.user();
                        case "name" -> pointer.name();
                        case "timestamp" -> pointer.timestamp();
                        case "tophash" -> pointer.hash();
                        case "hash" -> view == BucketView.PACKAGES ? pointer.hash() : line.get(column);
                        case "size" -> bytes(line.get(column));
                        default -> line.get(column);
                    });
        }
        return row;
    }

    /** A size is a whole number from 0 to the largest of 64 bits, however it is written; anything else is none. */
    private static String bytes(String text) {
        try {
            long bytes = text == null ? -1 : new BigDecimal(text.strip()).longValueExact();
            return bytes < 0 ? null : String.valueOf(bytes);
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }
}
