package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.HashMultiset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The rows that a view answers beside those that it must.
 *
 * <p>Athena's JSON SerDe reads metadata and writes it again, so that it is the same JSON in another spelling: it may order
 * keys anew, and turn them into lower case.
 *
 * @param difference the first difference, with the row that has it; empty if there is none
 * @param respelled how many rows are the same only as JSON
 * @param lowerCased how many of them only with keys in lower case
 */
record RowComparison(Optional<Difference> difference, int respelled, int lowerCased) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** What tells a row from the others, in any view. */
    private static final List<String> IDENTITY = List.of("user", "name", "timestamp", "logical_key");

    /** A difference. */
    record Difference(Map<String, String> row, String text) {}

    /** Compares the rows of S3, column → value, with those of the view; their order does not matter. */
    static RowComparison of(List<Map<String, String>> expected, List<Map<String, String>> actual) {
        List<Map<String, String>> missing = new ArrayList<>(expected);
        List<Map<String, String>> surplus = withoutPairs(missing, actual, Spelling.EXACT);
        int exact = expected.size() - missing.size();
        surplus = withoutPairs(missing, surplus, Spelling.JSON);
        int asJson = expected.size() - missing.size() - exact;
        surplus = withoutPairs(missing, surplus, Spelling.LOWER_CASE_KEYS);
        int lowerCased = expected.size() - missing.size() - exact - asJson;
        return new RowComparison(difference(missing, surplus), asJson + lowerCased, lowerCased);
    }

    /** How strictly rows are compared. */
    private enum Spelling {
        EXACT,
        JSON,
        LOWER_CASE_KEYS
    }

    /** Takes away the rows that both have; what is left of the second is returned. */
    private static List<Map<String, String>> withoutPairs(
            List<Map<String, String>> expected, List<Map<String, String>> actual, Spelling spelling) {
        Map<Map<String, Object>, List<Map<String, String>>> unpaired = new LinkedHashMap<>();
        actual.forEach(row -> unpaired.computeIfAbsent(spelled(row, spelling), key -> new ArrayList<>())
                .add(row));
        expected.removeIf(row -> {
            List<Map<String, String>> same = unpaired.getOrDefault(spelled(row, spelling), List.of());
            if (same.isEmpty()) {
                return false;
            }
            same.removeLast();
            return true;
        });
        return unpaired.values().stream().flatMap(List::stream).toList();
    }

    private static Map<String, Object> spelled(Map<String, String> row, Spelling spelling) {
        Map<String, Object> spelled = new TreeMap<>();
        row.forEach((column, value) -> spelled.put(column, spelled(value, spelling)));
        return spelled;
    }

    private static Object spelled(String value, Spelling spelling) {
        if (spelling == Spelling.EXACT || value == null || !(value.startsWith("{") || value.startsWith("["))) {
            return Optional.ofNullable(value);
        }
        try {
            JsonNode json = JSON.readTree(value);
            return spelling == Spelling.JSON ? json : lowerCase(json);
        } catch (JsonProcessingException e) {
            return Optional.of(value);
        }
    }

    /** An object is its pairs of key and value, of which none is lost where keys differ in case alone. */
    private static Object lowerCase(JsonNode json) {
        return json.isArray()
                ? json.valueStream().map(RowComparison::lowerCase).toList()
                : json.isObject()
                        ? json.propertyStream()
                                .map(field ->
                                        List.of(field.getKey().toLowerCase(Locale.ROOT), lowerCase(field.getValue())))
                                .collect(Collectors.toCollection(HashMultiset::create))
                        : json;
    }

    private static Optional<Difference> difference(
            List<Map<String, String>> missing, List<Map<String, String>> surplus) {
        if (missing.isEmpty()) {
            return first(surplus).map(row -> new Difference(row, "the view has a row that S3 has not: " + text(row)));
        }
        Map<String, String> row = first(missing).orElseThrow();
        Optional<Map<String, String>> other = first(surplus.stream()
                .filter(one -> identity(one).equals(identity(row)))
                .toList());
        return Optional.of(new Difference(
                row,
                other.map(one -> columns(row, one)).orElseGet(() -> "the view lacks a row that S3 has: " + text(row))));
    }

    private static Optional<Map<String, String>> first(List<Map<String, String>> rows) {
        return rows.stream().min((one, two) -> identity(one).compareTo(identity(two)));
    }

    private static String identity(Map<String, String> row) {
        return IDENTITY.stream().map(row::get).map(String::valueOf).collect(Collectors.joining("\0"));
    }

    private static String columns(Map<String, String> expected, Map<String, String> actual) {
        String differences = expected.entrySet().stream()
                .filter(value -> !Objects.equals(
                        spelled(value.getValue(), Spelling.JSON), spelled(actual.get(value.getKey()), Spelling.JSON)))
                .map(value -> "\"%s\" is %s in the view and %s in S3"
                        .formatted(
                                value.getKey(),
                                Finding.shortened(actual.get(value.getKey())),
                                Finding.shortened(value.getValue())))
                .collect(Collectors.joining(", "));
        String key = expected.get("logical_key");
        return key == null ? differences : "of %s, %s".formatted(Finding.shortened(key), differences);
    }

    private static String text(Map<String, String> row) {
        return row.entrySet().stream()
                .filter(value -> value.getValue() != null)
                .map(value -> value.getKey() + " = " + Finding.shortened(value.getValue()))
                .collect(Collectors.joining(", "));
    }
}
