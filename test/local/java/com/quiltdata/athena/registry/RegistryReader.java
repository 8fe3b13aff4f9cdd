package com.quiltdata.athena.registry;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

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
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

    /** What engines take for compressed by its name. */
    private static final Pattern COMPRESSED = Pattern.compile(".*[.](gz|bz2|deflate|lz4|lzo|lzop|snappy|zst|zstd)");

    /** Any header, but always the same: one with a version first. */
    private static final Comparator<Map<String, String>> HEADERS = Stream.of("version", "message", "user_meta", "meta")
            .map(column -> comparing((Map<String, String> line) -> line.get(column), nullsLast(naturalOrder())))
            .reduce(Comparator::thenComparing)
            .orElseThrow();

    /**
     * The rows of the packages view.
     *
     * @return column → value, in the order of {@link #sorted}
     */
    public List<Map<String, String>> packages() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Pointer pointer : pointers()) {
            lines(pointer)
                    .filter(line -> !line.containsKey("logical_key"))
                    .filter(line -> Stream.of("version", "message", "user_meta").anyMatch(line::containsKey))
                    .min(HEADERS)
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
            lines(pointer)
                    .filter(line -> line.containsKey("logical_key"))
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
                .sorted(comparing(row -> new TreeMap<>(row).toString()))
                .toList();
    }

    /** The pointer that an object is; empty if it is none. */
    public static Optional<Pointer> pointer(String key, byte[] content) {
        List<String> hashes = ManifestReader.lines(content).stream()
                .map(line -> new String(line, StandardCharsets.UTF_8))
                // The table splits lines at commas, and has the first part alone.
                .map(line -> line.split(",", 2)[0].strip())
                .filter(hash -> !hash.isEmpty())
                .toList();
        return hashes.size() == 1 && HASH.matcher(hashes.getFirst()).matches()
                ? pointerPath(key).map(path -> new Pointer(path.get(0), path.get(1), path.get(2), hashes.getFirst()))
                : Optional.empty();
    }

    /**
     * What the key of a pointer says.
     *
     * @return user, name of the package, and a timestamp, {@code latest} or a tag; empty if no pointer has such a key
     */
    public static Optional<List<String>> pointerPath(String key) {
        if (!key.startsWith(POINTERS) || COMPRESSED.matcher(key).matches()) {
            return Optional.empty();
        }
        List<String> path = names(key);
        return path.size() == 3 && path.stream().noneMatch(String::isEmpty) && !isHidden(path)
                ? Optional.of(path)
                : Optional.empty();
    }

    /** What somebody may miss, or queries stumble over, because of an object's key; empty if nothing is odd about it. */
    public static Optional<String> oddity(String key) {
        if (!key.startsWith(POINTERS)) {
            return Optional.empty();
        }
        List<String> path = names(key);
        if (path.size() == 3 && isHidden(path.subList(0, 2))) {
            return Optional.of("%s/%s is in no view: engines do not see what begins with _ or a dot"
                    .formatted(path.get(0), path.get(1)));
        }
        return COMPRESSED.matcher(key).matches() && !isHidden(path)
                ? Optional.of(
                        key + " is no pointer, and fails every query on engines older than Trino 478: its name is that"
                                + " of a compressed file")
                : Optional.empty();
    }

    private static List<String> names(String key) {
        return List.of(key.substring(POINTERS.length()).split("/", -1));
    }

    /** Whether engines do not look at a file, since a part of its path begins as Hive's temporary files do. */
    private static boolean isHidden(List<String> path) {
        return path.stream().anyMatch(part -> part.startsWith("_") || part.startsWith("."));
    }

    private List<Pointer> pointers() {
        List<Pointer> pointers = new ArrayList<>();
        objects.forEach((key, content) -> pointer(key, content).ifPresent(pointers::add));
        return pointers;
    }

    /** The lines of a pointer's manifest; none if the manifest is missing. */
    private Stream<Map<String, String>> lines(Pointer pointer) {
        return ManifestReader.read(objects.getOrDefault(MANIFESTS + pointer.hash(), new byte[0])).stream();
    }
}
