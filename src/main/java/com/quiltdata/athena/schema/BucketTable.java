package com.quiltdata.athena.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tables of every Quilt bucket: this list is where a table is added. Everything that depends on them follows from
 * it: names, declarations, permissions, what views can read, and the local run.
 *
 * <p>The definitions are those of the published notebook, so that whoever has run it gets the same tables.
 */
public enum BucketTable {

    /** One row for each line of each manifest: the first is the header, the others are entries. */
    MANIFESTS(
            "ManifestsTable",
            "_quilt_manifests",
            "Manifests of the Quilt packages in %s, one row a line",
            "packages/",
            columns(
                    "logical_key", "string",
                    "physical_keys", "array<string>",
                    "size", "string",
                    "hash", "struct<type:string,value:string>",
                    "meta", "string",
                    "user_meta", "string",
                    "message", "string",
                    "version", "string"),
            new FileFormat(
                    "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
                    "org.openx.data.jsonserde.JsonSerDe",
                    // Of keys that differ in case alone, the SerDe would otherwise keep one, or lose the whole line.
                    Map.of("case.insensitive", "false", "ignore.malformed.json", "true")),
            published("1605312102", Map.of())),

    /** One row for each line of each pointer, at {@code <user>/<package>/<timestamp, latest or tag>}. */
    POINTERS(
            "PackagesTable",
            "_quilt_packages",
            "Pointers to the revisions of the Quilt packages in %s",
            "named_packages/",
            columns("hash", "string"),
            new FileFormat(
                    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                    Map.of("field.delim", ",", "serialization.format", ",")),
            published("1557626200", sizeHint(10_000, 64)));

    private final String id;
    private final String suffix;
    private final String description;
    private final String folder;
    private final Map<String, String> columns;
    private final FileFormat format;
    private final Map<String, String> parameters;

    /**
     * A table.
     *
     * @param id of its construct
     * @param suffix of its name, after the bucket's prefix
     * @param description with {@code %s} for the bucket's name
     * @param folder of its files below {@code .quilt/}
     * @param parameters beside those that every external table has, in Hive's words
     */
    BucketTable(
            String id,
            String suffix,
            String description,
            String folder,
            Map<String, String> columns,
            FileFormat format,
            Map<String, String> parameters) {
        this.id = id;
        this.suffix = suffix;
        this.description = description;
        this.folder = folder;
        this.columns = columns;
        this.format = format;
        Map<String, String> all = new TreeMap<>(Map.of("EXTERNAL", "TRUE", "has_encrypted_data", "false"));
        all.putAll(parameters);
        this.parameters = Collections.unmodifiableMap(all);
    }

    /**
     * How the table's files are read and written, in Hive's words.
     *
     * @param outputFormat the class that would write files; nobody does
     * @param serde the class that makes rows of lines
     * @param serdeParameters what that class is told, sorted: the template has them in this order
     */
    public record FileFormat(String outputFormat, String serde, Map<String, String> serdeParameters) {

        /** Sorts what is in any order. */
        public FileFormat {
            serdeParameters = Collections.unmodifiableMap(new TreeMap<>(serdeParameters));
        }

        /** All tables are over text. */
        public static final String INPUT_FORMAT = "org.apache.hadoop.mapred.TextInputFormat";
    }

    /** The id of the table's construct within its bucket's, by which CloudFormation knows the table. */
    public String id() {
        return id;
    }

    /** The table's name. */
    public String nameIn(QuiltBucket bucket) {
        return nameWith(bucket.tablePrefix());
    }

    /** The table's name after what the names of its bucket's tables begin with. */
    String nameWith(String prefix) {
        return prefix + suffix;
    }

    /** The table's description, for people who look into the Glue Data Catalog. */
    public String descriptionIn(QuiltBucket bucket) {
        return description.formatted(bucket.name());
    }

    /** The folder of the table's files: an S3 URI that ends with a slash. */
    public String locationIn(QuiltBucket bucket) {
        return "s3://" + bucket.name() + "/" + QuiltBucket.REGISTRY_PREFIX + folder;
    }

    /** The table's columns: name → type in Hive's words, in the table's order. */
    public Map<String, String> columns() {
        return columns;
    }

    /** The format of the table's files. */
    public FileFormat format() {
        return format;
    }

    /** The table's parameters, in Hive's words: name → value, sorted. */
    public Map<String, String> parameters() {
        return parameters;
    }

    /** A text that changes when a view over the table has to be made anew. */
    public String definition() {
        return columns.toString();
    }

    /** What the published definition has, so that both are the same table. */
    private static Map<String, String> published(String lastDdlTime, Map<String, String> more) {
        Map<String, String> parameters = new TreeMap<>(more);
        parameters.put("transient_lastDdlTime", lastDdlTime);
        return parameters;
    }

    /**
     * What Hive writes when it has counted a table's rows. Here it is no count but a hint that the table is small: Trino
     * then gives every worker all pointers before it opens the first manifest, and opens only those that the pointers
     * name. That is the case as long as Trino takes the table to have less than 100 MB (its
     * {@code join-max-broadcast-table-size}, at 110 bytes a pointer), so that any number up to 900,000 does the same.
     *
     * <p>To Glue, parameters are free pairs of key and value. Whether Athena reads these is not documented; if it does not,
     * nothing changes.
     */
    private static Map<String, String> sizeHint(int files, int bytesOfEach) {
        String bytes = String.valueOf(files * bytesOfEach);
        String count = String.valueOf(files);
        return Map.of("numFiles", count, "numRows", count, "rawDataSize", bytes, "totalSize", bytes);
    }

    private static Map<String, String> columns(String... namesAndTypes) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.put(namesAndTypes[i], namesAndTypes[i + 1]);
        }
        return Collections.unmodifiableMap(columns);
    }
}
