package com.quiltdata.athena.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.athena.Queries;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.glue.model.Column;

/** How the engine plans queries of the views. It refuses a query of more than 150 stages. */
class QueryPlanTest {
    private static final String WORK_GROUP = "query-plans";
    private static final String DATABASE = "query_plans";
    private static final Pattern DISTRIBUTION = Pattern.compile("Distribution: (REPLICATED|PARTITIONED)");
    private static final List<QuiltBucket> BUCKETS = IntStream.range(0, BucketView.MOST_BUCKETS)
            .mapToObj(number -> new QuiltBucket("plans-" + number))
            .toList();

    /** Tables are enough: no file is read. */
    @BeforeAll
    static void tables() {
        Queries.create(WORK_GROUP);
        for (QuiltBucket bucket : BUCKETS) {
            for (BucketTable table : BucketTable.values()) {
                create(table, bucket, table.parameters());
            }
        }
    }

    private static void create(BucketTable table, QuiltBucket bucket, Map<String, String> parameters) {
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
                                .parameters(parameters)
                                .storageDescriptor(storage -> storage.columns(columns)
                                        .location(table.locationIn(bucket))
                                        .inputFormat(BucketTable.FileFormat.INPUT_FORMAT)
                                        .outputFormat(table.format().outputFormat())
                                        .serdeInfo(serde -> serde.serializationLibrary(
                                                        table.format().serde())
                                                .parameters(table.format().serdeParameters())))));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aBucketCostsThreeStagesAndAllTogetherOne(BucketView view) {
        assertThat(stages(view.queryOver(BUCKETS.subList(0, 2)))).isEqualTo(7L);
        assertThat(stages(view.queryOver(BUCKETS.subList(0, 10)))).isEqualTo(31L);
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aQueryWithAConditionOnABucketHasTheStagesOfThatBucket(BucketView view) {
        String sql =
                "SELECT * FROM (%s) WHERE \"bucket\" = 'plans-1'".formatted(view.queryOver(BUCKETS.subList(0, 10)));

        assertThat(stages(sql)).isEqualTo(stages("SELECT * FROM (%s)".formatted(view.queryOver(BUCKETS.get(1)))));
    }

    /** It groups, joins a view of one bucket, and sorts. */
    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aQueryOfTheMostBucketsHasStagesLeftForItself(BucketView view) {
        long stages = stages("""
                SELECT everywhere."bucket", everywhere."name", count(*)
                FROM (%s) AS everywhere
                JOIN (%s) AS one ON one."name" = everywhere."name"
                GROUP BY everywhere."bucket", everywhere."name"
                ORDER BY 3
                """.formatted(view.queryOver(BUCKETS), BucketView.OBJECTS.queryOver(BUCKETS.getFirst())));

        assertThat(stages).isBetween(3L * BucketView.MOST_BUCKETS, 150L);
    }

    /** Each worker gets all pointers, and opens no manifest before it has them. */
    @ParameterizedTest
    @EnumSource(BucketView.class)
    void theJoinsAreReplicated(BucketView view) {
        assertThat(distributions(view.queryOver(BUCKETS.getFirst()))).containsExactly("REPLICATED");
        assertThat(distributions(view.queryOver(BUCKETS.subList(0, 3))))
                .containsExactly("REPLICATED", "REPLICATED", "REPLICATED");
    }

    /** The number of pointers that the engine takes a table of 100 MB to have, at 110 bytes each. */
    @ParameterizedTest
    @CsvSource({"1, REPLICATED", "900000, REPLICATED", "1000000, PARTITIONED"})
    void theHintIsTooHighWhereTheEngineWouldNotReplicate(String rows, String distribution) {
        QuiltBucket bucket = new QuiltBucket("hint-" + rows);
        Map<String, String> parameters = new TreeMap<>(BucketTable.POINTERS.parameters());
        parameters.put("numRows", rows);
        create(BucketTable.MANIFESTS, bucket, BucketTable.MANIFESTS.parameters());
        create(BucketTable.POINTERS, bucket, parameters);

        assertThat(distributions(BucketView.OBJECTS.queryOver(bucket))).containsExactly(distribution);
    }

    private static List<String> distributions(String sql) {
        return plan(sql)
                .map(line -> DISTRIBUTION.matcher(line))
                .filter(Matcher::find)
                .map(line -> line.group(1))
                .toList();
    }

    private static long stages(String sql) {
        return plan(sql).filter(line -> line.matches("Fragment \\d+ \\[.*")).count();
    }

    private static Stream<String> plan(String sql) {
        return ResultTable.query(SharedEmbeddedAws.clients(), WORK_GROUP, DATABASE, "EXPLAIN (TYPE DISTRIBUTED) " + sql)
                .rows()
                .stream()
                .map(List::getFirst);
    }
}
