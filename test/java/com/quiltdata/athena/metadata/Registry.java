package com.quiltdata.athena.metadata;

import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.RegistryReads;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The registry of a Quilt bucket that has the tables and views of the synthesized template. There is one bucket, which
 * every test fills anew.
 */
final class Registry {
    /** The bucket's name. */
    static final String BUCKET = "views-bucket";

    private static final String PREFIX = "views_bucket_quilt_";

    /** Where the manifests are in the bucket. */
    static final String MANIFESTS = ".quilt/packages/";

    /** Where the pointers are in the bucket. */
    static final String POINTERS = ".quilt/named_packages/";

    /** The packages view's name. */
    static final String PACKAGES_VIEW = PREFIX + "packages_view";

    /** The objects view's name. */
    static final String OBJECTS_VIEW = PREFIX + "objects_view";

    private static final DeployedStack STACK = deploy();

    private final Map<String, byte[]> objects = new TreeMap<>();

    private Registry() {}

    private static DeployedStack deploy() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(BUCKET));
        return DeployedStack.deploy("views", List.of(BUCKET));
    }

    /** Returns the registry, without an object in it. */
    static Registry empty() {
        S3Client s3 = SharedEmbeddedAws.s3();
        SharedEmbeddedAws.objects(BUCKET)
                .forEach(key -> s3.deleteObject(delete -> delete.bucket(BUCKET).key(key)));
        return new Registry();
    }

    /**
     * Returns a top hash.
     *
     * @param number tells it from others
     * @return 64 hexadecimal digits
     */
    static String topHash(int number) {
        return "%064x".formatted(number);
    }

    /** Puts an object. */
    Registry object(String key, byte[] content) {
        SharedEmbeddedAws.s3().putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
        objects.put(key, content);
        return this;
    }

    /** Puts an object into the manifests' folder. */
    Registry manifest(String name, String content) {
        return object(MANIFESTS + name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an object into the pointers' folder. */
    Registry pointer(String path, String content) {
        return object(POINTERS + path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts a manifest and the pointer {@code user/name/latest} to it. */
    Registry revision(String... lines) {
        return manifest(topHash(1), String.join("\n", lines)).pointer("user/name/latest", topHash(1));
    }

    /** Returns what was put, by key. */
    Map<String, byte[]> objects() {
        return objects;
    }

    /**
     * Runs a query in the database of the views.
     *
     * @return the rows
     * @throws IllegalStateException if the query fails
     */
    List<List<String>> rows(String sql) {
        return STACK.rows(sql);
    }

    /** Runs a query and returns what it reads. */
    RegistryReads reads(String sql) {
        return RegistryReads.during(SharedEmbeddedAws.get(), () -> STACK.query(sql))
                .reads();
    }

    /** Returns the whole packages view: user, name, hash, timestamp, message, meta, user_meta. */
    List<List<String>> packages() {
        return rows("SELECT * FROM " + PACKAGES_VIEW);
    }

    /**
     * Returns the whole objects view: user, name, timestamp, tophash, logical_key, physical_keys, hash, meta,
     * user_meta, size.
     */
    List<List<String>> objectRows() {
        return rows("SELECT * FROM " + OBJECTS_VIEW);
    }

    /** Returns the logical keys of the objects view, sorted. */
    List<String> logicalKeys() {
        return rows("SELECT logical_key FROM " + OBJECTS_VIEW + " ORDER BY 1").stream()
                .map(List::getFirst)
                .toList();
    }
}
