package com.quiltdata.athena.schema;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The views of every Quilt bucket, each also there over all buckets: this list is where a view is added, beside the
 * {@code .sql} file of its query. Everything that depends on them follows from it: names, declarations, permissions,
 * views over all buckets, and the local run.
 *
 * <p>The query over one bucket and that over several are the same, since one bucket is a union of one; over several, the
 * column {@code bucket} comes first. Tables are united, and not views: all manifests are then joined once, so that a
 * bucket costs the engine two stages of a query and not four, and conditions still reach each table.
 */
public enum BucketView {

    /** One row for each pointer whose manifest has a header: package-level metadata. */
    PACKAGES("PackagesView", "_quilt_packages_view", "packages_view.sql"),

    /** One row for each pointer and each entry of its manifest: package entries. */
    OBJECTS("ObjectsView", "_quilt_objects_view", "objects_view.sql");

    /**
     * The most buckets of the views over all of them. Each bucket costs the engine two stages of a query, beside a few
     * for all, and Trino refuses a query of more than 150.
     *
     * @see <a href="https://trino.io/docs/current/admin/properties-query-management.html#query-max-stage-count">
     *     query.max-stage-count</a>
     */
    public static final int MOST_BUCKETS = 50;

    /** The prefix of the views over all buckets, in place of a bucket's own. */
    private static final String ALL = "all";

    private static final String NO_COLUMN = "";
    private static final String BUCKET_COLUMN = "pointers.\"bucket\",\n  ";

    private final String id;
    private final String suffix;
    private final String template;

    BucketView(String id, String suffix, String template) {
        this.id = id;
        this.suffix = suffix;
        this.template = template;
    }

    /**
     * The id of the view's construct within its bucket's.
     *
     * @return the same in every release: CloudFormation knows the view by it
     */
    public String id() {
        return id;
    }

    /**
     * The view's name.
     *
     * @param bucket the Quilt bucket
     * @return its name in the database
     */
    public String nameIn(QuiltBucket bucket) {
        return bucket.tablePrefix() + suffix;
    }

    /**
     * The name of the view over all buckets.
     *
     * @return its name in the database
     */
    public String nameOverAll() {
        return ALL + suffix;
    }

    /**
     * The names that this view has for any bucket.
     *
     * @return a pattern in which {@code *} is any text
     */
    public String namePattern() {
        return "*" + suffix;
    }

    /**
     * The tables that the view reads.
     *
     * @return all tables of its bucket
     */
    public List<BucketTable> reads() {
        return List.of(BucketTable.values());
    }

    /**
     * The view's query.
     *
     * @param bucket whose tables are read
     * @return a SELECT statement without comments
     */
    public String queryOver(QuiltBucket bucket) {
        return query(List.of(bucket), NO_COLUMN);
    }

    /**
     * The query of the view over all buckets.
     *
     * @param buckets whose tables are read
     * @return a SELECT statement without comments
     */
    public String queryOver(List<QuiltBucket> buckets) {
        return query(buckets, BUCKET_COLUMN);
    }

    /**
     * Whether there are views over all buckets.
     *
     * @param buckets how many Quilt buckets are configured
     * @return true for two or more, if one query can read all of them
     */
    public static boolean areOverAll(int buckets) {
        return buckets > 1 && buckets <= MOST_BUCKETS;
    }

    /**
     * The names of the views over all buckets.
     *
     * @return one for each kind
     */
    public static List<String> namesOverAll() {
        return Stream.of(values()).map(BucketView::nameOverAll).toList();
    }

    private String query(List<QuiltBucket> buckets, String bucketColumn) {
        String pointerLines = union(buckets, "pointer_lines.sql", "packagesTable", BucketTable.POINTERS::nameIn);
        return SqlText.withoutComments(SqlTemplate.fill(
                template,
                Map.of(
                        "pointers",
                        SqlTemplate.fill("pointers.sql", Map.of("pointerLines", pointerLines)),
                        "manifestLines",
                        union(buckets, "manifest_lines.sql", "manifestsTable", BucketTable.MANIFESTS::nameIn),
                        "bucketColumn",
                        bucketColumn)));
    }

    private static String union(
            List<QuiltBucket> buckets, String template, String placeholder, Function<QuiltBucket, String> table) {
        return buckets.stream()
                .map(bucket ->
                        SqlTemplate.fill(template, Map.of("bucket", bucket.name(), placeholder, table.apply(bucket))))
                .collect(Collectors.joining("\n      UNION ALL\n"));
    }
}
