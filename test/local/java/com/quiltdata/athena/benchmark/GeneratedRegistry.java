package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.schema.QuiltBucket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A registry of image packages, the same for the same numbers. Each package has an older revision and the latest one.
 *
 * @param bucket the bucket that gets the registry
 * @param packages how many packages
 * @param objects how many entries each revision has
 */
record GeneratedRegistry(QuiltBucket bucket, int packages, int objects) {
    private static final int REVISIONS = 2;
    private static final long FIRST_TIMESTAMP = 1_600_000_000;
    private static final int HASH_BYTES = 32;
    private static final int PARALLEL_UPLOADS = 4;

    /** Creates the bucket and puts the registry into it. */
    void upload(AwsClients aws) throws InterruptedException {
        aws.s3().createBucket(create -> create.bucket(bucket.name()));
        List<Callable<Void>> uploads = new ArrayList<>();
        for (int number = 0; number < packages; number++) {
            int each = number;
            uploads.add(() -> {
                uploadPackage(aws, each);
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(PARALLEL_UPLOADS)) {
            for (Future<Void> upload : threads.invokeAll(uploads)) {
                upload.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot fill " + bucket.name(), e.getCause());
        }
    }

    /** Puts a package with all of its revisions into the bucket. */
    void uploadPackage(AwsClients aws, int number) {
        for (int revision = 0; revision < REVISIONS; revision++) {
            push(aws, number, revision);
        }
    }

    /** Pushes a revision, and returns the events of its pointers as a pipe hands them over. */
    String push(AwsClients aws, int number, int revision) {
        Random random = new Random(1_000_000L * revision + number);
        String pointers = RegistryUpload.FOLDER + "/named_packages/user" + number % 10 + "/" + name(number) + "/";
        String hash = hash(random);
        put(aws, RegistryUpload.FOLDER + "/packages/" + hash, manifest(number, revision, random));
        return Stream.of(FIRST_TIMESTAMP + 1000L * revision + number, "latest")
                .map(pointer -> {
                    put(aws, pointers + pointer, hash);
                    return "{\"bucket\": \"%s\", \"key\": \"%s\"}".formatted(bucket.name(), pointers + pointer);
                })
                .collect(Collectors.joining(",", "[", "]"));
    }

    /**
     * Returns a package's name.
     *
     * @param number from 0 on
     */
    static String name(int number) {
        return "plate" + number;
    }

    private String manifest(int number, int revision, Random random) {
        StringBuilder manifest = new StringBuilder("""
                {"version": "v0", "message": "Revision %d", "user_meta": {"plate": %d}}
                """.formatted(revision, number));
        for (int object = 0; object < objects; object++) {
            String key = "images/field_" + object + (object % 4 == 0 ? ".csv" : ".tiff");
            manifest.append("""
                    {"logical_key": "%s", "physical_keys": ["s3://%s/plates/%d/%s?versionId=%d"], "size": %d, \
                    "hash": {"type": "SHA256", "value": "%s"}, "meta": {"user_meta": {"cellindex": "%d", \
                    "nucmembsegmentationalgorithmversion": "1.%d.0"}}}
                    """.formatted(
                            key,
                            bucket.name(),
                            number,
                            key,
                            random.nextLong(Long.MAX_VALUE),
                            random.nextLong(1L << 34),
                            hash(random),
                            object % 100,
                            object % 5));
        }
        return manifest.toString();
    }

    private static String hash(Random random) {
        byte[] bytes = new byte[HASH_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void put(AwsClients aws, String key, String content) {
        RequestBody body = RequestBody.fromBytes(content.getBytes(StandardCharsets.UTF_8));
        aws.s3().putObject(put -> put.bucket(bucket.name()).key(key), body);
    }
}
