package com.quiltdata.athena.local.athena;

import io.trino.client.Row;
import io.trino.client.RowField;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text that Athena makes of a value: {@code [a, b]} of an array, {@code {k=v}} of a map in the order of its keys,
 * {@code {type=SHA256, value=abc}} of a row, and {@code 01 ff} of bytes. Text inside them is not quoted.
 */
final class ResultText {
    private static final HexFormat BYTES = HexFormat.ofDelimiter(" ");

    private ResultText() {}

    /**
     * Returns the text of a value.
     *
     * @param value as the engine's client decodes it
     * @return null for null
     */
    static String of(Object value) {
        return value == null ? null : nested(value);
    }

    private static String nested(Object value) {
        return switch (value) {
            case null -> "null";
            case byte[] bytes -> BYTES.formatHex(bytes);
            case List<?> elements ->
                elements.stream().map(ResultText::nested).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> entries ->
                entries.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey(ResultText::compareKeys))
                        .map(entry -> nested(entry.getKey()) + "=" + nested(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Row row -> row.getFields().stream().map(ResultText::field).collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    private static String field(RowField field) {
        return field.getName().map(name -> name + "=").orElse("") + nested(field.getValue());
    }

    private static int compareKeys(Object left, Object right) {
        return left instanceof Number && right instanceof Number
                ? new BigDecimal(left.toString()).compareTo(new BigDecimal(right.toString()))
                : Comparator.<String>naturalOrder().compare(nested(left), nested(right));
    }
}
