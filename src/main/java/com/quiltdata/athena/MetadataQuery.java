package com.quiltdata.athena;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The queries of the views: over the tables of one Quilt bucket, or over those of several, and then with the column
 * {@code bucket} before the others. Both are the same query, since one bucket is a union of one.
 *
 * <p>Over several buckets the tables are united, and not the views: all manifests are then joined once, so that a
 * bucket costs the engine two stages of a query and not four, and conditions still reach each table.
 */
final class MetadataQuery {
    private static final String PACKAGES = "packages_view.sql";
    private static final String OBJECTS = "objects_view.sql";
    private static final String NO_COLUMN = "";
    private static final String BUCKET_COLUMN = "pointers.\"bucket\",\n  ";

    private MetadataQuery() {}

    /**
     * One row for each pointer whose manifest has a header.
     *
     * @param bucket whose tables are read
     * @return a SELECT statement
     */
    static String packages(QuiltBucket bucket) {
        return query(PACKAGES, List.of(bucket), NO_COLUMN);
    }

    /**
     * One row for each pointer and each entry of its manifest.
     *
     * @param bucket whose tables are read
     * @return a SELECT statement
     */
    static String objects(QuiltBucket bucket) {
        return query(OBJECTS, List.of(bucket), NO_COLUMN);
    }

    /**
     * The rows of several packages views, with their buckets.
     *
     * @param buckets whose tables are read
     * @return a SELECT statement
     */
    static String packages(List<QuiltBucket> buckets) {
        return query(PACKAGES, buckets, BUCKET_COLUMN);
    }

    /**
     * The rows of several objects views, with their buckets.
     *
     * @param buckets whose tables are read
     * @return a SELECT statement
     */
    static String objects(List<QuiltBucket> buckets) {
        return query(OBJECTS, buckets, BUCKET_COLUMN);
    }

    private static String query(String template, List<QuiltBucket> buckets, String bucketColumn) {
        String pointerLines = union(buckets, "pointer_lines.sql", "packagesTable", QuiltBucket::packagesTable);
        return SqlTemplate.fill(
                        template,
                        Map.of(
                                "pointers",
                                SqlTemplate.fill("pointers.sql", Map.of("pointerLines", pointerLines)),
                                "manifestLines",
                                union(buckets, "manifest_lines.sql", "manifestsTable", QuiltBucket::manifestsTable),
                                "bucketColumn",
                                bucketColumn))
                // When a column changes, the query does, and the view is made anew in that deployment.
                + columnsComment("manifests", QuiltBucketTables.MANIFESTS_COLUMNS)
                + columnsComment("packages", QuiltBucketTables.PACKAGES_COLUMNS);
    }

    private static String union(
            List<QuiltBucket> buckets, String template, String placeholder, Function<QuiltBucket, String> table) {
        return buckets.stream()
                .map(bucket ->
                        SqlTemplate.fill(template, Map.of("bucket", bucket.name(), placeholder, table.apply(bucket))))
                .collect(Collectors.joining("\n      UNION ALL\n"));
    }

    private static String columnsComment(String table, Map<String, String> columns) {
        return columns.entrySet().stream()
                .map(column -> column.getKey() + " " + column.getValue())
                .collect(Collectors.joining(", ", "\n-- Over " + table + " (", ")"));
    }
}
