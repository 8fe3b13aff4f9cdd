package com.quiltdata.athena.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The failure matrix: what Athena answers over HTTP, for a create, an update and a delete, and what the handler makes of
 * it with the very client that it is deployed with. Where Athena's words are those of its engine, they were taken from
 * the engine.
 */
class ViewHandlerFailureTest {
    private static final Duration DEADLINE = Duration.ofSeconds(260);

    /** The longest that denials are ridden out, and the pause in which two minutes are over. */
    private static final Duration DENIED_FOR = Duration.ofMillis(122_700);

    private static final String THROTTLED = "Rate exceeded (ThrottlingException)";
    private static final String TOO_MANY = "You have exceeded the limit for the number of queries you can run"
            + " concurrently. Please reduce the number of concurrent queries submitted by this account.";
    private static final String LAST_ERROR = "no success within 260 seconds; the last error was: ";
    private static final String NOT_THROTTLED = "; what to do: deploy again when the account's services are less busy";
    private static final String FEWER_QUERIES =
            "; what to do: deploy again when fewer queries are active, or have the quota of active DDL queries raised";
    private static final String GRANT = "; what to do: grant the view handler's role what is missing";
    private static final String NOT_LATE = "; what to do: see what else runs in the workgroup, and deploy again";

    private final FakeAthena athena = new FakeAthena();
    private final FakeContext context = new FakeContext();
    private final ViewHandler handler = new ViewHandler(athena.client(), context, () -> 0);

    @AfterEach
    void close() {
        athena.close();
    }

