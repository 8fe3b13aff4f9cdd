package com.quiltdata.athena;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    /** Columns of the table of manifests and their types, in Hive's words. */
    static final Map<String, String> MANIFESTS_COLUMNS = columns(
            "logical_key", "string",
            "physical_keys", "array<string>",
            "size", "string",
            "hash", "struct<type:string,value:string>",
            "meta", "string",
            "user_meta", "string",
            "message", "string",
            "version", "string");

    /** Columns of the table of pointers and their types, in Hive's words. */
    static final Map<String, String> PACKAGES_COLUMNS = columns("hash", "string");

    private final QuiltBucket bucket;
    private final QueryDatabase database;
    private final Map<String, Relation> relations;

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
            StackViews views) {
        super(scope, id);
        this.bucket = bucket;
        this.database = database;

        CfnTable manifests = manifestsTable();
        CfnTable packages = packagesTable();
        List<CfnTable> tables = List.of(manifests, packages);
        String packagesQuery = MetadataQuery.packages(bucket);
        String objectsQuery = MetadataQuery.objects(bucket);
        AthenaView packagesView = views.declare(this, "PackagesView", bucket.packagesView(), packagesQuery, tables);
        AthenaView objectsView = views.declare(this, "ObjectsView", bucket.objectsView(), objectsQuery, tables);
        exampleQuery(databaseName, results);
        relations = Map.of(
                bucket.manifestsTable(), new Relation(manifests, MANIFESTS_COLUMNS.toString()),
                bucket.packagesTable(), new Relation(packages, PACKAGES_COLUMNS.toString()),
                bucket.packagesView(), new Relation(packagesView, packagesQuery),
                bucket.objectsView(), new Relation(objectsView, objectsQuery));
    }

    /**
     * What other views can read.
     *
     * @return the bucket's tables and views, by name
     */
    Map<String, Relation> relations() {
        return relations;
    }

    private static Map<String, String> columns(String... namesAndTypes) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.put(namesAndTypes[i], namesAndTypes[i + 1]);
        }
        return Collections.unmodifiableMap(columns);
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
        return table(
                "ManifestsTable",
                bucket.manifestsTable(),
                "Manifests of the Quilt packages in " + bucket.name() + ", one row a line",
                MANIFESTS_COLUMNS,
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
                PACKAGES_COLUMNS,
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

    private void exampleQuery(String databaseName, QueryResults results) {
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
