package com.quiltdata.athena;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicies;
import software.amazon.awscdk.RemovalPolicyProps;
import software.amazon.awscdk.services.athena.CfnNamedQuery;
import software.amazon.awscdk.services.glue.CfnTable;
import software.amazon.awscdk.services.glue.CfnTable.ColumnProperty;
import software.amazon.awscdk.services.glue.CfnTable.SerdeInfoProperty;
import software.amazon.awscdk.services.glue.CfnTable.StorageDescriptorProperty;
import software.amazon.awscdk.services.glue.CfnTable.TableInputProperty;
import software.constructs.Construct;

/**
 * What makes one Quilt bucket queryable: a table of its manifests and one of its pointers, the two views over them, and
 * a saved query to begin with.
 *
 * <p>All of it is metadata: deleting it touches nothing in the bucket.
 *
 * <p>Maps that end up in the template are sorted: the order of {@code Map.of} differs from run to run.
 */
final class QuiltBucketTables extends Construct {

    /** How many CloudFormation resources one bucket has: two tables, two views and a saved query. */
    static final int RESOURCES = 5;

    /** How many thousand bytes of a template one bucket takes at most, the statements of its views above all. */
    static final int MOST_KILOBYTES = 16;

    private static final String TEXT_INPUT_FORMAT = "org.apache.hadoop.mapred.TextInputFormat";

    private final QuiltBucket bucket;
    private final QueryDatabase database;
    private final QueryResults results;
    private final AthenaViewProvider viewProvider;
    private final SideBySide views;

    /** Ends each view's query: when a column changes, the query does, and the view is made anew in that deployment. */
    private final StringBuilder columnsComment = new StringBuilder();

    /**
     * Declares tables, views and query of a bucket.
     *
     * <p>Every call of the CDK goes to another process, and with a thousand buckets each one made here takes half a
     * second. What is the same for all buckets is done once, outside: {@link #deleteAllWithin}.
     */
    QuiltBucketTables(
            Construct scope,
            String id,
            QuiltBucket bucket,
            QueryDatabase database,
            QueryResults results,
            String databaseName,
            AthenaViewProvider viewProvider,
            SideBySide views) {
        super(scope, id);
        this.bucket = bucket;
        this.database = database;
        this.results = results;
        this.viewProvider = viewProvider;
        this.views = views;

        CfnTable manifests = manifestsTable();
        CfnTable packages = packagesTable();
        view("PackagesView", bucket.packagesView(), "packages_view.sql", manifests, packages);
        view("ObjectsView", bucket.objectsView(), "objects_view.sql", manifests, packages);
        exampleQuery(databaseName);
    }

    /**
     * Has CloudFormation delete the tables and queries of buckets when they leave the template. It would by default, but
     * so the template says it. CloudFormation cannot import tables that exist: see docs/from-the-notebook.md.
     *
     * @param scope all buckets are within
     */
    static void deleteAllWithin(Construct scope) {
        RemovalPolicies.of(scope)
                .destroy(RemovalPolicyProps.builder()
                        .applyToResourceTypes(
                                List.of(CfnTable.CFN_RESOURCE_TYPE_NAME, CfnNamedQuery.CFN_RESOURCE_TYPE_NAME))
                        .build());
    }

    /** One row for each line of each manifest: the first is the header, the others are entries. */
    private CfnTable manifestsTable() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("logical_key", "string");
        columns.put("physical_keys", "array<string>");
        columns.put("size", "string");
        columns.put("hash", "struct<type:string,value:string>");
        columns.put("meta", "string");
        columns.put("user_meta", "string");
        columns.put("message", "string");
        columns.put("version", "string");
        return table(
                "ManifestsTable",
                bucket.manifestsTable(),
                "Manifests of the Quilt packages in " + bucket.name() + ", one row a line",
                columns,
                bucket.manifestsLocation(),
                "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
                SerdeInfoProperty.builder()
                        .serializationLibrary("org.openx.data.jsonserde.JsonSerDe")
                        .parameters(Map.of("ignore.malformed.json", "true"))
                        .build(),
                "1605312102");
    }

    /** One row for each line of each pointer; which package it points to is in its path. */
    private CfnTable packagesTable() {
        return table(
                "PackagesTable",
                bucket.packagesTable(),
                "Pointers to the revisions of the Quilt packages in " + bucket.name(),
                Map.of("hash", "string"),
                bucket.pointersLocation(),
                "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                SerdeInfoProperty.builder()
                        .serializationLibrary("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe")
                        .parameters(new TreeMap<>(Map.of("field.delim", ",", "serialization.format", ",")))
                        .build(),
                "1557626200");
    }

    private CfnTable table(
            String id,
            String name,
            String description,
            Map<String, String> columns,
            String location,
            String outputFormat,
            SerdeInfoProperty serde,
            String lastDdlTime) {
        columnsComment.append(columns.entrySet().stream()
                .map(column -> column.getKey() + " " + column.getValue())
                .collect(Collectors.joining(", ", "\n-- Over " + name + " (", ")")));
        return CfnTable.Builder.create(this, id)
                .catalogId(Aws.ACCOUNT_ID)
                .databaseName(database.name())
                .tableInput(TableInputProperty.builder()
                        .name(name)
                        .description(description)
                        .tableType("EXTERNAL_TABLE")
                        .parameters(new TreeMap<>(Map.of(
                                "EXTERNAL",
                                "TRUE",
                                "has_encrypted_data",
                                "false",
                                // Hive wants one; it is the published definition's, so that both are the same table.
                                "transient_lastDdlTime",
                                lastDdlTime)))
                        .storageDescriptor(StorageDescriptorProperty.builder()
                                .columns(columns.entrySet().stream()
                                        .map(column -> ColumnProperty.builder()
                                                .name(column.getKey())
                                                .type(column.getValue())
                                                .build())
                                        .toList())
                                .location(location)
                                .inputFormat(TEXT_INPUT_FORMAT)
                                .outputFormat(outputFormat)
                                .serdeInfo(serde)
                                .build())
                        .build())
                .build();
    }

    private void view(String id, String name, String template, CfnTable... tables) {
        List<Construct> dependencies = new ArrayList<>(List.of(tables));
        views.predecessor().ifPresent(dependencies::add);
        views.add(AthenaView.Builder.create(this, id)
                .provider(viewProvider)
                .dependencies(dependencies)
                .workGroup(results.workGroupName())
                .database(database.name())
                .viewName(name)
                .query(SqlTemplate.fill(
                                template,
                                Map.of(
                                        "pointers",
                                        SqlTemplate.fill(
                                                "pointers.sql", Map.of("packagesTable", bucket.packagesTable())),
                                        "manifestsTable",
                                        bucket.manifestsTable(),
                                        "manifestsLocation",
                                        bucket.manifestsLocation()))
                        + columnsComment)
                .build());
    }

    private void exampleQuery(String databaseName) {
        CfnNamedQuery.Builder.create(this, "ExampleQuery")
                .name("Quilt packages in " + bucket.name() + ": files by metadata")
                .description("Finds files by the metadata of their entries; change the conditions to your own")
                .workGroup(results.workGroupName())
                .database(database.name())
                .queryString(SqlTemplate.fill(
                        "example_query.sql", Map.of("database", databaseName, "objectsView", bucket.objectsView())))
                .build();
    }
}
