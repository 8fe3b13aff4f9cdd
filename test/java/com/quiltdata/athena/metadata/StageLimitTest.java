package com.quiltdata.athena.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.ResultTable;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.glue.model.Column;

/** How many stages the engine divides queries of the views over all buckets into; it refuses more than 150. */
class StageLimitTest {
    private static final String DATABASE = "stage_limit";
    private static final List<QuiltBucket> BUCKETS = IntStream.range(0, BucketView.MOST_BUCKETS)
            .mapToObj(number -> new QuiltBucket("stages-" + number))
            .toList();

    /** Tables are enough: no file is read. */
    @BeforeAll
    static void tables() {
        SharedEmbeddedAws.glue().createDatabase(create -> create.databaseInput(database -> database.name(DATABASE)));
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("stage-limit-results"));
        SharedEmbeddedAws.athena()
                .createWorkGroup(create -> create.name(DATABASE)
                        .configuration(configuration -> configuration.resultConfiguration(
                                result -> result.outputLocation("s3://stage-limit-results/"))));
        for (QuiltBucket bucket : BUCKETS) {
            for (BucketTable table : BucketTable.values()) {
                create(table, bucket);
            }
        }
    }

    private static void create(BucketTable table, QuiltBucket bucket) {
        List<Column> columns = table.columns().entrySet().stream()
                .map(column -> Column.builder()
                        .name(column.getKey())
                        .type(column.getValue())
                        .build())
                .toList();
        SharedEmbeddedAws.glue()
                .createTable(create -> create.databaseName(DATABASE)
                        .tableInput(input -> input.name(table.nameIn(bucket))
                                .tableType("EXTERNAL_TABLE")
                                .parameters(table.parameters())
                                .storageDescriptor(storage -> storage.columns(columns)
                                        .location(table.locationIn(bucket))
                                        .inputFormat(BucketTable.FileFormat.INPUT_FORMAT)
                                        .outputFormat(table.format().outputFormat())
                                        .serdeInfo(serde -> serde.serializationLibrary(
                                                        table.format().serde())
                                                .parameters(table.format().serdeParameters())))));
    }

    @ParameterizedTest
    @CsvSource({"PACKAGES, 2, 8", "PACKAGES, 10, 32", "OBJECTS, 2, 7", "OBJECTS, 10, 31"})
    void aBucketCostsThreeStages(BucketView view, int buckets, int stages) {
        assertThat(stages(view.queryOver(BUCKETS.subList(0, buckets)))).isEqualTo(stages);
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aQueryWithAConditionOnABucketHasTheStagesOfThatBucket(BucketView view) {
        String sql = "SELECT * FROM (%s) WHERE \"bucket\" = 'stages-1'".formatted(view.queryOver(BUCKETS));

        assertThat(stages(sql)).isEqualTo(stages("SELECT * FROM (%s)".formatted(view.queryOver(BUCKETS.get(1)))));
    }

    /** It groups, joins a view of one bucket, and sorts. */
    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aQueryOfTheMostBucketsHasStagesLeftForItself(BucketView view) {
        int stages = stages("""
                SELECT everywhere."bucket", everywhere."name", count(*)
                FROM (%s) AS everywhere
                JOIN (%s) AS one ON one."name" = everywhere."name"
                GROUP BY everywhere."bucket", everywhere."name"
                ORDER BY 3
                """.formatted(view.queryOver(BUCKETS), BucketView.OBJECTS.queryOver(BUCKETS.getFirst())));

        assertThat(stages).isBetween(3 * BucketView.MOST_BUCKETS, 150);
    }

    private static int stages(String sql) {
        return (int)
                ResultTable.query(SharedEmbeddedAws.clients(), DATABASE, DATABASE, "EXPLAIN (TYPE DISTRIBUTED) " + sql)
                        .rows()
                        .stream()
                        .filter(line -> line.getFirst().matches("Fragment \\d+ \\[.*"))
                        .count();
    }
}
