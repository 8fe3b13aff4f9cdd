package com.quiltdata.athena.local.athena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;

/**
 * What Athena says to requests that it does not take, in its own words where they are known.
 *
 * @see <a href="https://github.com/aoyagikouhei/athena-local/tree/main/docs/dev/measurements">what was measured on
 *     Athena</a>
 */
class AthenaRefusalsTest {
    private static final String WORK_GROUP = "athena-refusals-test";
    private static final String TOKEN = "a-token-has-from-32-to-128-characters-";
    private static final String LONG_QUERY = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) CROSS JOIN"
            + " UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 10000))";
    private static final AthenaClient ATHENA = SharedEmbeddedAws.athena();

    @BeforeAll
    static void createWorkGroup() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(WORK_GROUP));
        SharedEmbeddedAws.glue().createDatabase(create -> create.databaseInput(input -> input.name(WORK_GROUP)));
        ATHENA.createWorkGroup(create -> create.name(WORK_GROUP)
                .configuration(configuration -> configuration.resultConfiguration(
                        results -> results.outputLocation("s3://" + WORK_GROUP + "/"))));
    }

    static Stream<Arguments> pages() {
        return Stream.of(
                page(
                        "ListWorkGroups",
                        1,
                        ask -> ATHENA.listWorkGroups(
                                list -> list.maxResults(ask.size).nextToken(ask.token))),
                page(
                        "ListDataCatalogs",
                        2,
                        ask -> ATHENA.listDataCatalogs(
                                list -> list.maxResults(ask.size).nextToken(ask.token))),
                page(
                        "ListDatabases",
                        1,
                        ask -> ATHENA.listDatabases(list -> list.catalogName("AwsDataCatalog")
                                .maxResults(ask.size)
                                .nextToken(ask.token))),
                page(
                        "ListTableMetadata",
                        1,
                        ask -> ATHENA.listTableMetadata(list -> list.catalogName("AwsDataCatalog")
                                .databaseName(WORK_GROUP)
                                .maxResults(ask.size)
                                .nextToken(ask.token))),
                page(
                        "ListNamedQueries",
                        0,
                        ask -> ATHENA.listNamedQueries(
                                list -> list.maxResults(ask.size).nextToken(ask.token))),
                page(
                        "ListQueryExecutions",
                        0,
                        ask -> ATHENA.listQueryExecutions(
                                list -> list.maxResults(ask.size).nextToken(ask.token))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void aPageHasItsBounds(String operation, int smallest, Consumer<Ask> list) {
        list.accept(new Ask(smallest, null));
        list.accept(new Ask(50, null));

        String constraint = "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member"
                + " must have value ";
        assertRefused(
                () -> list.accept(new Ask(smallest - 1, null)),
                "INVALID_INPUT",
                constraint + "greater than or equal to " + smallest);
        assertRefused(() -> list.accept(new Ask(51, null)), "INVALID_INPUT", constraint + "less than or equal to 50");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void aTokenThatWasNeverGivenOutIsMalformed(String operation, int smallest, Consumer<Ask> list) {
        assertRefused(
                () -> list.accept(new Ask(null, "nonsense")),
                "INVALID_INPUT",
                "The nextPageToken is malformed: nonsense");
    }

    @Test
    void aPageOfAResultHasAtMost1000Rows() throws Exception {
        String id = run("SELECT 1");

        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(id).maxResults(1_001)),
                "INVALID_INPUT",
                "MaxResults is more than maximum allowed length 1000");
    }

    @Test
    void aTokenIsForTheResultThatGaveItOut() throws Exception {
        String first = run("SELECT 1");
        String second = run("SELECT 1");
        String token = ATHENA.getQueryResults(get -> get.queryExecutionId(first).maxResults(1))
                .nextToken();

        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(second).nextToken(token)),
                "INVALID_INPUT",
                "Malformed nextPageToken " + token);
    }

    @ParameterizedTest
    @CsvSource({"nonsense", "3", "3:3"})
    void aResultHasNoPageForAnotherToken(String token) throws Exception {
        String id = run("SELECT 1");

        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(id).nextToken(token)),
                "INVALID_INPUT",
                "Malformed nextPageToken " + token);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.maxResults(0).nextToken("")),
                "INVALID_INPUT",
                "3 validation errors detected:"
                        + " Value at 'nextToken' failed to satisfy constraint: Member must have length greater than or"
                        + " equal to 1;"
                        + " Value at 'maxResults' failed to satisfy constraint: Member must have value greater than or"
                        + " equal to 1;"
                        + " Value null at 'queryExecutionId' failed to satisfy constraint: Member must not be null");
    }

    static Stream<Arguments> batches() {
        return Stream.of(
                Arguments.of("namedQueryIds", (Consumer<List<String>>)
                        ids -> ATHENA.batchGetNamedQuery(get -> get.namedQueryIds(ids))),
                Arguments.of("queryExecutionIds", (Consumer<List<String>>)
                        ids -> ATHENA.batchGetQueryExecution(get -> get.queryExecutionIds(ids))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("batches")
    void aBatchHasFromOneToFiftyIds(String field, Consumer<List<String>> batchGet) {
        batchGet.accept(Collections.nCopies(50, "absent"));

        String constraint = "1 validation error detected: Value at '" + field
                + "' failed to satisfy constraint: Member must have length ";
        assertRefused(() -> batchGet.accept(List.of()), "INVALID_INPUT", constraint + "greater than or equal to 1");
        assertRefused(
                () -> batchGet.accept(Collections.nCopies(51, "absent")),
                "INVALID_INPUT",
                constraint + "less than or equal to 50");
    }

    @Test
    void aSavedQuerysTextsHaveTheirBounds() {
        assertRefused(
                () -> ATHENA.createNamedQuery(
                        create -> create.name("").queryString("SELECT 1").description("d".repeat(1_025))),
                "INVALID_INPUT",
                "3 validation errors detected:"
                        + " Value null at 'database' failed to satisfy constraint: Member must not be null;"
                        + " Value at 'name' failed to satisfy constraint: Member must have length greater than or equal"
                        + " to 1;"
                        + " Value at 'description' failed to satisfy constraint: Member must have length less than or"
                        + " equal to 1024");
    }

    static Stream<Arguments> absent() {
        return Stream.of(
                absent(
                        "INVALID_INPUT",
                        "WorkGroup is not found.",
                        () -> ATHENA.getWorkGroup(get -> get.workGroup("absent"))),
                absent(
                        "INVALID_INPUT",
                        "WorkGroup is not found.",
                        () -> ATHENA.listNamedQueries(list -> list.workGroup("absent"))),
                absent(
                        "INVALID_INPUT",
                        "WorkGroup is not found.",
                        () -> ATHENA.listQueryExecutions(list -> list.workGroup("absent"))),
                absent(
                        "INVALID_INPUT",
                        "DataCatalog absent was not found",
                        () -> ATHENA.listDatabases(list -> list.catalogName("absent"))),
                absent(
                        "INVALID_INPUT",
                        "DataCatalog AwsDataCatalog was not found",
                        () -> ATHENA.getDataCatalog(get -> get.name("AwsDataCatalog"))),
                absent(
                        "NAMED_QUERY_NOT_FOUND",
                        "Named query absent was not found",
                        () -> ATHENA.getNamedQuery(get -> get.namedQueryId("absent"))),
                absent(
                        "QUERY_EXECUTION_NOT_FOUND",
                        "QueryExecution absent was not found",
                        () -> ATHENA.getQueryExecution(get -> get.queryExecutionId("absent"))),
                absent(
                        "QUERY_EXECUTION_NOT_FOUND",
                        "QueryExecution absent was not found",
                        () -> ATHENA.getQueryResults(get -> get.queryExecutionId("absent"))),
                absent(
                        "QUERY_EXECUTION_NOT_FOUND",
                        "QueryExecution absent was not found",
                        () -> ATHENA.stopQueryExecution(stop -> stop.queryExecutionId("absent"))));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("absent")
    void whatIsNotThereIsNotFound(String code, String message, ThrowingCallable call) {
        assertRefused(call, code, message);
    }

    @Test
    void aResultIsNotThereBeforeItsQueryHasSucceeded() throws Exception {
        String id = start(LONG_QUERY);
        while (!ATHENA.getQueryExecution(get -> get.queryExecutionId(id))
                .queryExecution()
                .status()
                .stateAsString()
                .equals("RUNNING")) {
            Thread.sleep(10);
        }

        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(id)),
                "INVALID_QUERY_EXECUTION_STATE",
                "Query has not yet finished. Current state: RUNNING");

        ATHENA.stopQueryExecution(stop -> stop.queryExecutionId(id));
        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(id)),
                "RESULT_NOT_FOUND",
                "Could not find results");
    }

    @Test
    void aFailedQueryHasNoResult() throws Exception {
        String id = run("SELECT 1 / 0");

        assertRefused(
                () -> ATHENA.getQueryResults(get -> get.queryExecutionId(id)),
                "INVALID_QUERY_EXECUTION_STATE",
                "Query did not finish successfully. Final query state: FAILED");
    }

    @ParameterizedTest
    @CsvSource({"31, greater than or equal to 32", "129, less than or equal to 128"})
    void aTokenHasFrom32To128Characters(int length, String rule) {
        assertRefused(
                () -> ATHENA.startQueryExecution(request("SELECT 1")
                        .clientRequestToken("t".repeat(length))
                        .build()),
                "INVALID_INPUT",
                "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must"
                        + " have length " + rule);
    }

    @Test
    void theSameTokenStartsAQueryOnce() {
        String first = start(request("SELECT 1").clientRequestToken(TOKEN + "once"));

        assertThat(start(request("SELECT 1").clientRequestToken(TOKEN + "once")))
                .isEqualTo(first);
    }

    @Test
    void theSameTokenWithAnExplicitLocationThatTheWorkgroupOverridesIsTheSameQuery() {
        String first = start(request("SELECT 1").clientRequestToken(TOKEN + "location"));

        assertThat(start(request("SELECT 1")
                        .resultConfiguration(results -> results.outputLocation("s3://elsewhere/"))
                        .clientRequestToken(TOKEN + "location")))
                .isEqualTo(first);
    }

    static Stream<Arguments> differences() {
        return Stream.of(
                difference("SQL", start -> start.queryString("SELECT 2")),
                difference(
                        "catalog",
                        start -> start.queryExecutionContext(
                                context -> context.catalog("AWSDATACATALOG").database("default"))),
                difference(
                        "database",
                        start -> start.queryExecutionContext(context -> context.catalog("AwsDataCatalog"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void theSameTokenIsForTheSameQuery(String what, Consumer<StartQueryExecutionRequest.Builder> change) {
        StartQueryExecutionRequest.Builder first = request("SELECT 1")
                .queryExecutionContext(
                        context -> context.catalog("AwsDataCatalog").database("default"))
                .clientRequestToken(TOKEN + what);
        start(first);

        change.accept(first);

        assertRefused(() -> start(first), "IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match");
    }

    @Test
    void aStatementThatDoesNotParseIsToldBeforeItsTokenIsCompared() {
        start(request("SELECT 1").clientRequestToken(TOKEN + "malformed"));

        InvalidRequestException refusal =
                refusal(() -> start(request("SELEC 1").clientRequestToken(TOKEN + "malformed")));

        assertThat(refusal.athenaErrorCode()).isEqualTo("MALFORMED_QUERY");
        assertThat(refusal.awsErrorDetails().errorMessage())
                .startsWith("line 1:1: mismatched input 'SELEC'. Expecting: 'ALTER'");
    }

    private static Arguments page(String operation, int smallest, Consumer<Ask> list) {
        return Arguments.of(operation, smallest, list);
    }

    private static Arguments absent(String code, String message, ThrowingCallable call) {
        return Arguments.of(code, message, call);
    }

    private static Arguments difference(String what, Consumer<StartQueryExecutionRequest.Builder> change) {
        return Arguments.of(what, change);
    }

    private static void assertRefused(ThrowingCallable call, String code, String message) {
        InvalidRequestException refusal = refusal(call);
        assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(message);
        assertThat(refusal.athenaErrorCode()).isEqualTo(code);
    }

    private static InvalidRequestException refusal(ThrowingCallable call) {
        return catchThrowableOfType(InvalidRequestException.class, call);
    }

    private static StartQueryExecutionRequest.Builder request(String sql) {
        return StartQueryExecutionRequest.builder().workGroup(WORK_GROUP).queryString(sql);
    }

    private static String start(String sql) {
        return start(request(sql));
    }

    private static String start(StartQueryExecutionRequest.Builder request) {
        return ATHENA.startQueryExecution(request.build()).queryExecutionId();
    }

    private static String run(String sql) throws InterruptedException {
        return SharedEmbeddedAws.await(ATHENA, start(sql)).queryExecutionId();
    }

    /** A request for a page; null where it says nothing. */
    private record Ask(Integer size, String token) {}
}
