package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.athena.Queries.ATHENA;
import static com.quiltdata.athena.local.athena.Queries.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;

/** What Athena says to requests that it does not take: those of {@code refusals.txt}, and those that come after others. */
class AthenaRefusalsTest {
    private static final String TOKEN = "a-token-has-from-32-to-128-characters-";
    private static final String LONG_QUERY = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) CROSS JOIN"
            + " UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 10000))";

    private static Queries queries;
    private static String succeeded;
    private static String failed;
    private static String token;

    @BeforeAll
    static void createWorkGroup() {
        queries = Queries.create("athena-refusals-test");
        succeeded = queries.run("SELECT 1").queryExecutionId();
        failed = queries.run("SELECT 1 / 0").queryExecutionId();
        String another = queries.run("SELECT 1").queryExecutionId();
        token = ATHENA.getQueryResults(get -> get.queryExecutionId(another).maxResults(1))
                .nextToken();
    }

    static Stream<String> refusals() {
        return Stream.of(TestFiles.resource(AthenaRefusalsTest.class, "refusals.txt")
                        .split("\n\n"))
                .map(block -> block.replaceAll("(?m)^#.*\n?", ""))
                .filter(block -> !block.isBlank());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void aRequestIsRefused(String refusal) {
        String[] call = named(refusal).strip().split("[ \n]", 2);
        String[] requestAndAnswer = call[1].split("\n");

        assertThat(refusal(call[0], requestAndAnswer[0])).isEqualTo(requestAndAnswer[1]);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', emptyValue = "", textBlock = """
            ListWorkGroups      | 1 | ''
            ListDataCatalogs    | 2 | ''
            ListDatabases       | 1 | ', "CatalogName": "AwsDataCatalog"'
            ListTableMetadata   | 1 | ', "CatalogName": "AwsDataCatalog", "DatabaseName": "athena_refusals_test"'
            ListNamedQueries    | 0 | ''
            ListQueryExecutions | 0 | ''
            """)
    void aPageHasItsBoundsAndItsToken(String operation, int smallest, String more) {
        String constraint =
                "INVALID_INPUT: 1 validation error detected: Value at 'maxResults' failed to satisfy constraint:"
                        + " Member must have value ";
        String size = "{\"MaxResults\": %d" + more + "}";

        assertThat(refusal(operation, size.formatted(smallest))).isEmpty();
        assertThat(refusal(operation, size.formatted(50))).isEmpty();
        assertThat(refusal(operation, size.formatted(smallest - 1)))
                .isEqualTo(constraint + "greater than or equal to " + smallest);
        assertThat(refusal(operation, size.formatted(51))).isEqualTo(constraint + "less than or equal to 50");
        assertThat(refusal(operation, "{\"NextToken\": \"nonsense\"" + more + "}"))
                .isEqualTo("INVALID_INPUT: The nextPageToken is malformed: nonsense");
    }

    @ParameterizedTest
    @CsvSource({"BatchGetNamedQuery, NamedQueryIds", "BatchGetQueryExecution, QueryExecutionIds"})
    void aBatchMayHaveFiftyIds(String operation, String ids) {
        assertThat(refusal(operation, named("{\"" + ids + "\": [<50 ids>]}"))).isEmpty();
    }

    @Test
    void aQueryNeedsAnOutputLocation() {
        assertThat(refusal(() -> start(StartQueryExecutionRequest.builder().queryString("SELECT 1")))
                        .awsErrorDetails()
                        .errorMessage())
                .startsWith("No output location provided.");
    }

    @Test
    void aResultIsNotThereBeforeItsQueryHasSucceeded() throws Exception {
        String id = queries.start(LONG_QUERY);
        while (ATHENA.getQueryExecution(get -> get.queryExecutionId(id))
                        .queryExecution()
                        .status()
                        .state()
                == QueryExecutionState.QUEUED) {
            Thread.sleep(10);
        }
        String request = "{\"QueryExecutionId\": \"" + id + "\"}";

        assertThat(refusal("GetQueryResults", request))
                .isEqualTo("INVALID_QUERY_EXECUTION_STATE: Query has not yet finished. Current state: RUNNING");
        ATHENA.stopQueryExecution(stop -> stop.queryExecutionId(id));
        assertThat(refusal("GetQueryResults", request)).isEqualTo("RESULT_NOT_FOUND: Could not find results");
    }

    @Test
    void theSameTokenStartsAQueryOnceWhateverTheLocationThatTheWorkgroupOverrides() {
        StartQueryExecutionRequest.Builder request = queries.request("SELECT 1").clientRequestToken(TOKEN + "once");
        String first = start(request);

        assertThat(start(request)).isEqualTo(first);
        assertThat(start(request.resultConfiguration(results -> results.outputLocation("s3://elsewhere/"))))
                .isEqualTo(first);
    }

    static Stream<Arguments> differences() {
        return Stream.<Consumer<StartQueryExecutionRequest.Builder>>of(
                        start -> start.queryString("SELECT 2"),
                        start -> start.queryExecutionContext(
                                context -> context.catalog("AWSDATACATALOG").database(queries.database())),
                        start -> start.queryExecutionContext(context -> context.catalog("AwsDataCatalog")))
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("differences")
    void theSameTokenIsForTheSameQuery(Consumer<StartQueryExecutionRequest.Builder> change) {
        StartQueryExecutionRequest.Builder request =
                queries.request("SELECT 1").clientRequestToken(TOKEN + "difference");
        start(request);

        change.accept(request);

        InvalidRequestException refusal = refusal(() -> start(request));
        assertThat(refusal.athenaErrorCode()).isEqualTo("IDEMPOTENT_PARAMETER_MISMATCH");
        assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo("Idempotent parameters do not match");
    }

    @Test
    void aStatementThatDoesNotParseIsToldBeforeItsTokenIsCompared() {
        start(queries.request("SELECT 1").clientRequestToken(TOKEN + "malformed"));

        InvalidRequestException refusal =
                refusal(() -> start(queries.request("SELEC 1").clientRequestToken(TOKEN + "malformed")));

        assertThat(refusal.athenaErrorCode()).isEqualTo("MALFORMED_QUERY");
        assertThat(refusal.awsErrorDetails().errorMessage())
                .startsWith("line 1:1: mismatched input 'SELEC'. Expecting: 'ALTER'");
    }

    /** Fills in what the table has short words for. */
    private static String named(String text) {
        String filled = text.replace("\"succeeded\"", '"' + succeeded + '"')
                .replace("\"failed\"", '"' + failed + '"')
                .replaceAll("(?<=Token\": \")token(?=\")|(?<=nextPageToken )token$", Matcher.quoteReplacement(token));
        filled = Pattern.compile("<(\\d+) characters>")
                .matcher(filled)
                .replaceAll(count -> "x".repeat(Integer.parseInt(count.group(1))));
        return Pattern.compile("<(\\d+) ids>")
                .matcher(filled)
                .replaceAll(count ->
                        String.join(", ", Collections.nCopies(Integer.parseInt(count.group(1)), "\"absent\"")));
    }

    /** Why a request is refused: the code and the message; empty if it is not. */
    private static String refusal(String operation, String request) {
        JsonNode answer = SharedEmbeddedAws.ask("AmazonAthena." + operation, request);
        return answer.has("__type")
                ? answer.path("AthenaErrorCode").asText() + ": "
                        + answer.path("Message").asText()
                : "";
    }

    private static InvalidRequestException refusal(ThrowingCallable call) {
        return catchThrowableOfType(InvalidRequestException.class, call);
    }
}
