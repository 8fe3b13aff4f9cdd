package com.quiltdata.athena.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.metadata.ViewContract.Pointer;
import com.quiltdata.athena.schema.BucketView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a registry without any SQL, from the format's definition: what the views must show of it.
 *
 * @param objects the content of every object in the bucket, by key
 */
record RegistryReader(Map<String, byte[]> objects) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Returns the rows of the packages view, column → value, in the order of {@link #sorted}. */
    List<Map<String, String>> packages() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            lines(pointer.hash()).stream()
                    .filter(line -> line.hasNonNull("version") && !line.hasNonNull("logical_key"))
                    .min(Comparator.comparing((JsonNode line) -> order(ViewContract.text(line, "message")))
                            .thenComparing(line -> order(ViewContract.text(line, "user_meta"))))
                    .ifPresent(header -> rows.add(ViewContract.row(BucketView.PACKAGES, pointer, header)));
        }
        return sorted(rows);
    }

    /** Returns the rows of the objects view, column → value, in the order of {@link #sorted}. */
    List<Map<String, String>> entries() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            lines(pointer.hash()).stream()
                    .filter(line -> line.hasNonNull("logical_key"))
                    .forEach(entry -> rows.add(ViewContract.row(BucketView.OBJECTS, pointer, entry)));
        }
        return sorted(rows);
    }

    /** Puts rows into an order that depends on nothing but them. */
    static List<Map<String, String>> sorted(List<Map<String, String>> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> new TreeMap<>(row).toString()))
                .toList();
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

    /** Nulls are last, as in SQL; the tests' texts hold no such character. */
    private static String order(String text) {
        return text == null ? "\uFFFF" : text;
    }
}
