package com.quiltdata.athena.snapshot;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SqlTemplate;
import com.quiltdata.athena.schema.SqlTokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that refresh the snapshots. Each of them is one commit of Iceberg at most, so that a reader sees the
 * state before or after it, and a refresh that ends in between is completed by the next.
 *
 * <p>Statements of one bucket have placeholders in angle brackets, which are replaced when they run: the definition of
 * the state machine has them once for all buckets.
 */
public final class SnapshotStatements {

    /** In statements of one bucket: its name. */
    public static final String BUCKET = "<bucket>";

    /** In statements of one bucket: what the names of its tables begin with. */
    public static final String PREFIX = "<prefix>";

    /** In {@link #addBuckets}: the rows to add. */
    public static final String BUCKETS = "<buckets>";

    /** In {@link #copy}: which manifests it copies, as a phrase that follows their path. */
    public static final String PATHS = "<paths>";

    /** In {@link #copy}: which packages it changes or takes copies from, as a phrase that follows their name. */
    public static final String NAMES = "<names>";

    /** The most manifests that one statement copies: a guess at what takes minutes, of the 30 that Athena gives it. */
    public static final int MOST_MANIFESTS = 5_000;

    /**
     * The most manifests that a statement names one by one. Beyond, it gives the first and the last. Their paths, of at
     * most 155 characters, stand in it three times, and Athena takes 262,144 bytes.
     */
    public static final int MOST_NAMED_MANIFESTS = 400;

    /**
     * The most buckets that one statement adds, each of which is a part of the table.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html">Athena's limit of 100 partitions</a>
     */
    private static final int MOST_ADDED_BUCKETS = 100;

    /** The most characters of the names of packages in a statement, where they stand three times. */
    public static final int MOST_OF_NAMES = 20_000;

    private static final String MANIFESTS = "s3://" + BUCKET + "/" + QuiltBucket.REGISTRY_PREFIX + "packages/";

    private SnapshotStatements() {}

    /** Removes what is of other buckets. */
    public static String removeOthers(List<QuiltBucket> buckets) {
        String names = buckets.stream().map(bucket -> "'" + bucket.name() + "'").collect(Collectors.joining(", "));
        return fill("snapshot_remove_buckets.sql", Map.of("buckets", names));
    }

    /**
     * Adds buckets that are not there yet, without a pointer.
     *
     * @return an INSERT statement, with {@link #BUCKETS} in it
     */
    public static String addBuckets() {
        return fill("snapshot_add_buckets.sql", Map.of("buckets", BUCKETS));
    }

    /**
     * What replaces {@link #BUCKETS}.
     *
     * @return rows of VALUES, for as many statements as it takes
     */
    public static List<String> bucketsToAdd(List<QuiltBucket> buckets) {
        return IntStream.iterate(0, first -> first < buckets.size(), first -> first + MOST_ADDED_BUCKETS)
                .mapToObj(first -> buckets.subList(first, Math.min(first + MOST_ADDED_BUCKETS, buckets.size())))
                .map(some ->
                        some.stream().map(bucket -> "('" + bucket.name() + "')").collect(Collectors.joining(", ")))
                .toList();
    }

    /** Reads the pointers of a bucket and takes down what has changed. */
    public static String readPointers() {
        return fill("snapshot_read_pointers.sql", Map.of("bucket", BUCKET, "pointers", BucketView.pointersOf(PREFIX)));
    }

    /**
     * Finds what is to be copied next.
     *
     * @return a SELECT statement of one row: {@code changes}, the number of pointers whose rows are to be changed;
     *     {@code more}, whether another round is needed after the next; {@code paths}, which replaces {@link #PATHS}; and
     *     {@code names}, which replaces {@link #NAMES}
     */
    public static String findChanges() {
        return fill(
                "snapshot_find_changes.sql",
                Map.of(
                        "bucket",
                        BUCKET,
                        "manifests",
                        MANIFESTS,
                        "mostManifests",
                        String.valueOf(MOST_MANIFESTS),
                        "mostNamed",
                        String.valueOf(MOST_NAMED_MANIFESTS),
                        "mostOfNames",
                        String.valueOf(MOST_OF_NAMES)));
    }

    /** Changes the rows of pointers. */
    public static String copy() {
        String pointers = SqlTemplate.fill("snapshot_changed_pointers.sql", Map.of());
        return fill(
                "snapshot_copy.sql",
                Map.of(
                        "bucket",
                        BUCKET,
                        "manifests",
                        MANIFESTS,
                        "paths",
                        PATHS,
                        "names",
                        NAMES,
                        "packages",
                        BucketView.PACKAGES.queryOver(BUCKET, PREFIX, pointers, PATHS),
                        "entries",
                        BucketView.OBJECTS.queryOver(BUCKET, PREFIX, pointers, PATHS)));
    }

    /** Puts small files of a bucket together, and deleted rows out of files. */
    public static String compact() {
        return "OPTIMIZE %s REWRITE DATA USING BIN_PACK WHERE bucket = '%s'".formatted(SnapshotTable.NAME, BUCKET);
    }

    /** Removes files that only older states of the table need. */
    public static String removeOldFiles() {
        return "VACUUM " + SnapshotTable.NAME;
    }

    private static String fill(String resource, Map<String, String> values) {
        Map<String, String> all = new HashMap<>(values);
        all.put("snapshot", SnapshotTable.NAME);
        return SqlTokens.withoutComments(SqlTemplate.fill(resource, all));
    }
}
