package com.quiltdata.athena.schema;

import java.util.List;
import java.util.Map;

/**
 * The Iceberg table of the snapshots of all Quilt buckets. There is one for everything, because a query reads one table
 * at one moment, and two tables at two.
 *
 * <p>Its rows are of several kinds: {@code package} and {@code entry} are the rows of the views, one after the other;
 * {@code pointer} tells for each pointer which manifest it names and which one its rows are of; and {@code refresh} tells
 * when the pointers of a bucket were read.
 */
public final class SnapshotTable {

    /** The table's name in the database. */
    public static final String NAME = "quilt_snapshot_rows";

    /** The folder of the table's files in the snapshot's bucket: Athena's VACUUM wants one. */
    public static final String FOLDER = "rows/";

    /**
     * The columns. Files know them by their ids, which never change and are never used again: a new column gets the next
     * one, wherever it stands. What is nested in the views is JSON here: plain types need no ids within.
     */
    public static final List<Column> COLUMNS = List.of(
            new Column(1, "bucket", "string"),
            new Column(2, "kind", "string"),
            new Column(3, "user", "string"),
            new Column(4, "name", "string"),
            new Column(5, "timestamp", "string"),
            new Column(6, "tophash", "string"),
            new Column(7, "message", "string"),
            new Column(8, "logical_key", "string"),
            new Column(9, "physical_keys", "string"),
            new Column(10, "hash", "string"),
            new Column(11, "meta", "string"),
            new Column(12, "user_meta", "string"),
            new Column(13, "size", "long"),
            new Column(14, "applied", "string"),
            new Column(15, "read_at", "timestamp"),
            new Column(16, "refreshed_at", "timestamp"));

    /**
     * What divides the table, so that a query of one bucket and one kind reads the files of no other, and one of a package
     * a sixth of them. More parts would make that less, but files too small to be read by columns: Trino reads Parquet
     * files of up to 3 MB whole. Athena writes to at most 100 parts in a statement, and a statement here writes to three
     * kinds of one bucket. Fields are only ever added, at the end.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html">Partitioning</a>
     */
    public static final List<PartitionField> PARTITIONED_BY = List.of(
            new PartitionField("bucket", "bucket", "identity"),
            new PartitionField("kind", "kind", "identity"),
            new PartitionField("name_bucket", "name", "bucket[6]"));

    /**
     * What the rows of a file are sorted by, in an engine that does so: they take a fifth less space, and large files are
     * read for one package in the part that has it.
     */
    public static final List<String> SORTED_BY = List.of("user", "name", "timestamp", "logical_key");

    /** The property of the milliseconds that VACUUM leaves of the table's history. */
    public static final String HISTORY = "history.expire.max-snapshot-age-ms";

    /**
     * What Athena does with the table: files are Parquet in zstd; VACUUM leaves four hours of history, which is longer
     * than queries run; and Iceberg's own manifests, one or two a commit, are merged when there are four, because every
     * query opens them. These are Iceberg's own names, which the table has to have when CloudFormation makes it; Athena
     * shows some of them under others, such as {@code vacuum_max_snapshot_age_seconds}.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html">Table properties</a>
     */
    public static final Map<String, String> PROPERTIES = Map.of(
            "write.format.default",
            "parquet",
            "write.parquet.compression-codec",
            "zstd",
            HISTORY,
            "14400000",
            "commit.manifest.min-count-to-merge",
            "4");

    /**
     * A column.
     *
     * @param id what files know it by
     * @param type its type in Iceberg's words
     */
    public record Column(int id, String name, String type) {}

    /**
     * One of the things that divide the table.
     *
     * @param name the partition's name
     * @param column the column that it is made of
     * @param transform how it is made, in Iceberg's words
     */
    public record PartitionField(String name, String column, String transform) {}

    private SnapshotTable() {}

    /** A text that changes when a view over the table has to be made anew. */
    public static String definition() {
        return COLUMNS.toString();
    }

    /**
     * Asks how fresh the rows are.
     *
     * @return a SELECT statement of one row a bucket: {@code bucket}; {@code refreshed_at}, the time in UTC that all its
     *     rows are of, null before a first refresh is complete; {@code pending_pointers}, the number of pointers whose rows
     *     are still to be changed
     */
    public static String lastRefreshes() {
        return SqlTokens.withoutComments(SqlTemplate.fill("snapshot_last_refreshes.sql", Map.of("snapshot", NAME)));
    }
}
