package com.quiltdata.athena.deployed;

import com.quiltdata.athena.registry.RegistryReader;
import com.quiltdata.athena.registry.ViewContract.Pointer;
import com.quiltdata.athena.schema.BucketView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Some packages of a bucket, read straight from S3: of each the latest revision and one other.
 *
 * @param packages what of each package is compared; the first one is queried alone
 * @param objects the content of the pointers and of their manifests, by key
 * @param leftOut why something that was chosen is not compared
 */
record BucketSample(
        RegistryListing listing,
        List<List<SampledPointer>> packages,
        Map<String, byte[]> objects,
        List<String> leftOut) {

    /**
     * A larger manifest has more rows than anybody wants to fetch for a sample: at 400 bytes an entry, 50 pages of Athena's
     * results, of 1,000 rows each.
     */
    static final long MOST_MANIFEST_BYTES = 20_000_000;

    /** A pointer that is compared. */
    record SampledPointer(String key, Pointer pointer, Instant changed, long manifestBytes) {

        /** Returns the package's name. */
        String packageName() {
            return pointer.user() + "/" + pointer.name();
        }
    }

    /** Chooses packages and reads them. */
    static BucketSample of(S3Client s3, RegistryListing listing, int packages, long seed) {
        Random random = new Random(seed + listing.bucket().name().hashCode());
        Map<String, byte[]> objects = new HashMap<>();
        List<String> leftOut = new ArrayList<>();
        List<List<SampledPointer>> sample = new ArrayList<>();
        for (List<String> keys : chosen(listing.pointers().keySet(), packages, random)) {
            List<SampledPointer> pointers = new ArrayList<>();
            for (String key : keys) {
                read(s3, listing, key, objects, leftOut).ifPresent(pointers::add);
            }
            if (!pointers.isEmpty()) {
                sample.add(List.copyOf(pointers));
            }
        }
        return new BucketSample(listing, sample, objects, leftOut);
    }

    private static List<List<String>> chosen(Collection<String> keys, int packages, Random random) {
        Map<List<String>, List<String>> byPackage = new LinkedHashMap<>();
        keys.forEach(key -> byPackage
                .computeIfAbsent(RegistryReader.pointerPath(key).orElseThrow().subList(0, 2), name -> new ArrayList<>())
                .add(key));
        List<List<String>> all = new ArrayList<>(byPackage.values());
        Collections.shuffle(all, random);
        return all.stream()
                .limit(packages)
                .map(pointers -> latestAndAnother(pointers, random))
                .toList();
    }

    private static List<String> latestAndAnother(List<String> keys, Random random) {
        List<String> others =
                keys.stream().filter(key -> !key.endsWith("/latest")).collect(Collectors.toCollection(ArrayList::new));
        List<String> chosen = new ArrayList<>(keys);
        chosen.removeAll(others);
        if (!others.isEmpty()) {
            chosen.add(others.get(random.nextInt(others.size())));
        }
        return chosen;
    }

    private static Optional<SampledPointer> read(
            S3Client s3, RegistryListing listing, String key, Map<String, byte[]> objects, List<String> leftOut) {
        String bucket = listing.bucket().name();
        Optional<byte[]> content = content(s3, bucket, key);
        Optional<Pointer> pointer = content.flatMap(bytes -> RegistryReader.pointer(key, bytes));
        if (pointer.isEmpty()) {
            leftOut.add("%s: %s has no top hash in it".formatted(bucket, key));
            return Optional.empty();
        }
        String manifest = RegistryReader.MANIFESTS + pointer.get().hash();
        long bytes = listing.manifests().getOrDefault(manifest, 0L);
        if (bytes > MOST_MANIFEST_BYTES) {
            leftOut.add("%s: the manifest of %s has %,d bytes, more than %,d"
                    .formatted(bucket, key, bytes, MOST_MANIFEST_BYTES));
            return Optional.empty();
        }
        objects.put(key, content.get());
        if (!objects.containsKey(manifest)) {
            content(s3, bucket, manifest).ifPresent(lines -> objects.put(manifest, lines));
        }
        return Optional.of(
                new SampledPointer(key, pointer.get(), listing.pointers().get(key), bytes));
    }

    private static Optional<byte[]> content(S3Client s3, String bucket, String key) {
        try {
            return Optional.of(
                    s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    /** Tells whether a pointer says now what it said before: somebody may push while this runs. */
    boolean isUnchanged(S3Client s3, SampledPointer sampled) {
        return content(s3, listing.bucket().name(), sampled.key())
                .flatMap(bytes -> RegistryReader.pointer(sampled.key(), bytes))
                .equals(Optional.of(sampled.pointer()));
    }

    /** Returns the rows that a view must show of some pointers, by the definition of the format. */
    List<Map<String, String>> expected(BucketView view, Collection<SampledPointer> pointers) {
        Map<String, byte[]> read = new TreeMap<>();
        for (SampledPointer pointer : pointers) {
            for (String key : List.of(
                    pointer.key(), RegistryReader.MANIFESTS + pointer.pointer().hash())) {
                if (objects.containsKey(key)) {
                    read.put(key, objects.get(key));
                }
            }
        }
        RegistryReader reader = new RegistryReader(read);
        return switch (view) {
            case PACKAGES -> reader.packages();
            case OBJECTS -> reader.entries();
        };
    }

    /** Returns the size of the manifests of some pointers, each counted once. */
    static long manifestBytes(Collection<SampledPointer> pointers) {
        Set<String> counted = new HashSet<>();
        return pointers.stream()
                .filter(pointer -> counted.add(pointer.pointer().hash()))
                .mapToLong(SampledPointer::manifestBytes)
                .sum();
    }
}
