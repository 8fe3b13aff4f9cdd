package com.quiltdata.athena.notebook;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.SerDeInfo;

/**
 * What an administrator has who has followed Quilt's documentation by hand, under the names that are configured: a bucket
 * without any settings, a workgroup of which only the output location is set, a database, and for each Quilt bucket two
 * tables and two views. The views are {@linkplain ReferenceViews our own} of the published ones' columns and design.
 *
 * <p>The documentation's statements for the database and the tables are Hive's, which this Athena's engine does not
 * parse. They are made with Glue's API as Athena stores them. A policy is not made, because loopback has none.
 *
 * @param aws the account
 * @param configuration the names
 */
public record NotebookResources(AwsClients aws, Configuration configuration) {

    /** The view that a user has made of the first bucket's objects view. */
    public static final String USERS_VIEW = "my_images";

    /** The name of the query that a user has saved, and its query of the user's view. */
    public static final String SAVED_QUERY = "Images, saved by a user";

    public static final String SAVED_QUERY_SQL =
            "SELECT \"name\", \"logical_key\" FROM \"" + USERS_VIEW + "\" ORDER BY 1, 2";

    /** The result of a query that a user has run. */
    public static final String RESULT = "a result.csv";

    /** Makes what the notebook makes. */
    public void create() {
        String results = configuration.queries().results().bucketName();
        aws.s3().createBucket(create -> create.bucket(results));
        aws.athena()
                .createWorkGroup(create -> create.name(configuration.queries().workgroupName()));
        aws.athena()
                .updateWorkGroup(update -> update.workGroup(
                                configuration.queries().workgroupName())
                        .configurationUpdates(updates -> updates.resultConfigurationUpdates(
                                result -> result.outputLocation("s3://" + results))));
        aws.glue()
                .createDatabase(create -> create.databaseInput(
                        input -> input.name(configuration.queries().databaseName())));
        for (QuiltBucket bucket : configuration.quiltBuckets()) {
            createTables(bucket);
            ReferenceViews.inTheAppsPlace(bucket)
                    .create(
                            aws,
                            configuration.queries().workgroupName(),
                            configuration.queries().databaseName());
        }
    }

    /** Makes what users make in it: a view over one of the notebook's views, a saved query and a result. */
    public void addWhatUsersMake() {
        String objectsView =
                BucketView.OBJECTS.nameIn(configuration.quiltBuckets().getFirst());
        query("""
                CREATE VIEW "%s" AS
                SELECT "user", "name", "timestamp", "logical_key", "meta"
                FROM "%s"
                WHERE "logical_key" LIKE '%%.tiff' AND "timestamp" = 'latest'
                """.formatted(USERS_VIEW, objectsView));
        aws.athena()
                .createNamedQuery(create -> create.name(SAVED_QUERY)
                        .workGroup(configuration.queries().workgroupName())
                        .database(configuration.queries().databaseName())
                        .queryString(SAVED_QUERY_SQL));
        aws.s3()
                .putObject(
                        put -> put.bucket(configuration.queries().results().bucketName())
                                .key(RESULT),
                        RequestBody.fromString("1"));
    }

    /** Runs a query in the workgroup and the database. */
    public ResultTable query(String sql) {
        return ResultTable.query(
                aws,
                configuration.queries().workgroupName(),
                configuration.queries().databaseName(),
                sql);
    }

    private void createTables(QuiltBucket bucket) {
        createTable(
                BucketTable.MANIFESTS.nameIn(bucket),
                withoutSlash(BucketTable.MANIFESTS.locationIn(bucket)),
                "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
                SerDeInfo.builder()
                        .serializationLibrary("org.openx.data.jsonserde.JsonSerDe")
                        .parameters(Map.of("ignore.malformed.json", "true", "serialization.format", "1"))
                        .build(),
                "1605312102",
                "logical_key string",
                "physical_keys array<string>",
                "size string",
                "hash struct<type:string,value:string>",
                "meta string",
                "user_meta string",
                "message string",
                "version string");
        createTable(
                BucketTable.POINTERS.nameIn(bucket),
                withoutSlash(BucketTable.POINTERS.locationIn(bucket)),
                "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                SerDeInfo.builder()
                        .serializationLibrary("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe")
                        .parameters(Map.of("field.delim", ",", "serialization.format", ","))
                        .build(),
                "1557626200",
                "hash string");
    }

    private static String withoutSlash(String location) {
        return location.substring(0, location.length() - 1);
    }

    private void createTable(
            String name, String location, String outputFormat, SerDeInfo serde, String lastDdlTime, String... columns) {
        List<Column> types = Arrays.stream(columns)
                .map(column -> column.split(" "))
                .map(column -> Column.builder().name(column[0]).type(column[1]).build())
                .toList();
        aws.glue()
                .createTable(create -> create.databaseName(
                                configuration.queries().databaseName())
                        .tableInput(table -> table.name(name)
                                .tableType("EXTERNAL_TABLE")
                                .parameters(Map.of(
                                        "EXTERNAL", "TRUE",
                                        "has_encrypted_data", "false",
                                        "transient_lastDdlTime", lastDdlTime))
                                .storageDescriptor(storage -> storage.columns(types)
                                        .location(location)
                                        .inputFormat("org.apache.hadoop.mapred.TextInputFormat")
                                        .outputFormat(outputFormat)
                                        .serdeInfo(serde))));
    }
}
