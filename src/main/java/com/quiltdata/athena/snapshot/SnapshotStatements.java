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

    /** In {@link #copy}: which manifests it copies, as a phrase that follows their path. */
    public static final String PATHS = "<paths>";

    /** In {@link #copy}: which packages it changes or takes copies from, as a phrase that follows their name. */
    public static final String NAMES = "<names>";

    /** In {@link #copy}: rows of VALUES, what pointers say whatever the table has. */
    public static final String NAMED = "<named>";

    /** What replaces {@link #NAMED} where the table has it: a pointer that cannot be. */
    public static final String NONE_NAMED = "('', '', '', CAST(NULL AS varchar))";

    /**
     * The most manifests that one statement copies: a guess at what takes minutes, of the 30 that Athena gives it. Trino's
     * {@code min(x, n)}, which plans them, takes at most 10,000.
     */
    public static final int MOST_MANIFESTS = 5_000;

    /** The most pointers that one statement reads: a guess as well. Each statement lists all of them. */
    static final int MOST_POINTERS = 50_000;

    /**
     * The most manifests that a statement names one by one. Beyond, it gives the first and the last. Their paths, of at
     * most 155 characters, stand in it three times, and what Step Functions is told of a query has its text in it: all of
     * that has at most 262,144 bytes.
     */
    public static final int MOST_NAMED_MANIFESTS = 300;

    /**
     * The most buckets that one statement adds, each of which is a part of the table.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html">Athena's limit of 100 partitions</a>
     */
    private static final int MOST_ADDED_BUCKETS = 100;

    /** The most characters of the names of packages in a statement, where they stand four times. */
    public static final int MOST_OF_NAMES = 20_000;

    /**
     * The most small files that rows of a kind may be in beyond one for each part of the table. A query opens each of them
     * and the deletes beside it; a push adds one or two. Eight keep queries below three times the requests that they make
     * of the compacted table.
     */
    static final int MOST_FILES = 8;

    /** Files of fewer bytes on average are small; OPTIMIZE makes larger ones, if there is as much. */
    static final int SMALL_FILE = 16_777_216;

    private static final String POINTERS = "s3://" + BUCKET + "/" + QuiltBucket.REGISTRY_PREFIX + "named_packages/";

    private static final String MANIFESTS = "s3://" + BUCKET + "/" + QuiltBucket.REGISTRY_PREFIX + "packages/";

    private SnapshotStatements() {}

    /** All statements, by the names that the state machine's definition has for them. */
    static Map<String, String> all(List<QuiltBucket> buckets) {
        return Map.ofEntries(
                Map.entry("removeOtherBuckets", removeOthers(buckets)),
                Map.entry("addBuckets", fill("snapshot_add_buckets.sql", Map.of("buckets", "<buckets>"))),
                Map.entry("findParts", findParts()),
                Map.entry("forget", fill("snapshot_forget.sql", Map.of("bucket", BUCKET, "kinds", "<kinds>"))),
                Map.entry("readPointers", readPointers()),
                Map.entry("findChanges", findChanges()),
                Map.entry("copy", copy()),
                Map.entry("removeStrays", fill("snapshot_remove_strays.sql", Map.of("bucket", BUCKET))),
                Map.entry("findCompaction", findCompaction()),
                Map.entry("compact", compact()),
                Map.entry("removeOldFiles", "VACUUM " + SnapshotTable.NAME));
    }

    /** Removes what is of other buckets. */
    static String removeOthers(List<QuiltBucket> buckets) {
        String names = buckets.stream().map(bucket -> "'" + bucket.name() + "'").collect(Collectors.joining(", "));
        return fill("snapshot_remove_buckets.sql", Map.of("buckets", names));
    }

    /**
     * The rows of VALUES that add buckets.
     *
     * @return for as many statements as it takes
     */
    static List<String> bucketsToAdd(List<QuiltBucket> buckets) {
        return IntStream.iterate(0, first -> first < buckets.size(), first -> first + MOST_ADDED_BUCKETS)
                .mapToObj(first -> buckets.subList(first, Math.min(first + MOST_ADDED_BUCKETS, buckets.size())))
                .map(some ->
                        some.stream().map(bucket -> "('" + bucket.name() + "')").collect(Collectors.joining(", ")))
                .toList();
    }

    /** Finds paths that divide the pointers of large registries. */
    private static String findParts() {
        return fill("snapshot_find_parts.sql", Map.of("mostPointers", String.valueOf(MOST_POINTERS)));
    }

    /** Finds buckets whose rows are in many small files. */
    private static String findCompaction() {
        return fill(
                "snapshot_find_compaction.sql",
                Map.of("mostFiles", String.valueOf(MOST_FILES), "smallFile", String.valueOf(SMALL_FILE)));
    }

    /** Reads a part of the pointers of a bucket and takes down what has changed. */
    public static String readPointers() {
        return fill(
                "snapshot_read_pointers.sql",
                Map.of(
                        "bucket",
                        BUCKET,
                        "pointers",
                        BucketView.pointersOf(PREFIX, "\n          AND \"$path\" >= '<from>' AND \"$path\" < '<to>'"),
                        "pointersPath",
                        POINTERS,
                        "from",
                        "<from>",
                        "to",
                        "<to>",
                        "readAt",
                        "<read_at>"));
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
                        "named",
                        NAMED,
                        "packages",
                        BucketView.PACKAGES.queryOver(BUCKET, PREFIX, pointers, PATHS),
                        "entries",
                        BucketView.OBJECTS.queryOver(BUCKET, PREFIX, pointers, PATHS)));
    }

    /** Puts small files of a bucket together, and deleted rows out of files. */
    public static String compact() {
        return "OPTIMIZE %s REWRITE DATA USING BIN_PACK WHERE bucket = '%s'".formatted(SnapshotTable.NAME, BUCKET);
    }

    private static String fill(String resource, Map<String, String> values) {
        Map<String, String> all = new HashMap<>(values);
        all.put("snapshot", SnapshotTable.NAME);
        return SqlTokens.withoutComments(SqlTemplate.fill(resource, all));
    }
}