    /**
     * A row of the matrix.
     *
     * @param name what goes wrong
     * @param faults what Athena answers
     * @param operations what is sent to Athena, in order, with how often if more than once in turn
     * @param reason why a create or update fails, after the view's name; null if it succeeds
     * @param deleteReason why a delete fails; null if it succeeds
     * @param waits for how long the failure is ridden out; null if it is for less than a second
     */
    private record Row(
            String name,
            Consumer<FakeAthena> faults,
            String operations,
            String reason,
            String deleteReason,
            Duration waits) {

        static Row row(String name, Consumer<FakeAthena> faults) {
            return new Row(name, faults, null, null, null, null);
        }

        Row sends(String sent) {
            return new Row(name, faults, sent, reason, deleteReason, waits);
        }

        /** Every type of request fails for this reason. */
        Row failsWith(String why) {
            return new Row(name, faults, operations, why, why, waits);
        }

        Row untilTheDeadline() {
            return after(DEADLINE);
        }

        Row after(Duration waited) {
            return new Row(name, faults, operations, reason, deleteReason, waited);
        }

        Row butADeleteSucceeds() {
            return new Row(name, faults, operations, reason, null, waits);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Row> matrix() {
        return List.of(
                Row.row(
                                "throttled once",
                                athena -> athena.refusesTo("Start", 400, "ThrottlingException", "Rate exceeded")
                                        .starts("q1")
                                        .finds("SUCCEEDED"))
                        .sends("Start×2 Get"),
                Row.row(
                                "throttled once while it waits",
                                athena -> athena.starts("q1")
                                        .refusesTo("Get", 400, "ThrottlingException", "Rate exceeded")
                                        .finds("SUCCEEDED"))
                        .sends("Start Get×2"),
                Row.row(
                                "throttled until the deadline",
                                athena -> athena.refusesTo("Start", 400, "ThrottlingException", "Rate exceeded"))
                        .sends("Start×33")
                        .failsWith(": " + LAST_ERROR + THROTTLED + NOT_THROTTLED)
                        .untilTheDeadline(),
                Row.row(
                                "throttled until the deadline while it waits",
                                athena -> athena.starts("q1")
                                        .refusesTo("Get", 400, "ThrottlingException", "Rate exceeded")
                                        .stops())
                        .sends("Start Get×33 Stop")
                        .failsWith(" (query q1): " + LAST_ERROR + THROTTLED + "; the query was stopped" + NOT_THROTTLED)
                        .untilTheDeadline(),
                Row.row(
                                "too many active queries",
                                athena -> athena.refusesTo(
                                                "Start",
                                                400,
                                                "TooManyRequestsException",
                                                TOO_MANY,
                                                "Reason",
                                                "CONCURRENT_QUERY_LIMIT_EXCEEDED")
                                        .starts("q1")
                                        .finds("SUCCEEDED"))
                        .sends("Start×2 Get"),
                Row.row(
                                "too many active queries until the deadline",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "TooManyRequestsException",
                                        TOO_MANY,
                                        "Reason",
                                        "CONCURRENT_QUERY_LIMIT_EXCEEDED"))
                        .sends("Start×33")
                        .failsWith(": " + LAST_ERROR + TOO_MANY + " (TooManyRequestsException)" + FEWER_QUERIES)
                        .untilTheDeadline(),
                Row.row(
                                "a fault of the service",
                                athena -> athena.refusesTo("Start", 500, "InternalServerException", "Try again")
                                        .starts("q1")
                                        .finds("SUCCEEDED"))
                        .sends("Start×2 Get"),
                Row.row(
                                "a fault of the service while it waits",
                                athena -> athena.starts("q1")
                                        .refusesTo("Get", 500, "InternalServerException", "Try again")
                                        .finds("SUCCEEDED"))
                        .sends("Start Get×2"),
                Row.row(
                                "faults of the service until the deadline",
                                athena -> athena.refusesTo("Start", 503, "ServiceUnavailable", "Try again"))
                        .sends("Start×33")
                        .failsWith(": " + LAST_ERROR + "Try again (ServiceUnavailable)")
                        .untilTheDeadline(),
                Row.row(
                                "a dropped connection",
                                athena -> athena.dropsTheConnectionAt("Start")
                                        .starts("q1")
                                        .finds("SUCCEEDED"))
                        .sends("Start×2 Get"),
                Row.row(
                                "a dropped connection while it waits",
                                athena -> athena.starts("q1")
                                        .dropsTheConnectionAt("Get")
                                        .finds("SUCCEEDED"))
                        .sends("Start Get×2"),
                Row.row("dropped connections until the deadline", athena -> athena.dropsTheConnectionAt("Start"))
                        .sends("Start×33")
                        .failsWith(": " + LAST_ERROR
                                + "Unable to execute HTTP request: Unexpected end of file from server"
                                + " (SDK Attempt Count: 1)")
                        .untilTheDeadline(),
                Row.row(
                                "an answer that breaks off",
                                athena -> athena.breaksOffTheAnswerTo("Start")
                                        .starts("q1")
                                        .finds("SUCCEEDED"))
                        .sends("Start×2 Get"),
                Row.row(
                                "an answer that breaks off while it waits",
                                athena -> athena.starts("q1")
                                        .breaksOffTheAnswerTo("Get")
                                        .finds("SUCCEEDED"))
                        .sends("Start Get×2"),
                Row.row(
                                "access denied",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "AccessDeniedException",
                                        "You are not authorized to perform: athena:StartQueryExecution"))
                        .sends("Start×19")
                        .failsWith(": You are not authorized to perform: athena:StartQueryExecution"
                                + " (AccessDeniedException)" + GRANT)
                        .after(DENIED_FOR),
                Row.row(
                                "access denied while it waits",
                                athena -> athena.starts("q1")
                                        .refusesTo("Get", 400, "AccessDeniedException", "Not you")
                                        .refusesTo("Stop", 400, "AccessDeniedException", "Not you either"))
                        .sends("Start Get×19 Stop")
                        .failsWith(" (query q1): Not you (AccessDeniedException); the query could not be stopped:"
                                + " Not you either (AccessDeniedException)" + GRANT)
                        .after(DENIED_FOR),
                Row.row(
                                "access to the Data Catalog denied",
                                athena -> athena.starts("q1")
                                        .findsFailure("Insufficient permissions to execute the query", false))
                        .sends("(Start Get)×19")
                        .failsWith(" (query q1): Insufficient permissions to execute the query" + GRANT)
                        .after(DENIED_FOR),
                Row.row(
                                "writing the result denied",
                                athena -> athena.starts("q1")
                                        .findsFailure("Access denied when writing output to url: s3://b/q1.txt", false))
                        .sends("(Start Get)×19")
                        .failsWith(" (query q1): Access denied when writing output to url: s3://b/q1.txt" + GRANT)
                        .after(DENIED_FOR),
                Row.row(
                                "the output bucket out of reach",
                                athena -> athena.starts("q1")
                                        .findsFailure("Unable to verify/create output bucket b", false))
                        .sends("(Start Get)×19")
                        .failsWith(
                                " (query q1): Unable to verify/create output bucket b; what to do: give the workgroup"
                                        + " an output location in a bucket that exists and that the handler may write to")
                        .after(DENIED_FOR),
                Row.row(
                                "access denied by Lake Formation",
                                athena -> athena.starts("q1")
                                        .findsFailure("Insufficient Lake Formation permission(s) on t", false))
                        .sends("Start Get")
                        .failsWith(" (query q1): Insufficient Lake Formation permission(s) on t; what to do: grant the"
                                + " view handler's role in Lake Formation what the message asks for"),
                Row.row(
                                "the workgroup is missing",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "InvalidRequestException",
                                        "WorkGroup is not found.",
                                        "AthenaErrorCode",
                                        "INVALID_INPUT"))
                        .sends("Start")
                        .failsWith(": WorkGroup is not found. (InvalidRequestException, INVALID_INPUT);"
                                + " what to do: create the workgroup, or name another one in WorkGroup")
                        .butADeleteSucceeds(),
                Row.row(
                                "the workgroup is disabled",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "InvalidRequestException",
                                        "WorkGroup quilt-query is disabled.",
                                        "AthenaErrorCode",
                                        "INVALID_INPUT"))
                        .sends("Start")
                        .failsWith(": WorkGroup quilt-query is disabled. (InvalidRequestException, INVALID_INPUT);"
                                + " what to do: enable the workgroup"),
                Row.row(
                                "the workgroup has no output location",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "InvalidRequestException",
                                        "No output location provided.",
                                        "AthenaErrorCode",
                                        "INVALID_INPUT"))
                        .sends("Start")
                        .failsWith(": No output location provided. (InvalidRequestException, INVALID_INPUT);"
                                + " what to do: give the workgroup an output location"),
                Row.row(
                                "the database is missing",
                                athena -> athena.starts("q1")
                                        .findsFailure("NOT_FOUND: Schema quilt_query not found", false))
                        .sends("Start Get")
                        .failsWith(" (query q1): NOT_FOUND: Schema quilt_query not found;"
                                + " what to do: create the database, or name another one in Database")
                        .butADeleteSucceeds(),
                Row.row(
                                "the database is missing, as the analyzer says it",
                                athena -> athena.starts("q1")
                                        .findsFailure(
                                                "SCHEMA_NOT_FOUND: line 1:1: Schema 'quilt_query' does not exist",
                                                false))
                        .sends("Start Get")
                        .failsWith(" (query q1): SCHEMA_NOT_FOUND: line 1:1: Schema 'quilt_query' does not exist;"
                                + " what to do: create the database, or name another one in Database")
                        .butADeleteSucceeds(),
                Row.row(
                                "the name is taken by a table",
                                athena -> athena.starts("q1")
                                        .findsFailure(
                                                "TABLE_ALREADY_EXISTS: line 1:1: Table already exists:"
                                                        + " 'awsdatacatalog.quilt_query.v'",
                                                false))
                        .sends("Start Get")
                        .failsWith(" (query q1): TABLE_ALREADY_EXISTS: line 1:1: Table already exists:"
                                + " 'awsdatacatalog.quilt_query.v';"
                                + " what to do: drop or rename the table, or choose another ViewName")
                        .butADeleteSucceeds(),
                Row.row(
                                "the view is a table now",
                                athena -> athena.starts("q1")
                                        .findsFailure(
                                                "GENERIC_USER_ERROR: line 1:1: View 'awsdatacatalog.quilt_query.v' does not"
                                                        + " exist, but a table with that name exists. Did you mean DROP TABLE"
                                                        + " awsdatacatalog.quilt_query.v?",
                                                false))
                        .sends("Start Get")
                        .failsWith(" (query q1): GENERIC_USER_ERROR: line 1:1: View 'awsdatacatalog.quilt_query.v'"
                                + " does not exist, but a table with that name exists. Did you mean DROP TABLE"
                                + " awsdatacatalog.quilt_query.v?;"
                                + " what to do: drop or rename the table, or choose another ViewName")
                        .butADeleteSucceeds(),
                Row.row(
                                "the SQL does not parse",
                                athena -> athena.refusesTo(
                                        "Start",
                                        400,
                                        "InvalidRequestException",
                                        "line 2:8: mismatched input 'FROM'",
                                        "AthenaErrorCode",
                                        "MALFORMED_QUERY"))
                        .sends("Start")
                        .failsWith(": line 2:8: mismatched input 'FROM' (InvalidRequestException, MALFORMED_QUERY);"
                                + " what to do: correct Query; line 1 is the CREATE VIEW that goes before it, line 2"
                                + " the query's first"),
                Row.row(
                                "a column is gone",
                                athena -> athena.starts("q1")
                                        .findsFailure(
                                                "COLUMN_NOT_FOUND: line 2:8: Column 'b' cannot be resolved", false))
                        .sends("Start Get")
                        .failsWith(" (query q1): COLUMN_NOT_FOUND: line 2:8: Column 'b' cannot be resolved;"
                                + " what to do: make Query and the columns of its tables agree"),
                Row.row(
                                "a table is gone",
                                athena -> athena.starts("q1")
                                        .findsFailure(
                                                "TABLE_NOT_FOUND: line 2:15: Table 'a.b.c' does not exist", false))
                        .sends("Start Get")
                        .failsWith(" (query q1): TABLE_NOT_FOUND: line 2:15: Table 'a.b.c' does not exist; what to do:"
                                + " create what the query reads before the view: let the view depend on its tables")
                        .butADeleteSucceeds(),
                Row.row(
                                "the query fails and Athena calls it retryable",
                                athena -> athena.starts("q1")
                                        .starts("q2")
                                        .findsFailure("Internal error", true)
                                        .finds("SUCCEEDED"))
                        .sends("Start Get Start Get"),
                Row.row(
                                "the query fails until the deadline",
                                athena -> athena.starts("q1").findsFailure("Internal error", true))
                        .sends("(Start Get)×33")
                        .failsWith(" (query q1): Internal error")
                        .untilTheDeadline(),
                Row.row(
                                "the query fails because the Data Catalog is busy",
                                athena -> athena.starts("q1")
                                        .starts("q2")
                                        .findsFailure("Rate exceeded (Service: AWSGlue; Status Code: 400)", false)
                                        .finds("SUCCEEDED"))
                        .sends("Start Get Start Get"),
                Row.row(
                                "the query fails and it is not retryable",
                                athena -> athena.starts("q1").findsFailure("GENERIC_INTERNAL_ERROR: null", false))
                        .sends("Start Get")
                        .failsWith(" (query q1): GENERIC_INTERNAL_ERROR: null"),
                Row.row(
                                "the query fails without a reason",
                                athena -> athena.starts("q1").finds("FAILED"))
                        .sends("Start Get")
                        .failsWith(" (query q1): Athena gives no reason"),
                Row.row(
                                "the query fails with a reason in its error only",
                                athena -> athena.starts("q1")
                                        .findsStatus(Map.of(
                                                "State", "FAILED", "AthenaError", Map.of("ErrorMessage", "why"))))
                        .sends("Start Get")
                        .failsWith(" (query q1): why"),
                Row.row(
                                "somebody cancels the query",
                                athena -> athena.starts("q1")
                                        .finds("RUNNING")
                                        .findsStatus(Map.of(
                                                "State", "CANCELLED", "StateChangeReason", "Query cancelled by user")))
                        .sends("Start Get×2")
                        .failsWith(" (query q1): it was cancelled: Query cancelled by user;"
                                + " what to do: find out who cancelled it, and deploy again"),
                Row.row(
                                "still queued at the deadline",
                                athena -> athena.starts("q1").finds("QUEUED").stops())
                        .sends("Start Get×264 Stop")
                        .failsWith(" (query q1): it was still QUEUED after 260 seconds and was stopped" + NOT_LATE)
                        .untilTheDeadline(),
                Row.row(
                                "still running at the deadline",
                                athena -> athena.starts("q1").finds("RUNNING").stops())
                        .sends("Start Get×264 Stop")
                        .failsWith(" (query q1): it was still RUNNING after 260 seconds and was stopped" + NOT_LATE)
                        .untilTheDeadline(),
                Row.row(
                                "still running at the deadline and not to be stopped",
                                athena -> athena.starts("q1")
                                        .finds("RUNNING")
                                        .refusesTo("Stop", 500, "InternalServerException", "Try again"))
                        .sends("Start Get×264 Stop")
                        .failsWith(" (query q1): it was still RUNNING after 260 seconds and could not be stopped:"
                                + " Try again (InternalServerException)" + NOT_LATE)
                        .untilTheDeadline());
    }

    private static Stream<Arguments> everyRowForEveryRequestType() {
        return matrix().stream()
                .flatMap(row -> Stream.of("Create", "Update", "Delete").map(type -> Arguments.of(row, type)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyRowForEveryRequestType")
    void everyFailureEndsInAnAnswer(Row row, String type) {
        row.faults().accept(athena);
        String reason = type.equals("Delete") ? row.deleteReason() : row.reason();
        List<Object> answers = new ArrayList<>();

        Throwable failure = catchThrowable(() -> answers.add(handler.handleRequest(ViewEvents.event(type), context)));

        assertThat(operations()).isEqualTo(row.operations());
        assertThat(athena.statements())
                .containsOnly(type.equals("Delete") ? ViewEvents.DROP_STATEMENT : ViewEvents.CREATE_STATEMENT);
        if (reason == null) {
            assertThat(failure).isNull();
            assertThat(answers).containsExactly(Map.of("PhysicalResourceId", "quilt_query.v"));
        } else {
            assertThat(failure)
                    .isInstanceOf(ViewException.class)
                    .hasMessage(type.toUpperCase(Locale.ROOT) + " of view quilt_query.v in workgroup quilt-query failed"
                            + reason);
        }
        if (row.waits() == null) {
            assertThat(context.waited()).isLessThan(Duration.ofSeconds(1));
        } else {
            assertThat(context.waited()).isEqualTo(row.waits());
        }
        assertThat(String.join("\n", context.log())).doesNotContain("Signature", "210987654321");
    }

    @ParameterizedTest(name = "{0}, {1} seconds")
    @CsvSource({"Create,5", "Create,60", "Update,5", "Update,60", "Delete,5", "Delete,60"})
    void aPolicyThatComesIntoForceLaterCostsOnlyTime(String type, int seconds) {
        athena.refusesTo("Start", 400, "AccessDeniedException", "You are not authorized to perform: it")
                .starts("q1")
                .findsFailure("User: u is not authorized to perform: glue:UpdateTable", false)
                .finds("SUCCEEDED")
                .repeatsTheFirstAnswerTo("Start", () -> context.waited().toSeconds() < seconds / 2)
                .repeatsTheFirstAnswerTo("Get", () -> context.waited().toSeconds() < seconds);

        assertThat(handler.handleRequest(ViewEvents.event(type), context))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
        assertThat(context.waited()).isGreaterThanOrEqualTo(Duration.ofSeconds(seconds));
    }

    /** What was sent, in short: {@code Start Get×2}. */
    private String operations() {
        List<String> sent = athena.operations();
        int pairs = sent.size() / 2;
        if (pairs > 2 && sent.equals(repeated(List.of("Start", "Get"), pairs))) {
            return "(Start Get)×" + pairs;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sent.size(); ) {
            int end = i;
            while (end < sent.size() && sent.get(end).equals(sent.get(i))) {
                end++;
            }
            text.append(text.isEmpty() ? "" : " ").append(sent.get(i)).append(end - i > 1 ? "×" + (end - i) : "");
            i = end;
        }
        return text.toString();
    }

    private static List<String> repeated(List<String> words, int times) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.addAll(words);
        }
        return all;
    }
}
