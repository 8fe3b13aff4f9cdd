package com.quiltdata.athena.snapshot;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.NodePackages;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.stepfunctions.StateMachineDefinition;
import com.quiltdata.athena.local.stepfunctions.StateMachineRun;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the state machine waits, tries again and gives up, on a clock of its own and without an engine: of Athena it sees
 * only what queries end with.
 */
class RefreshMachineTest {
    private static final int MOST_BYTES_OF_A_DEFINITION = 1_048_576;
    private static final int MOST_BYTES_OF_A_STATEMENT = 262_144;
    private static final String MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:refresh";
    private static final String EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:refresh:this";
    private static final String OLDER = "arn:aws:states:us-east-1:123456789012:execution:refresh:older";
    private static final double SECONDS_OF_A_QUERY = 4;
    private static final Map<String, String> SUBSTITUTIONS = Map.of(
            "ListExecutions", "arn:aws:states:::aws-sdk:sfn:listExecutions",
            "GetObject", "arn:aws:states:::aws-sdk:s3:getObject",
            "StartQueryExecution", "arn:aws:states:::athena:startQueryExecution",
            "GetQueryExecution", "arn:aws:states:::athena:getQueryExecution",
            "GetQueryResults", "arn:aws:states:::athena:getQueryResults",
            "ScheduledMachine", "scheduled",
            "WorkGroup", "workgroup",
            "Database", "database");

    /** When each statement was started, and its text. */
    private final List<Double> starts = new ArrayList<>();

    private final List<String> statements = new ArrayList<>();
    private IntFunction<String> failures = number -> null;
    private String reason = "";
    private int listings;
    private int listingsWithAnOlderOne;
    private double now;
    private StateMachineRun run;

    /**
     * Events and transitions are those of AWS's limits and bill. Each query takes
     * four seconds; two are a bucket's, and four the table's, and one more for each hundred buckets.
     */
    @ParameterizedTest(name = "{0} buckets: {1} s, {2} transitions, {3} queries")
    @CsvSource({"1, 30, 81, 6", "25, 270, 633, 54", "479, 4830, 11111, 966"})
    void aPassWithoutChangesTakes(int buckets, int seconds, int transitions, int queries) {
        JsonNode end = run("{}", buckets);

        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        assertThat(List.of((int) now, run.transitions(), statements.size()))
                .containsExactly(seconds, transitions, queries);
        assertThat(run.mostEvents()).isLessThan(StateMachineRun.MOST_EVENTS / 2);
    }

    @Test
    void aStatementThatAnotherCommitCameBeforeIsTriedAgainHalfAMinuteLaterAndLater() {
        reason = "Some words. ICEBERG_COMMIT_ERROR: Failed to commit";
        failures = statement -> statements.size() < 6 ? "FAILED" : null;

        JsonNode end = run("{}", 1);

        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        for (int number = 1; number < 5; number++) {
            assertThat(starts.get(number) - starts.get(number - 1)).isBetween(30.0, 30 + 60 * Math.pow(1.3, number));
        }
    }

    @ParameterizedTest(name = "{0}: {1} statements")
    @CsvSource(delimiter = '|', textBlock = """
            ICEBERG_COMMIT_ERROR: Failed to commit                            | 8
            HIVE_CANNOT_OPEN_SPLIT: SlowDown (Status Code: 503)               | 8
            TABLE_NOT_FOUND: line 1:1: Table 'x' does not exist               | 1
            ICEBERG_VACUUM_MORE_RUNS_NEEDED: Removed 20000 files in this run  | 51
            """)
    void whatFailsForGoodFailsOnce(String words, int attempts) {
        reason = words;
        failures = statement -> "FAILED";

        JsonNode end = run("{}", 1);

        assertThat(end.path("error").asText()).isEqualTo("BucketsNotRefreshed");
        assertThat(end.path("cause").asText()).isEqualTo("quilt_snapshot_rows: " + words);
        assertThat(statements).hasSize(attempts);
    }

    /** However long the statement is that it failed with. */
    @Test
    void theReasonIsAthenasAndNotTheStatement() {
        reason = "DIVISION_BY_ZERO: " + "long ".repeat(1_000);
        failures = statement -> statements.size() == 3 ? "FAILED" : null;

        assertThat(run("{}", 1_000).path("cause").asText())
                .startsWith("quilt_snapshot_rows: DIVISION_BY_ZERO: long long")
                .hasSize("quilt_snapshot_rows: ".length() + 400);
    }

    @Test
    void anExecutionEndsAtOnceWhileAnOlderOneRunsAndSaysSo() {
        listingsWithAnOlderOne = 1;

        JsonNode end = run("{}", 1);

        assertThat(end.path("error").asText()).isEqualTo("AnotherRefreshRuns");
        assertThat(end.path("cause").asText()).endsWith(OLDER);
        assertThat(statements).isEmpty();
    }

    @Test
    void eventsWaitForTheirTurn() {
        listingsWithAnOlderOne = 3;

        JsonNode end = run("""
                [{"bucket": "%s", "key": ".quilt/named_packages/u/n/latest"},
                 {"bucket": "other", "key": ".quilt/named_packages/u/n/latest"}]
                """.formatted(buckets(1).getFirst().name()), 1);

        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        assertThat(starts.getFirst()).isEqualTo(45);
        assertThat(statements).hasSize(2).first().asString().contains("VALUES ('u', 'n', 'latest', '" + "a".repeat(64));
    }

