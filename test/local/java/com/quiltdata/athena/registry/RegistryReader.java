package com.quiltdata.athena.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.registry.ViewContract.Pointer;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
public record RegistryReader(Map<String, byte[]> objects) {
    /** Where the manifests are in the bucket. */
    public static final String MANIFESTS = QuiltBucket.REGISTRY_PREFIX + "packages/";

    /** Where the pointers are in the bucket. */
    public static final String POINTERS = QuiltBucket.REGISTRY_PREFIX + "named_packages/";

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * The rows of the packages view.
     *
     * @return column → value, in the order of {@link #sorted}
     */
    public List<Map<String, String>> packages() {
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

    /**
     * The rows of the objects view.
     *
     * @return column → value, in the order of {@link #sorted}
     */
    public List<Map<String, String>> entries() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            lines(pointer.hash()).stream()
                    .filter(line -> line.hasNonNull("logical_key"))
                    .forEach(entry -> rows.add(ViewContract.row(BucketView.OBJECTS, pointer, entry)));
        }
        return sorted(rows);
    }

    /**
     * Puts rows into an order that depends on nothing but them.
     *
     * @param rows column → value
     */
    public static List<Map<String, String>> sorted(List<Map<String, String>> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> new TreeMap<>(row).toString()))
                .toList();
    }

    /**
     * The pointer that an object is.
     *
     * @return the pointer; empty if the object is none
     */
    public static Optional<Pointer> pointer(String key, byte[] content) {
        String hash = new String(content, StandardCharsets.UTF_8).strip();
        return isHash(hash)
                ? pointerPath(key).map(path -> new Pointer(path.get(0), path.get(1), path.get(2), hash))
                : Optional.empty();
    }

    /**
     * What the key of a pointer says.
     *
     * @return user, name of the package, and a timestamp or {@code latest}; empty if no pointer has such a key
     */
    public static Optional<List<String>> pointerPath(String key) {
        if (!key.startsWith(POINTERS)) {
            return Optional.empty();
        }
        List<String> path = List.of(key.substring(POINTERS.length()).split("/", -1));
        boolean isPointer = path.size() == 3
                && path.stream().noneMatch(part -> part.isEmpty() || part.startsWith("_"))
                && (path.get(2).equals("latest")
                        || path.get(2).chars().allMatch(character -> character >= '0' && character <= '9'));
        return isPointer ? Optional.of(path) : Optional.empty();
    }

    private List<Pointer> pointers() {
        List<Pointer> pointers = new ArrayList<>();
        objects.forEach((key, content) -> pointer(key, content).ifPresent(pointers::add));
        return pointers;
    }

    private static boolean isHash(String text) {
        return text.length() == 64 && text.chars().allMatch(character -> Character.digit(character, 16) >= 0);
    }

    /** The lines of a manifest that are JSON objects; none if the manifest is missing. */
    private List<JsonNode> lines(String hash) {
        byte[] manifest = objects.getOrDefault(MANIFESTS + hash, new byte[0]);
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
