package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.s3.S3Recording;
import com.quiltdata.athena.local.s3.S3Request;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What was read of Quilt registries and of snapshots of them, counted at S3. The engine's own statistics leave out some of it.
 *
 * @param manifests the objects read below {@code .quilt/packages/}, as {@code <bucket>/<path below it>}, sorted; one that
 *     was read twice is there twice
 * @param pointers the same below {@code .quilt/named_packages/}
 * @param lists how many pages of keys were listed
 * @param snapshotFiles how many times a file of a snapshot was read, or a part of one
 * @param bytes the size of all that was read
 */
public record RegistryReads(List<String> manifests, List<String> pointers, long lists, long snapshotFiles, long bytes) {
    private static final String MANIFESTS = QuiltBucket.REGISTRY_PREFIX + "packages/";
    private static final String POINTERS = QuiltBucket.REGISTRY_PREFIX + "named_packages/";

    /**
     * A result, and what was read for it.
     *
     * @param <T> the result's type
     * @param result the result
     * @param reads what was read
     */
    public record Measured<T>(T result, RegistryReads reads) {}

    /**
     * Measures an action. What others read of the same buckets at the same time counts, too.
     *
     * @param buckets tells by the name of a bucket whether what is read of it counts
     * @return its result and what was read meanwhile
     */
    public static <T> Measured<T> during(EmbeddedAws aws, Predicate<String> buckets, Supplier<T> action) {
        try (S3Recording recording = aws.recordS3()) {
            T result = action.get();
            return new Measured<>(
                    result,
                    of(recording.requests().stream()
                            .filter(request -> buckets.test(request.bucket()))
                            .toList()));
        }
    }

    private static RegistryReads of(List<S3Request> requests) {
        List<S3Request> ofRegistries = requests.stream()
                .filter(request -> request.key().startsWith(QuiltBucket.REGISTRY_PREFIX))
                .toList();
        List<S3Request> gets = ofRegistries.stream()
                .filter(request -> request.kind() == S3Request.Kind.GET)
                .toList();
        List<S3Request> ofSnapshots = requests.stream()
                .filter(request -> request.kind() == S3Request.Kind.GET)
                .filter(request -> request.key().startsWith(SnapshotTable.FOLDER))
                .toList();
        return new RegistryReads(
                below(MANIFESTS, gets),
                below(POINTERS, gets),
                ofRegistries.stream()
                        .filter(request -> request.kind() == S3Request.Kind.LIST)
                        .count(),
                ofSnapshots.size(),
                Stream.concat(gets.stream(), ofSnapshots.stream())
                        .mapToLong(S3Request::bytesSent)
                        .sum());
    }

    private static List<String> below(String folder, List<S3Request> requests) {
        return requests.stream()
                .filter(request -> request.key().startsWith(folder))
                .map(request -> request.bucket() + "/" + request.key().substring(folder.length()))
                .sorted()
                .toList();
    }
}
