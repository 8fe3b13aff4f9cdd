package com.quiltdata.athena.catalog;

import com.quiltdata.athena.benchmark.RegistryReads;
import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.registry.RegistryReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * The registry of a Quilt bucket that has the tables and views of the synthesized template. There is one bucket, which
 * every test fills anew, so that the classes that use it have a lock on it.
 */
final class Registry {
    /** The bucket's name. */
    static final String BUCKET = "views-bucket";

    private static final String PREFIX = "views_bucket_quilt_";

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
        List<ObjectIdentifier> all = SharedEmbeddedAws.objects(BUCKET).stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        if (!all.isEmpty()) {
            SharedEmbeddedAws.s3()
                    .deleteObjects(delete -> delete.bucket(BUCKET).delete(objects -> objects.objects(all)));
        }
        return new Registry();
    }

    /**
     * Returns a top hash.
     *
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
        return object(RegistryReader.MANIFESTS + name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an object into the pointers' folder. */
    Registry pointer(String path, String content) {
        return object(RegistryReader.POINTERS + path, content.getBytes(StandardCharsets.UTF_8));
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
     * @throws IllegalStateException if the query fails
     */
    List<List<String>> rows(String sql) {
        return STACK.rows(sql);
    }

    /** Runs a query and returns what it reads. */
    RegistryReads reads(String sql) {
        return RegistryReads.during(SharedEmbeddedAws.get(), BUCKET::equals, () -> STACK.query(sql))
                .reads();
    }

    /** Returns the packages view, with a value that is NULL left out: see {@link #row}. */
    List<Map<String, String>> packages() {
        return withoutNulls(
                "SELECT \"user\", name, hash, \"timestamp\", message, meta, user_meta FROM " + PACKAGES_VIEW);
    }

    /** Returns the objects view, with a value that is NULL left out: see {@link #row}. */
    List<Map<String, String>> entries() {
        return withoutNulls("""
                SELECT "user", name, "timestamp", tophash, logical_key, physical_keys, hash, meta, user_meta, size
                FROM %s""".formatted(OBJECTS_VIEW));
    }

    /**
     * Returns a row, to compare others with.
     *
     * @param columnsAndValues columns and values in turn; any other column is NULL
     */
    static Map<String, String> row(String... columnsAndValues) {
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < columnsAndValues.length; i += 2) {
            row.put(columnsAndValues[i], columnsAndValues[i + 1]);
        }
        return row;
    }

    /** Returns the rows of a view with all of its columns, column → value. */
    List<Map<String, String>> everything(String view) {
        return STACK.records("SELECT * FROM " + view);
    }

    private static List<Map<String, String>> withoutNulls(String sql) {
        List<Map<String, String>> rows = STACK.records(sql);
        rows.forEach(row -> row.values().removeIf(Objects::isNull));
        return rows;
    }

    /** Returns the logical keys of the objects view, sorted. */
    List<String> logicalKeys() {
        return rows("SELECT logical_key FROM " + OBJECTS_VIEW + " ORDER BY 1").stream()
                .map(List::getFirst)
                .toList();
    }
}