    @Test
    void whatIsRebuiltIsConfigured() {
        assertThat(run("{\"rebuild\": [\"missing\"]}", 1).path("error").asText())
                .isEqualTo("NoSuchBucket");
    }

    /** By the language's schema, and each expression by the reference implementation of JSONata. */
    @Test
    void theDefinitionIsValid() throws Exception {
        assertThat(NodePackages.install("state-machine").run("validate.js", List.of(), Map.of(), definition(2)))
                .isEmpty();
    }

    @Test
    void theDefinitionForTheMostBucketsFits() {
        assertThat(definition(SnapshotRefresh.MOST_BUCKETS)).hasSizeLessThan(MOST_BYTES_OF_A_DEFINITION);
        assertThat(SnapshotStatements.removeOthers(buckets(SnapshotRefresh.MOST_BUCKETS)))
                .hasSizeLessThan(MOST_BYTES_OF_A_STATEMENT);
        failures = statement -> statements.size() == 20 ? "FAILED" : null;
        assertThat(run("{}", SnapshotRefresh.MOST_BUCKETS).path("error").asText())
                .isEqualTo("BucketsNotRefreshed");
    }

    /** Each of the added buckets is a partition of the table, and Athena writes to 100 in a statement. */
    @Test
    void bucketsAreAddedAHundredAtOnce() {
        assertThat(SnapshotStatements.bucketsToAdd(buckets(201)))
                .extracting(rows -> rows.split(", ").length)
                .containsExactly(100, 100, 1);
    }

    /** What Athena tells of a query has its text in it. */
    @Test
    void whatIsToldOfTheLongestStatementFits() {
        String manifest = "'s3://%s/.quilt/packages/%s'".formatted("b".repeat(63), "0".repeat(64));
        String manifests = IntStream.range(0, SnapshotStatements.MOST_NAMED_MANIFESTS)
                .mapToObj(number -> manifest)
                .collect(Collectors.joining(", ", "IN (", ")"));
        String names = "IN (" + "n".repeat(SnapshotStatements.MOST_OF_NAMES) + ")";
        String statement = SnapshotStatements.copy()
                .replace(SnapshotStatements.PATHS, manifests)
                .replace(SnapshotStatements.NAMES, names);

        assertThat(object().put("Query", statement).toString()).hasSizeLessThan(MOST_BYTES_OF_A_STATEMENT - 10_000);
    }

    private JsonNode run(String input, int buckets) {
        run = new StateMachineRun(
                StateMachineDefinition.parse(definition(buckets)), this::call, this::pause, MACHINE, EXECUTION);
        run.run(AwsJson.parse(input));
        return run.describe();
    }

    private static String definition(int buckets) {
        String definition = RefreshDefinition.json(buckets(buckets), SUBSTITUTIONS.keySet());
        for (Map.Entry<String, String> substitution : SUBSTITUTIONS.entrySet()) {
            definition = definition.replace("${" + substitution.getKey() + "}", substitution.getValue());
        }
        return definition;
    }

    private void pause(double seconds) {
        now += seconds;
    }

    private ObjectNode call(String integration, ObjectNode arguments) {
        int query = arguments.path("QueryExecutionId").asInt();
        ObjectNode answer = object();
        switch (integration) {
            case "aws-sdk:sfn:listExecutions" -> {
                ArrayNode executions = answer.putArray("Executions");
                if (arguments.path("StateMachineArn").asText().equals(MACHINE)) {
                    executions
                            .addObject()
                            .put("ExecutionArn", ++listings > listingsWithAnOlderOne ? EXECUTION : OLDER)
                            .put("StartDate", "2026-11-27T00:00:00Z");
                }
            }
            case "aws-sdk:s3:getObject" -> answer.put("Body", "a".repeat(64) + "\n");
            case "athena:startQueryExecution" -> {
                answer.put("QueryExecutionId", String.valueOf(statements.size()));
                starts.add(now);
                statements.add(arguments.path("QueryString").asText());
            }
            case "athena:getQueryExecution" -> {
                String end = Optional.ofNullable(failures.apply(query)).orElse("SUCCEEDED");
                answer.putObject("QueryExecution")
                        .put("Query", statements.get(query))
                        .putObject("Status")
                        .put("State", now < starts.get(query) + SECONDS_OF_A_QUERY ? "RUNNING" : end)
                        .put("StateChangeReason", reason);
            }
            default -> {
                String statement = statements.get(query);
                List<String> row = statement.contains("\"parts\"\n")
                        ? List.of("{}")
                        : statement.contains("$partitions") ? List.of("[]", "false") : List.of("0", "false", "", "");
                ArrayNode rows = answer.putObject("ResultSet").putArray("Rows");
                rows.addObject().putArray("Data");
                ArrayNode data = rows.addObject().putArray("Data");
                row.forEach(value -> data.addObject().put("VarCharValue", value));
            }
        }
        return answer;
    }

    private static List<QuiltBucket> buckets(int number) {
        return IntStream.range(0, number)
                .mapToObj(bucket -> new QuiltBucket("b".repeat(59) + "%04d".formatted(bucket)))
                .toList();
    }
}
