package com.quiltdata.athena.catalog;

import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.SqlTemplate;
import com.quiltdata.athena.schema.ViewOfBuckets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * The metadata of one Quilt bucket, queryable: its tables, the views over them, and a saved query to begin with.
 *
 * <p>All of it is in the Glue Data Catalog and in Athena: deleting it touches nothing in the bucket.
 *
 * <p>Maps that end up in the template are sorted: the order of {@code Map.of} differs from run to run.
 */
final class BucketMetadata extends Construct {
    private final Map<String, Relation> relations = new TreeMap<>();

    /**
     * Declares tables, views and query of a bucket.
     *
     * <p>Every call of the CDK goes to another process, and with hundreds of buckets each one made here takes tenths of
     * a second. What is the same for all buckets is done once, outside: {@link #deleteAllWithin}.
     *
     * @param scope the stack, or the group's
     * @param bucket the bucket; its name is the construct's id
     * @param workGroup where its saved queries run
     * @param snapshotTable the table that its snapshots are read from; empty if there are none
     * @param views declares its views
     */
    BucketMetadata(
            Construct scope,
            QuiltBucket bucket,
            String workGroup,
            QueryDatabase database,
            Optional<Relation> snapshotTable,
            StackViews views) {
        super(scope, bucket.name());
        for (BucketTable table : BucketTable.values()) {
            relations.put(
                    table.nameIn(bucket), new Relation(declare(table, bucket, database.name()), table.definition()));
        }
        for (BucketView view : BucketView.values()) {
            String name = view.nameIn(bucket);
            List<Relation> read = view.reads().stream()
                    .map(table -> relations.get(table.nameIn(bucket)))
                    .toList();
            relations.put(name, views.declare(this, view.id(), name, view.queryOver(bucket), read));
        }
        declareExampleQuery("ExampleQuery", "files by metadata", bucket, BucketView.OBJECTS, workGroup, database);
        snapshotTable.ifPresent(table -> {
            for (SnapshotView view : SnapshotView.values()) {
                String name = view.nameIn(bucket);
                relations.put(name, views.declare(this, view.id(), name, view.queryOver(bucket), List.of(table)));
            }
            declareExampleQuery(
                    "SnapshotExampleQuery",
                    "files by metadata, as of the last refresh",
                    bucket,
                    SnapshotView.OBJECTS,
                    workGroup,
                    database);
        });
    }

    /** The bucket's tables and views, by name, for other views to read. */
    Map<String, Relation> relations() {
        return relations;
    }

    /**
     * Has CloudFormation delete the tables and queries of buckets when they leave the template. It would by default, but
     * so the template says it. CloudFormation cannot import tables that exist: see docs/start/adopt.md.
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

    private CfnTable declare(BucketTable table, QuiltBucket bucket, String database) {
        BucketTable.FileFormat format = table.format();
        return CfnTable.Builder.create(this, table.id())
                .catalogId(Aws.ACCOUNT_ID)
                .databaseName(database)
                .tableInput(TableInputProperty.builder()
                        .name(table.nameIn(bucket))
                        .description(table.descriptionIn(bucket))
                        .tableType("EXTERNAL_TABLE")
                        .parameters(table.parameters())
                        .storageDescriptor(StorageDescriptorProperty.builder()
                                .columns(table.columns().entrySet().stream()
                                        .map(column -> ColumnProperty.builder()
                                                .name(column.getKey())
                                                .type(column.getValue())
                                                .build())
                                        .toList())
                                .location(table.locationIn(bucket))
                                .inputFormat(BucketTable.FileFormat.INPUT_FORMAT)
                                .outputFormat(format.outputFormat())
                                .serdeInfo(SerdeInfoProperty.builder()
                                        .serializationLibrary(format.serde())
                                        .parameters(format.serdeParameters())
                                        .build())
                                .build())
                        .build())
                .build();
    }

    /** A query for people to change: its comments stay. */
    private void declareExampleQuery(
            String id,
            String subject,
            QuiltBucket bucket,
            ViewOfBuckets view,
            String workGroup,
            QueryDatabase database) {
        CfnNamedQuery.Builder.create(this, id)
                .name("Quilt packages in " + bucket.name() + ": " + subject)
                .description("Finds files by the metadata of their entries; change the conditions to your own")
                .workGroup(workGroup)
                .database(database.name())
                .queryString(SqlTemplate.fill(
                        "example_query.sql",
                        Map.of("database", database.plainName(), "objectsView", view.nameIn(bucket))))
                .build();
    }
}
