package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.athena.Queries.ATHENA;
import static com.quiltdata.athena.local.athena.Queries.results;
import static com.quiltdata.athena.local.athena.Queries.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.athena.model.AthenaError;
import software.amazon.awssdk.services.athena.model.ColumnInfo;
import software.amazon.awssdk.services.athena.model.Datum;
import software.amazon.awssdk.services.athena.model.GetQueryResultsResponse;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;

class AthenaQueryTest {
    private static final String WORK_GROUP = "athena-query-test";
    private static Queries queries;

    @BeforeAll
    static void createWorkGroup() {
        queries = Queries.create(WORK_GROUP);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            true                                                           | true                     | boolean
            7                                                              | 7                        | integer
            BIGINT '9000000000'                                            | 9000000000               | bigint
            1E20                                                           | 1.0E20                   | double
            REAL '1.5'                                                     | 1.5                      | float
            DECIMAL '12.50'                                                | 12.50                    | decimal
            'it''s "quoted"'                                               | it's "quoted"            | varchar
            DATE '2026-01-02'                                              | 2026-01-02               | date
            TIMESTAMP '2026-01-02 03:04:05.678'                            | 2026-01-02 03:04:05.678  | timestamp
            X'01FF'                                                        | 01 ff                    | varbinary
            ARRAY['a', NULL, 'b c']                                        | [a, null, b c]           | array
            MAP(ARRAY[10, 9], ARRAY['j', 'k'])                             | {9=k, 10=j}              | map
            MAP(ARRAY['k', 'j'], ARRAY[1, 2])                              | {j=2, k=1}               | map
            CAST(ROW('SHA256', 'abc') AS ROW(type varchar, value varchar)) | {type=SHA256, value=abc} | row
            ROW(1, 'x')                                                    | {1, x}                   | row
            JSON '{"a":1}'                                                 | {"a":1}                  | json
            """)
    void aValueHasTheTextAndTheTypeNameOfAthena(String expression, String text, String type) throws Exception {
        GetQueryResultsResponse results = results(queries.run("SELECT " + expression + " AS value"));

        assertThat(values(results)).containsExactly(List.of("value"), List.of(text));
        assertThat(results.resultSet().resultSetMetadata().columnInfo())
                .extracting(ColumnInfo::type)
                .containsExactly(type);
    }

    @Test
    void nullHasNoText() throws Exception {
        GetQueryResultsResponse results = results(queries.run("SELECT CAST(NULL AS varchar) AS nothing, '' AS empty"));

        assertThat(results.resultSet().rows().get(1).data())
                .containsExactly(
                        Datum.builder().build(),
                        Datum.builder().varCharValue("").build());
    }

    @Test
    void aTableOfResultsIsACsvInTheOutputLocation() throws Exception {
        QueryExecution query =
                queries.run("SELECT 1 AS i, 'a\"b' AS q, CAST(NULL AS varchar) AS n, '' AS e, 'é\nü' AS u");

        assertThat(query.resultConfiguration().outputLocation())
                .isEqualTo("s3://" + WORK_GROUP + "/" + query.queryExecutionId() + ".csv");
        assertThat(SharedEmbeddedAws.text(WORK_GROUP, query.queryExecutionId() + ".csv"))
                .isEqualTo("\"i\",\"q\",\"n\",\"e\",\"u\"\n\"1\",\"a\"\"b\",,\"\",\"é\nü\"\n");
    }

    @Test
    void theHeaderCountsAsTheFirstRowOfTheFirstPage() throws Exception {
        String id = queries.run("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n")
                .queryExecutionId();

        List<GetQueryResultsResponse> pages = ATHENA.getQueryResultsPaginator(get -> get.queryExecutionId(id)).stream()
                .toList();

        assertThat(pages).extracting(page -> page.resultSet().rows().size()).containsExactly(1000, 1000, 501);
        assertThat(pages.stream().flatMap(page -> values(page).stream()).map(List::getFirst))
                .containsExactlyElementsOf(IntStream.rangeClosed(0, 2500)
                        .mapToObj(n -> n == 0 ? "n" : Integer.toString(n))
                        .toList());
    }

    @Test
    void pagesAreAsSmallAsAskedAndAFullOneIsNeverTheLast() throws Exception {
        String id = queries.run("SELECT 'ä, \"ö\"' AS a, n FROM UNNEST(sequence(1, 3)) AS t (n) ORDER BY n")
                .queryExecutionId();

        List<GetQueryResultsResponse> pages =
                ATHENA.getQueryResultsPaginator(get -> get.queryExecutionId(id).maxResults(2)).stream()
                        .toList();

        assertThat(pages.stream().map(Queries::values))
                .containsExactly(
                        List.of(List.of("a", "n"), List.of("ä, \"ö\"", "1")),
                        List.of(List.of("ä, \"ö\"", "2"), List.of("ä, \"ö\"", "3")),
                        List.of());
    }

    @Test
    void aSemicolonMayEndAStatement() throws Exception {
        assertThat(queries.values("SELECT 1 AS one;\n")).containsExactly(List.of("one"), List.of("1"));
    }

    @Test
    void parametersTakeThePlaceOfQuestionMarks() throws Exception {
        QueryExecution query =
                Queries.run(queries.request("SELECT ? AS text, ? + 1 AS number").executionParameters("'it''s'", "41"));

        assertThat(values(results(query))).containsExactly(List.of("text", "number"), List.of("it's", "42"));
    }

    @Test
    void aFailedQueryTellsTheEnginesReason() throws Exception {
        QueryExecution query = queries.run("SELECT nope FROM (VALUES 1) AS t (yes)");

        String reason = "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved";
        assertThat(query.status().state()).isEqualTo(QueryExecutionState.FAILED);
        assertThat(query.status().stateChangeReason()).isEqualTo(reason);
        assertThat(query.status().athenaError())
                .isEqualTo(AthenaError.builder()
                        .errorCategory(2)
                        .errorType(1006)
                        .retryable(false)
                        .errorMessage(reason)
                        .build());
    }

    @Test
    void aResultThatCannotBeWrittenFailsTheQuery() throws Exception {
        new Queries("no-such-bucket").createWorkGroup("no-bucket");

        QueryExecution query = Queries.run(queries.request("SELECT 1").workGroup("no-bucket"));

        assertThat(query.status().state()).isEqualTo(QueryExecutionState.FAILED);
        assertThat(query.status().stateChangeReason()).startsWith("The specified bucket does not exist");
    }

    @Test
    void anEnforcedWorkgroupsOutputLocationWins() throws Exception {
        QueryExecution query = Queries.run(
                queries.request("SELECT 1").resultConfiguration(results -> results.outputLocation("s3://elsewhere/")));

        assertThat(query.resultConfiguration().outputLocation())
                .isEqualTo("s3://" + WORK_GROUP + "/" + query.queryExecutionId() + ".csv");
    }

    @Test
    void aQueryStringHasAtMost262144Bytes() throws Exception {
        String fits = "SELECT 1 AS one --" + "é".repeat((262_144 - 18) / 2);

        assertThat(queries.values(fits)).containsExactly(List.of("one"), List.of("1"));
        assertThatThrownBy(() -> queries.start(fits + "x"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Member must have length less than or equal to 262144");
    }

    @Test
    void aStoppedQueryIsCancelledInTheEngineToo() throws Exception {
        String id = queries.start("SELECT count(*) AS stopped FROM UNNEST(sequence(1, 10000)) CROSS JOIN"
                + " UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 10000))");
        String states =
                "SELECT DISTINCT state FROM system.runtime.queries" + " WHERE query LIKE 'SELECT count(*) AS stopped%'";
        awaitValues(states, List.of("RUNNING"));

        ATHENA.stopQueryExecution(stop -> stop.queryExecutionId(id));

        QueryExecution query = AwsClients.await(ATHENA, id);
        assertThat(query.status().state()).isEqualTo(QueryExecutionState.CANCELLED);
        assertThat(query.status().stateChangeReason()).isEqualTo("Query cancelled by user");
        assertThat(awaitValues(states, List.of("FAILED"))).containsExactly(List.of("state"), List.of("FAILED"));
    }

    @Test
    void queriesAreListedTheNewestFirst() throws Exception {
        queries.createWorkGroup("listed");
        List<String> ids = IntStream.range(0, 3)
                .mapToObj(n -> Queries.start(queries.request("SELECT 1").workGroup("listed")))
                .toList();

        List<String> listed =
                ATHENA
                        .listQueryExecutionsPaginator(
                                list -> list.workGroup("listed").maxResults(2))
                        .stream()
                        .flatMap(page -> page.queryExecutionIds().stream())
                        .toList();

        assertThat(listed).containsExactlyElementsOf(ids.reversed());
        assertThat(ATHENA.batchGetQueryExecution(get -> get.queryExecutionIds(ids))
                        .queryExecutions())
                .extracting(QueryExecution::queryExecutionId)
                .containsExactlyElementsOf(ids);
    }

    /** Runs a query until it has this one row besides its header. */
    private static List<List<String>> awaitValues(String sql, List<String> row) throws Exception {
        while (true) {
            List<List<String>> values = queries.values(sql);
            if (values.size() == 2 && values.get(1).equals(row)) {
                return values;
            }
            Thread.sleep(50);
        }
    }
}
