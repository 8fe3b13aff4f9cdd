package com.quiltdata.athena.snapshot;

import com.quiltdata.athena.access.Statements;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.Snapshots;
import com.quiltdata.athena.query.ClosedBucket;
import com.quiltdata.athena.query.EnforcedWorkGroup;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.view.RequestConditions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.athena.CfnWorkGroup;
import software.amazon.awscdk.services.glue.CfnTable;
import software.amazon.awscdk.services.glue.CfnTable.IcebergInputProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergPartitionFieldProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergPartitionSpecProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergSchemaProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergSortFieldProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergSortOrderProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergStructFieldProperty;
import software.amazon.awscdk.services.glue.CfnTable.IcebergTableInputProperty;
import software.amazon.awscdk.services.glue.CfnTable.OpenTableFormatInputProperty;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.constructs.Construct;

/**
 * Where snapshots are: the Iceberg table of all Quilt buckets, the bucket of its files, and the workgroup that refreshes
 * it, which is not the users' so that its cost is seen apart and their limits do not stop it.
 */
public final class SnapshotStore extends Construct {

    /** Where in the bucket the results of refreshing statements are, until they expire. */
    private static final String RESULTS_FOLDER = "results/";

    private final Bucket bucket;
    private final String workGroupName;
    private final CfnTable table;

    /**
     * Declares bucket, workgroup and table.
     *
     * @param configuration names all of them; it has snapshots
     */
    public SnapshotStore(Construct scope, String id, Configuration configuration, QueryDatabase database) {
        super(scope, id);
        Snapshots snapshots = configuration.snapshots().orElseThrow();
        Optional<IKey> key = configuration.queries().results().kmsKeyArn().map(arn -> Key.fromKeyArn(this, "Key", arn));
        bucket = new ClosedBucket(configuration, key)
                .declare(
                        this,
                        snapshots.bucketName(),
                        LifecycleRule.builder()
                                .id("ExpireResults")
                                .prefix(RESULTS_FOLDER)
                                .expiration(Duration.days(
                                        configuration.queries().results().expireAfterDays())));
        CfnWorkGroup workGroup = new EnforcedWorkGroup(configuration, key)
                .declare(
                        this,
                        snapshots.workgroupName(),
                        "Refreshes the snapshots of Quilt package metadata",
                        bucket,
                        RESULTS_FOLDER,
                        OptionalLong.empty());
        workGroupName = workGroup.getRef();
        table = declareTable(database);
    }

    private CfnTable declareTable(QueryDatabase database) {
        List<IcebergStructFieldProperty> fields = new ArrayList<>();
        Map<String, Integer> fieldIds = new HashMap<>();
        for (SnapshotTable.Column column : SnapshotTable.COLUMNS) {
            fieldIds.put(column.name(), column.id());
            fields.add(IcebergStructFieldProperty.builder()
                    .id(column.id())
                    .name(column.name())
                    .type(column.type())
                    .required(false)
                    .build());
        }
        List<IcebergPartitionFieldProperty> partitionFields = SnapshotTable.PARTITIONED_BY.stream()
                .map(field -> IcebergPartitionFieldProperty.builder()
                        .name(field.name())
                        .sourceId(fieldIds.get(field.column()))
                        .transform(field.transform())
                        .build())
                .toList();
        List<IcebergSortFieldProperty> sortFields = SnapshotTable.SORTED_BY.stream()
                .map(column -> IcebergSortFieldProperty.builder()
                        .sourceId(fieldIds.get(column))
                        .transform("identity")
                        .direction("asc")
                        .nullOrder("nulls-first")
                        .build())
                .toList();
        // Without a TableInput, not even one with the name alone: Glue refuses one beside an IcebergTableInput.
        CfnTable declared = CfnTable.Builder.create(this, "Table")
                .catalogId(Aws.ACCOUNT_ID)
                .databaseName(database.name())
                .name(SnapshotTable.NAME)
                .openTableFormatInput(OpenTableFormatInputProperty.builder()
                        .icebergInput(IcebergInputProperty.builder()
                                .metadataOperation("CREATE")
                                .version("2")
                                .icebergTableInput(IcebergTableInputProperty.builder()
                                        .location("s3://" + bucket.getBucketName() + "/" + SnapshotTable.FOLDER)
                                        .schema(IcebergSchemaProperty.builder()
                                                .type("struct")
                                                .fields(fields)
                                                .build())
                                        .partitionSpec(IcebergPartitionSpecProperty.builder()
                                                .fields(partitionFields)
                                                .build())
                                        .writeOrder(IcebergSortOrderProperty.builder()
                                                .orderId(1)
                                                .fields(sortFields)
                                                .build())
                                        .properties(new TreeMap<>(SnapshotTable.PROPERTIES))
                                        .build())
                                .build())
                        .build())
                .build();
        // Its files stay with the bucket, or are deleted with it.
        declared.applyRemovalPolicy(RemovalPolicy.DESTROY);
        return declared;
    }

    /**
     * The table.
     *
     * @return for what reads it to depend on
     */
    public CfnTable table() {
        return table;
    }

    /**
     * The workgroup's name.
     *
     * @return resolves to the workgroup, so that who uses it depends on it
     */
    public String workGroupName() {
        return workGroupName;
    }

    /**
     * The workgroup's ARN.
     *
     * @return in the stack's partition, region and account
     */
    public String workGroupArn() {
        return EnforcedWorkGroup.arn(this, workGroupName);
    }

    /**
     * Lets Athena read the table's files on somebody's behalf. The key that they are encrypted with is that of the query
     * results, which whoever runs queries may use already.
     */
    public PolicyStatement readStatement() {
        return Statements.allow(
                "GrantQuiltAthenaSnapshotAccess",
                List.of("s3:GetBucketLocation", "s3:GetObject"),
                List.of(bucket.getBucketArn(), files()),
                RequestConditions.BY_ATHENA);
    }

    /** Lets Athena read, write and delete the table's files, and write and read the results of statements. */
    public List<PolicyStatement> writeStatements() {
        List<PolicyStatement> statements = new ArrayList<>();
        statements.add(Statements.allow(
                "UseSnapshotBucket",
                List.of("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
                List.of(bucket.getBucketArn()),
                RequestConditions.BY_ATHENA));
        statements.add(Statements.allow(
                "WriteSnapshots",
                List.of("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
                List.of(files(), bucket.arnForObjects(RESULTS_FOLDER + "*")),
                RequestConditions.BY_ATHENA));
        // Nobody deletes results; they expire.
        statements.add(Statements.allow(
                "DeleteOldSnapshotFiles", List.of("s3:DeleteObject"), List.of(files()), RequestConditions.BY_ATHENA));
        // GetQueryResults reads a result with its caller's permissions.
        statements.add(Statements.allow(
                "ReadOwnResults",
                List.of("s3:GetObject"),
                List.of(bucket.arnForObjects(RESULTS_FOLDER + "*")),
                Map.of()));
        if (bucket.getEncryptionKey() != null) {
            statements.add(Statements.allow(
                    "UseSnapshotKey",
                    RequestConditions.RESULT_KEY_ACTIONS,
                    List.of(bucket.getEncryptionKey().getKeyArn()),
                    RequestConditions.BY_S3));
        }
        return statements;
    }

    private String files() {
        return bucket.arnForObjects(SnapshotTable.FOLDER + "*");
    }
}
