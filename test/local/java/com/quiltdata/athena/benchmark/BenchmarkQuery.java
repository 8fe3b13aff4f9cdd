package com.quiltdata.athena.benchmark;

/** What analysts ask; only the columns that both formulations of the views have. */
enum BenchmarkQuery {
    /** The app's saved example, over every revision. */
    FILES_BY_METADATA("files by metadata, everything", """
            SELECT "user", "name", "timestamp", "logical_key", "physical_keys", "meta"
            FROM "%2$s"
            WHERE "logical_key" LIKE '%%.tiff'
              AND json_extract_scalar("meta", '$.user_meta.nucmembsegmentationalgorithmversion') LIKE '1.3%%'
              AND json_extract_scalar("meta", '$.user_meta.cellindex') = '13'
            """),
    OBJECTS_OF_A_PACKAGE("objects of one package, latest", """
            SELECT
              "user", "name", "timestamp", "tophash", "logical_key", "physical_keys", "hash", "meta", "user_meta"
            FROM "%2$s"
            WHERE "name" = '%3$s' AND "timestamp" = 'latest'
            """),
    A_PACKAGE("row of one package, latest", """
            SELECT "user", "name", "hash", "timestamp", "message"
            FROM "%1$s"
            WHERE "name" = '%3$s' AND "timestamp" = 'latest'
            """),
    COUNT_OF_PACKAGES("count of packages", """
            SELECT count(*)
            FROM "%1$s"
            WHERE "timestamp" = 'latest'
            """),
    NEWEST_REVISIONS("newest revision of every package", """
            SELECT "user", "name", max("timestamp"), max_by("hash", "timestamp"), max_by("message", "timestamp")
            FROM "%1$s"
            WHERE "timestamp" <> 'latest'
            GROUP BY "user", "name"
            """);

    private final String title;
    private final String sql;

    BenchmarkQuery(String title, String sql) {
        this.title = title;
        this.sql = sql;
    }

    String title() {
        return title;
    }

    /**
     * Returns the query.
     *
     * @param packageName the package that queries for one package ask for
     */
    String sql(String packagesView, String objectsView, String packageName) {
        return sql.formatted(packagesView, objectsView, packageName);
    }
}
