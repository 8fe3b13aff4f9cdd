package com.quiltdata.athena.schema;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The views of every Quilt bucket, each also there over all buckets: this list is where a view is added, beside the two
 * {@code .sql} files of its query. Everything that depends on them follows from it: names, declarations, permissions,
 * views over all buckets, and the local run.
 *
 * <p>The query over one bucket and that over several are the same, since one bucket is a union of one; over several, the
 * column {@code bucket} comes first. The joins of pointers and manifests are united, and not the tables: below a union,
 * the engine reads ahead before the pointers tell which manifests are needed.
 */
public enum BucketView implements ViewOfBuckets {

    /** One row for each pointer whose manifest has a header: package-level metadata. */
    PACKAGES("PackagesView", "_quilt_packages_view", "packages", BucketTable.MANIFESTS, BucketTable.POINTERS),

    /** One row for each pointer and each entry of its manifest: package entries. */
    OBJECTS("ObjectsView", "_quilt_objects_view", "objects", BucketTable.MANIFESTS, BucketTable.POINTERS);

    /**
     * The stages of a query that Trino does not refuse.
     *
     * @see <a href="https://trino.io/docs/current/admin/properties-query-management.html#query-max-stage-count">
     *     query.max-stage-count</a>
     */
    private static final int MOST_STAGES = 150;

    /** One reads pointers, one groups their lines, and one reads manifests and joins both. */
    private static final int STAGES_OF_A_BUCKET = 3;

    /** The views need one for all buckets; the others are for what a query does with their rows. */
    private static final int STAGES_OF_A_QUERY = 15;

    /** The most buckets of the views over all of them, so that one query can read them all. */
    public static final int MOST_BUCKETS = (MOST_STAGES - STAGES_OF_A_QUERY) / STAGES_OF_A_BUCKET;

    /**
     * What the names of compressed files end in, as alternatives of a regular expression: readers of text files
     * decompress them by their names, so that a pointer of such a name would fail the query.
     *
     * @see <a href="https://github.com/trinodb/trino/blob/483/lib/trino-hive-formats/src/main/java/io/trino/hive/formats/compression/CompressionKind.java">
     *     Trino's list</a>
     */
    public static final String COMPRESSED = "gz|bz2|deflate|lz4|lzo|lzop|snappy|zst|zstd";

    private static final String NO_COLUMN = "";
    private static final String NO_CONDITION = "";
    /** The first column of views over all buckets. */
    static final String BUCKET_COLUMN = "\"bucket\", ";

    private final String id;
    private final String suffix;
    private final String template;
    private final List<BucketTable> reads;

    BucketView(String id, String suffix, String template, BucketTable... reads) {
        this.id = id;
        this.suffix = suffix;
        this.template = template;
        this.reads = List.of(reads);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String suffix() {
        return suffix;
    }

    /** The tables that the view reads: it is made anew when the columns of one of them change. */
    public List<BucketTable> reads() {
        return reads;
    }

    /** The view's query: a SELECT statement without comments. */
    public String queryOver(QuiltBucket bucket) {
        return query(List.of(bucket), NO_COLUMN);
    }

    /** The query of the view over all buckets: a SELECT statement without comments. */
    public String queryOver(List<QuiltBucket> buckets) {
        return query(buckets, BUCKET_COLUMN);
    }

    /** Whether there are views over so many buckets: over two or more, if one query can read all of them. */
    public static boolean areOverAll(int buckets) {
        return buckets > 1 && buckets <= MOST_BUCKETS;
    }

    /** The names of the views over all buckets. */
    public static List<String> namesOverAll() {
        return Stream.of(values()).map(ViewOfBuckets::nameOverAll).toList();
    }

    private String query(List<QuiltBucket> buckets, String bucketColumn) {
        return query(buckets.stream().map(this::rowsOf).collect(Collectors.joining("\nUNION ALL\n")), bucketColumn);
    }

    private String query(String rowsOfBuckets, String bucketColumn) {
        return SqlTokens.withoutComments(SqlTemplate.fill(
                template + "_view.sql", Map.of("bucketColumn", bucketColumn, "rowsOfBuckets", rowsOfBuckets)));
    }

    private String rowsOf(QuiltBucket bucket) {
        return rowsOf(
                bucket.name(), bucket.tablePrefix(), pointersOf(bucket.tablePrefix(), NO_CONDITION), NO_CONDITION);
    }

    private String rowsOf(String bucket, String tablePrefix, String pointers, String andPaths) {
        return SqlTemplate.fill(
                template + "_of_bucket.sql",
                Map.of(
                        "bucket",
                        bucket,
                        "manifestsTable",
                        BucketTable.MANIFESTS.nameWith(tablePrefix),
                        "pointers",
                        pointers,
                        "andPaths",
                        andPaths));
    }

    /**
     * The view's query for some pointers and manifests alone.
     *
     * @param tablePrefix what the names of its tables begin with
     * @param pointers a SELECT of them, with the columns {@code user}, {@code name}, {@code timestamp} and {@code hash}
     * @param paths what the manifests' paths are, as a phrase that follows the column
     * @return a SELECT statement without comments
     */
    public String queryOver(String bucket, String tablePrefix, String pointers, String paths) {
        return query(rowsOf(bucket, tablePrefix, pointers, "\n      AND \"$path\" " + paths), NO_COLUMN);
    }

    /**
     * The query that reads a bucket's pointers.
     *
     * @param tablePrefix what the names of the bucket's tables begin with
     * @param andPaths another condition, on the column {@code "$path"}; empty for all pointers
     * @return a SELECT statement, with the columns {@code user}, {@code name}, {@code timestamp} and {@code hash}
     */
    public static String pointersOf(String tablePrefix, String andPaths) {
        return SqlTemplate.fill(
                "pointers.sql",
                Map.of(
                        "pointersTable",
                        BucketTable.POINTERS.nameWith(tablePrefix),
                        "compressed",
                        COMPRESSED,
                        "andPaths",
                        andPaths));
    }
}
