package com.quiltdata.athena.notebook;

import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;

/**
 * The straightforward views that the app's are compared with: hashes are taken out of paths by regular expressions and
 * joined, and the objects view is built on the packages view. They have the columns of the views that Quilt's
 * documentation publishes, which are fewer than those of the app's.
 *
 * @param bucket the bucket whose tables they read
 * @param packagesView what the view of package-level metadata is called
 * @param objectsView what the view of package entries is called
 */
public record ReferenceViews(QuiltBucket bucket, String packagesView, String objectsView) {
    private static final String PACKAGES = """
            CREATE OR REPLACE VIEW "%1$s" AS
            WITH
              pointers AS (
                SELECT
                  regexp_extract("$path", '([^/]+)/[^/]+/[^/]+$', 1) AS "user",
                  regexp_extract("$path", '([^/]+)/[^/]+$', 1) AS "name",
                  regexp_extract("$path", '[^/]+$') AS "timestamp",
                  "hash"
                FROM "%2$s"
              ),
              headers AS (
                SELECT regexp_extract("$path", '[^/]+$') AS "tophash", "message", "meta"
                FROM "%3$s"
                WHERE "logical_key" IS NULL
              )
            SELECT "user", "name", "hash", "timestamp", "message", "meta"
            FROM pointers
            JOIN headers ON "hash" = "tophash"
            """;
    private static final String OBJECTS = """
            CREATE OR REPLACE VIEW "%1$s" AS
            WITH
              entries AS (
                SELECT
                  regexp_extract("$path", '[^/]+$') AS "tophash",
                  "logical_key", "physical_keys", "hash", "meta", "user_meta"
                FROM "%3$s"
                WHERE "logical_key" IS NOT NULL
              )
            SELECT
              packages."user", packages."name", packages."timestamp", entries."tophash", entries."logical_key",
              entries."physical_keys", entries."hash", entries."meta", entries."user_meta"
            FROM entries
            JOIN "%2$s" AS packages ON packages."hash" = entries."tophash"
            """;

    /**
     * The views under names of their own, beside the app's.
     *
     * @param bucket the bucket whose tables they read
     * @return the views, which are yet to be created
     */
    public static ReferenceViews besideTheAppsOwn(QuiltBucket bucket) {
        return new ReferenceViews(
                bucket,
                bucket.tablePrefix() + "_reference_packages_view",
                bucket.tablePrefix() + "_reference_objects_view");
    }

    /**
     * The views under the names that Quilt's documentation gives them, which the app's have, too.
     *
     * @param bucket the bucket whose tables they read
     * @return the views, which are yet to be created
     */
    public static ReferenceViews inTheAppsPlace(QuiltBucket bucket) {
        return new ReferenceViews(bucket, BucketView.PACKAGES.nameIn(bucket), BucketView.OBJECTS.nameIn(bucket));
    }

    /**
     * Creates the views beside the tables.
     *
     * @throws IllegalStateException if a view cannot be created; the message is the engine's
     */
    public void create(AwsClients aws, String workGroup, String database) {
        ResultTable.query(
                aws,
                workGroup,
                database,
                PACKAGES.formatted(
                        packagesView(), BucketTable.POINTERS.nameIn(bucket), BucketTable.MANIFESTS.nameIn(bucket)));
        ResultTable.query(
                aws,
                workGroup,
                database,
                OBJECTS.formatted(objectsView(), packagesView(), BucketTable.MANIFESTS.nameIn(bucket)));
    }
}
