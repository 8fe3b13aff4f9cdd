package com.quiltdata.athena.deployed;

import com.quiltdata.athena.registry.RegistryReader;
import com.quiltdata.athena.schema.QuiltBucket;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What a registry has, as S3 lists it.
 *
 * @param pointers the time of the last change of each pointer, by its key
 * @param odd what is odd about keys of pointers
 * @param manifests the size of each manifest, by its key
 * @param bytes the size of everything that the views may read
 */
record RegistryListing(
        QuiltBucket bucket,
        SortedMap<String, Instant> pointers,
        SortedSet<String> odd,
        Map<String, Long> manifests,
        long bytes) {

    /** Lists a registry. */
    static RegistryListing of(S3Client s3, QuiltBucket bucket) {
        SortedMap<String, Instant> pointers = new TreeMap<>();
        SortedSet<String> odd = new TreeSet<>();
        Map<String, Long> manifests = new HashMap<>();
        long[] bytes = {0};
        s3
                .listObjectsV2Paginator(list -> list.bucket(bucket.name()).prefix(RegistryReader.POINTERS))
                .contents()
                .stream()
                .forEach(object -> {
                    bytes[0] += object.size();
                    RegistryReader.pointerPath(object.key())
                            .ifPresent(path -> pointers.put(object.key(), object.lastModified()));
                    RegistryReader.oddity(object.key()).ifPresent(odd::add);
                });
        s3
                .listObjectsV2Paginator(list -> list.bucket(bucket.name()).prefix(RegistryReader.MANIFESTS))
                .contents()
                .stream()
                .forEach(object -> {
                    bytes[0] += object.size();
                    manifests.put(object.key(), object.size());
                });
        return new RegistryListing(bucket, pointers, odd, manifests, bytes[0]);
    }
}
