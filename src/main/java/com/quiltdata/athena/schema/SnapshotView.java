package com.quiltdata.athena.schema;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The snapshots: for each {@link BucketView} a view with its columns and the rows that it had at the last refresh, of
 * every Quilt bucket and over any number of them.
 */
public enum SnapshotView implements ViewOfBuckets {

    /** The rows of {@link BucketView#PACKAGES}. */
    PACKAGES("PackagesSnapshot", "_quilt_packages_snapshot", "packages_snapshot.sql"),

    /** The rows of {@link BucketView#OBJECTS}. */
    OBJECTS("ObjectsSnapshot", "_quilt_objects_snapshot", "objects_snapshot.sql");

    private final String id;
    private final String suffix;
    private final String template;

    SnapshotView(String id, String suffix, String template) {
        this.id = id;
        this.suffix = suffix;
        this.template = template;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String suffix() {
        return suffix;
    }

    /** The names of all these views: those of each bucket, and those over all. */
    public static List<String> names(List<QuiltBucket> buckets) {
        return Stream.concat(
                        buckets.stream().flatMap(bucket -> Stream.of(values()).map(view -> view.nameIn(bucket))),
                        Stream.of(values()).map(ViewOfBuckets::nameOverAll))
                .toList();
    }

    /** The view's query: a SELECT statement without comments. */
    public String queryOver(QuiltBucket bucket) {
        return query("", "\"bucket\" = '" + bucket.name() + "' AND ");
    }

    /** The query of the view over all buckets: a SELECT statement without comments. */
    public String queryOverAll() {
        return query(BucketView.BUCKET_COLUMN, "");
    }

    private String query(String bucketColumn, String ofBucket) {
        return SqlTokens.withoutComments(SqlTemplate.fill(
                template, Map.of("bucketColumn", bucketColumn, "ofBucket", ofBucket, "snapshot", SnapshotTable.NAME)));
    }
}
