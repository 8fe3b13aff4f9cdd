package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.cloudformation.LocalStack.ExistingResources;
import com.quiltdata.athena.local.cloudformation.ResourceChange;
import com.quiltdata.athena.local.cloudformation.ResourceChange.Action;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import com.quiltdata.athena.registry.ViewContract;
import com.quiltdata.athena.result.ResultTable.Column;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.athena.model.WorkGroup;
import software.amazon.awssdk.services.glue.model.Table;

/** The synthesized template on the real engine, with the sample registry in its bucket. */
class LocalDeploymentTest {
    private static final QuiltBucket BUCKET = new QuiltBucket("sample-bucket");

    private static DeployedStack stack;

    @BeforeAll
    static void deploy(@TempDir Path folder) throws IOException {
        SampleRegistry.write(folder);
        RegistryUpload.upload(SharedEmbeddedAws.clients(), BUCKET.name(), folder);
        stack = DeployedStack.deploy("sample", List.of(BUCKET.name()));
    }

    @Test
    void theOutputsNameWhatWasMade() {
        assertThat(stack.outputs())
                .isEqualTo(Map.of(
                        "PolicyArn", "arn:aws:iam::123456789012:policy/AthenaQuiltAccess",
                        "ResultsBucketName", "sample-quilt-query-results",
                        "WorkgroupName", "sample",
                        "DatabaseName", "sample"));
    }

    @Test
    void theWorkgroupIsConfiguredAsDeclared() {
        WorkGroup workGroup = SharedEmbeddedAws.athena()
                .getWorkGroup(get -> get.workGroup("sample"))
                .workGroup();

        assertThat(workGroup.configuration().enforceWorkGroupConfiguration()).isTrue();
        assertThat(workGroup.configuration().resultConfiguration().outputLocation())
                .isEqualTo("s3://sample-quilt-query-results/");
    }

    /** Nothing is measured on loopback, but a definition that CloudWatch would refuse fails the deployment. */
    @Test
    void aDashboardAndAlarmsAreMadeChangedAndDeleted() {
        LocalStack local = SharedEmbeddedAws.stack();

        assertThat(deploy(local, monitored(1_000_000_000_000L)))
                .extracting(ResourceChange::physicalId, ResourceChange::action)
                .contains(tuple("QuiltAthena-us-east-1", Action.CREATED))
                .hasSize(5);
        assertThat(deploy(local, monitored(2_000_000_000_000L)))
                .extracting(ResourceChange::action, ResourceChange::properties)
                .containsExactly(tuple(Action.UPDATED, List.of("AlarmDescription", "Threshold")));
        assertThatCode(local::delete).doesNotThrowAnyException();
    }

    private static CloudAssembly monitored(long bytesScannedAlarmPerDay) {
        return DeployedStack.assembly(
                "monitored",
                List.of("monitored-bucket"),
                "snapshotSchedule",
                "rate(1 hour)",
                "dashboard",
                true,
                "alarmTopicArn",
                "arn:aws:sns:eu-central-1:123456789012:alarms",
                "bytesScannedAlarmPerDay",
                bytesScannedAlarmPerDay);
    }

    /** What is done about the alarms and the dashboard. */
    private static List<ResourceChange> deploy(LocalStack local, CloudAssembly assembly) {
        List<ResourceChange> changes = new ArrayList<>();
        local.deploy(assembly, ExistingResources.REFUSE, changes);
        return changes.stream()
                .filter(change -> change.type().startsWith("AWS::CloudWatch::"))
                .toList();
    }

    @Test
    void theDatabaseLeavesItsNewTablesToIam() {
        assertThat(SharedEmbeddedAws.glue()
                        .getDatabase(get -> get.name("sample"))
                        .database()
                        .createTableDefaultPermissions())
                .singleElement()
                .satisfies(permissions -> {
                    assertThat(permissions.principal().dataLakePrincipalIdentifier())
                            .isEqualTo("IAM_ALLOWED_PRINCIPALS");
                    assertThat(permissions.permissionsAsStrings()).containsExactly("ALL");
                });
    }

