package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.CdkLock;
import com.quiltdata.athena.TestTemplates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

/** The Iceberg table as CloudFormation is asked for it. */
@ExtendWith(CdkLock.class)
class SnapshotStoreTest {
    @Test
    void theTableIsDividedByBucketKindAndNameAndSortedByPackage() {
        assertThat(template().findResources("AWS::Glue::Table", hasIcebergTable(Map.of())))
                .hasSize(1);
        template()
                .hasResourceProperties(
                        "AWS::Glue::Table",
                        icebergTable(Map.of(
                                "PartitionSpec",
                                Map.of(
                                        "Fields",
                                        List.of(
                                                partition("bucket", 1, "identity"),
                                                partition("kind", 2, "identity"),
                                                partition("name_bucket", 4, "bucket[6]"))),
                                "WriteOrder",
                                Map.of("OrderId", 1, "Fields", List.of(sort(3), sort(4), sort(5), sort(8))),
                                "Properties",
                                Map.of(
                                        "commit.manifest.min-count-to-merge", "4",
                                        "history.expire.max-snapshot-age-ms", "14400000",
                                        "write.format.default", "parquet",
                                        "write.parquet.compression-codec", "zstd"))));
    }

    /** Glue refuses a TableInput beside an IcebergTableInput. */
    @Test
    void theTableHasItsNameBesideTheInputAndNotInIt() {
        template()
                .hasResourceProperties(
                        "AWS::Glue::Table", Map.of("Name", "quilt_snapshot_rows", "TableInput", Match.absent()));
    }

    private static Template template() {
        return TestTemplates.template("snapshotSchedule", "rate(1 hour)");
    }

    private static Map<String, Object> hasIcebergTable(Map<String, Object> table) {
        return Map.of("Properties", icebergTable(table));
    }

    private static Map<String, Object> icebergTable(Map<String, Object> table) {
        return Map.of("OpenTableFormatInput", Map.of("IcebergInput", Map.of("IcebergTableInput", table)));
    }

    private static Map<String, Object> partition(String name, int column, String transform) {
        return Map.of("Name", name, "SourceId", column, "Transform", transform);
    }

    private static Map<String, Object> sort(int column) {
        return Map.of("SourceId", column, "Transform", "identity", "Direction", "asc", "NullOrder", "nulls-first");
    }
}
