package com.quiltdata.athena.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Reads a registry without any SQL, from the format's definition: what the views must show of it.
 *
 * @param objects the content of every object in the bucket, by key
 */
record RegistryReader(Map<String, byte[]> objects) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** A pointer that is one. */
    private record Pointer(String user, String name, String timestamp, String hash) {}

    /** Returns the rows of the packages view, in the order of {@link #sorted}. */
    List<List<String>> packages() {
        List<List<String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            lines(pointer.hash()).stream()
                    .filter(line -> line.hasNonNull("version") && !line.hasNonNull("logical_key"))
                    .min(Comparator.comparing((JsonNode line) -> order(text(line, "message")))
                            .thenComparing(line -> order(text(line, "user_meta"))))
                    .ifPresent(header -> rows.add(Arrays.asList(
                            pointer.user(),
                            pointer.name(),
                            pointer.hash(),
                            pointer.timestamp(),
                            text(header, "message"),
                            text(header, "meta"),
                            text(header, "user_meta"))));
        }
        return sorted(rows);
    }

    /** Returns the rows of the objects view, in the order of {@link #sorted}. */
    List<List<String>> entries() {
        List<List<String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            for (JsonNode line : lines(pointer.hash())) {
                if (line.hasNonNull("logical_key")) {
                    rows.add(Arrays.asList(
                            pointer.user(),
                            pointer.name(),
                            pointer.timestamp(),
                            pointer.hash(),
                            text(line, "logical_key"),
                            array(line.path("physical_keys")),
                            hash(line.path("hash")),
                            text(line, "meta"),
                            text(line, "user_meta"),
                            wholeNumber(text(line, "size"))));
                }
            }
        }
        return sorted(rows);
    }

    /** Puts rows into an order that depends on nothing but them. */
    static List<List<String>> sorted(List<List<String>> rows) {
        return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
    }

    private List<Pointer> pointers() {
        List<Pointer> pointers = new ArrayList<>();
        objects.forEach((key, content) -> {
            if (!key.startsWith(Registry.POINTERS)) {
                return;
            }
            String[] path = key.substring(Registry.POINTERS.length()).split("/", -1);
            String hash = new String(content, StandardCharsets.UTF_8).strip();
            boolean isPointer = path.length == 3
                    && Arrays.stream(path).noneMatch(part -> part.isEmpty() || part.startsWith("_"))
                    && (path[2].equals("latest")
                            || path[2].chars().allMatch(character -> character >= '0' && character <= '9'));
            if (isPointer && isHash(hash)) {
                pointers.add(new Pointer(path[0], path[1], path[2], hash));
            }
        });
        return pointers;
    }

    private static boolean isHash(String text) {
        return text.length() == 64 && text.chars().allMatch(character -> Character.digit(character, 16) >= 0);
    }

    /** The lines of a manifest that are JSON objects; none if the manifest is missing. */
    private List<JsonNode> lines(String hash) {
        byte[] manifest = objects.getOrDefault(Registry.MANIFESTS + hash, new byte[0]);
        return new String(manifest, StandardCharsets.UTF_8)
                .lines()
                .flatMap(line -> object(line).stream())
                .toList();
    }

    private static Optional<JsonNode> object(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Text as it is, and anything else as JSON. */
    private static String text(JsonNode line, String field) {
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
                        .map(RegistryReader::text)
                        .collect(Collectors.joining(", ", "[", "]"))
                : "[" + text(value) + "]";
    }

    /** Athena's text of a row. */
    private static String hash(JsonNode value) {
        return value.isObject() ? "{type=%s, value=%s}".formatted(text(value, "type"), text(value, "value")) : null;
    }

    /** Nulls are last, as in SQL; the tests' texts hold no such character. */
    private static String order(String text) {
        return text == null ? "\uFFFF" : text;
    }
}