    @Test
    void theDatabaseHasTheTablesAndViewsOfTheBucket() {
        assertThat(SharedEmbeddedAws.glue()
                        .getTables(get -> get.databaseName("sample"))
                        .tableList())
                .extracting(Table::name, Table::tableType)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(BucketTable.values())
                                        .map(table -> tuple(table.nameIn(BUCKET), "EXTERNAL_TABLE")),
                                Stream.of(BucketView.values()).map(view -> tuple(view.nameIn(BUCKET), "VIRTUAL_VIEW")))
                        .toList());
    }

    /** The types of the columns that are not text. */
    private static final Map<String, String> TYPES = Map.of(
            "OBJECTS physical_keys", "array<string>",
            "OBJECTS hash", "struct<type:string,value:string>",
            "OBJECTS size", "bigint");

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aViewHasTheContractsColumns(BucketView view) {
        assertThat(stack.query("SELECT * FROM " + view.nameIn(BUCKET)).columns())
                .extracting(Column::name)
                .isEqualTo(ViewContract.columns(view));
        assertThat(SharedEmbeddedAws.athena()
                        .getTableMetadata(get -> get.catalogName("AwsDataCatalog")
                                .databaseName("sample")
                                .tableName(view.nameIn(BUCKET)))
                        .tableMetadata()
                        .columns()
                        .stream()
                        .map(column -> column.name() + " " + column.type()))
                .containsExactlyElementsOf(ViewContract.columns(view).stream()
                        .map(column -> column + " " + TYPES.getOrDefault(view + " " + column, "string"))
                        .toList());
    }

    @Test
    void thePackagesViewHasARowForEachPointer() {
        assertThat(stack.rows("""
                        SELECT "user", name, "timestamp", message, json_extract_scalar(user_meta, '$.status')
                        FROM sample_bucket_quilt_packages_view
                        ORDER BY 1, 2, 3
                        """))
                .containsExactly(
                        row("allen", "cells", "1700000000", "Import the first fields of view", null),
                        row("allen", "cells", "1710000000", "Segment again with version 1.3", null),
                        row("allen", "cells", "latest", "Segment again with version 1.3", null),
                        row("allen", "nuclei", "1705000000", null, null),
                        row("allen", "nuclei", "latest", null, null),
                        row("ernest", "notes", "1690000000", "First notes", "draft"),
                        row("ernest", "notes", "1695000000", "Notes, reviewed", "final"),
                        row("ernest", "notes", "latest", "Notes, reviewed", "final"));
    }

    @Test
    void theObjectsViewHasARowForEachEntryOfAPointersManifest() {
        assertThat(stack.rows("""
                        SELECT logical_key, size, cardinality(physical_keys), hash.type
                        FROM sample_bucket_quilt_objects_view
                        WHERE "user" = 'allen' AND name = 'cells' AND "timestamp" = 'latest'
                        ORDER BY 1
                        """))
                .containsExactly(
                        row("README.md", "412", "1", "SHA256"),
                        row("fov/", null, null, null),
                        row("fov/cell-4.tiff", "2097152", "1", "SHA256"),
                        row("fov/cell-5.tiff", "2097664", "1", "SHA256"),
                        row("fov/zellkern-größe-5.tiff", "4300000000", "1", "SHA256"));
    }

    @Test
    void theSavedExampleQueryFindsTheSamplesImages() {
        String id = SharedEmbeddedAws.athena()
                .listNamedQueries(list -> list.workGroup("sample"))
                .namedQueryIds()
                .getFirst();
        String sql = SharedEmbeddedAws.athena()
                .getNamedQuery(get -> get.namedQueryId(id))
                .namedQuery()
                .queryString();

        assertThat(stack.rows(sql))
                .extracting(row -> row.get(1) + "/" + row.get(2))
                .containsExactlyInAnyOrder(
                        "cells/fov/cell-5.tiff", "cells/fov/zellkern-größe-5.tiff", "nuclei/nuclei/05.tiff");
    }

    @Test
    void aGroupsTablesAndViewsAreMadeByItsNestedStack() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("grouped-bucket"));

        DeployedStack grouped = DeployedStack.deploy("grouped", Map.of("imaging", List.of("grouped-bucket")));

        assertThat(grouped.rows("SELECT count(*) FROM grouped_bucket_quilt_objects_view"))
                .containsExactly(row("0"));
    }

    @Test
    void aResourceTypeThatIsUnknownIsRefused(@TempDir Path directory) throws IOException {
        CloudAssembly changed = changed(directory, "\"AWS::Athena::NamedQuery\"", "\"AWS::SNS::Topic\"");

        assertThatThrownBy(() -> SharedEmbeddedAws.stack().deploy(changed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("QuiltBucketschangedbucketExampleQueryC3B1DBC1: "
                        + "the resource type AWS::SNS::Topic is unknown here");
    }

    @Test
    void aPropertyThatIsUnknownIsRefused(@TempDir Path directory) throws IOException {
        CloudAssembly changed = changed(directory, "\"TableType\"", "\"TableKind\"");

        assertThatThrownBy(() -> SharedEmbeddedAws.stack().deploy(changed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("(AWS::Glue::Table): TableInput.TableKind is unknown here");
    }

    @Test
    void aViewThatAthenaRefusesFailsTheDeploymentWithAthenasReason(@TempDir Path directory) throws IOException {
        CloudAssembly changed = changed(directory, "headers.\\\\\"message\\\\\"", "headers.\\\\\"massage\\\\\"");

        assertThatThrownBy(() -> SharedEmbeddedAws.stack().deploy(changed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("Received response status \\[FAILED] from custom resource. Message returned: "
                        + "CREATE of view \\w+\\.changed_bucket_quilt_packages_view in workgroup \\w+ failed "
                        + "\\(query [0-9a-f-]{36}\\): COLUMN_NOT_FOUND: line \\d+:9: "
                        + "Column 'headers.massage' cannot be resolved; "
                        + "what to do: make Query and the columns of its tables agree \\(RequestId: [0-9a-f-]{36}\\)");
    }

    /** A copy of an assembly whose template differs in one place. */
    private static CloudAssembly changed(Path directory, String pattern, String replacement) throws IOException {
        String name = "changed" + Integer.toUnsignedString(pattern.hashCode(), 36);
        CloudAssembly original = DeployedStack.assembly(name, List.of("changed-bucket"));
        String text = Files.readString(original.directory().resolve("QuiltAthena.template.json"));
        String changed = text.replaceFirst(pattern, Matcher.quoteReplacement(replacement.replace("\\\\", "\\")));
        assertThat(changed).isNotEqualTo(text);
        return TestTemplates.withTemplate(original, directory, changed);
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }
}
