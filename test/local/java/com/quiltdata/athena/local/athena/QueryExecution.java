package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.object;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import io.trino.client.Column;
import io.trino.client.QueryError;
import io.trino.client.StatementClient;
import io.trino.client.StatementStats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** A query that was started, and what became of it. */
final class QueryExecution {
    /** The types that Athena gives the engine's errors, by the engine's name for them. */
    private static final Map<String, Integer> USER_ERROR_TYPES = Map.of(
            "CATALOG_NOT_FOUND", 1006,
            "COLUMN_NOT_FOUND", 1006,
            "DIVISION_BY_ZERO", 1001,
            "FUNCTION_NOT_FOUND", 1303,
            "INVALID_CAST_ARGUMENT", 1100,
            "NOT_SUPPORTED", 1200,
            "SCHEMA_NOT_FOUND", 1301,
            "TABLE_NOT_FOUND", 1301,
            "TYPE_MISMATCH", 1002);

    private static final int OTHER_USER_ERROR = 1000;
    private static final int INTERNAL_ERROR = 200;

    /**
     * What a query is started with.
     *
     * @param request what {@code StartQueryExecution} was called with
     * @param folder where the result is written to; it ends in a slash
     * @param database what unqualified names are looked up in, if any
     * @param resultConfiguration where and how the result is written; its output location is the result's object
     * @param bytesScannedCutoff how many bytes the query may read before it is cancelled, if that is limited
     */
    record Start(
            String id,
            ObjectNode request,
            String workGroup,
            SqlStatement statement,
            String folder,
            Optional<String> database,
            ObjectNode resultConfiguration,
            Optional<Long> bytesScannedCutoff) {}

    /** The states a query goes through. */
    enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        private boolean isFinal() {
            return compareTo(SUCCEEDED) >= 0;
        }
    }

    private final Start start;
    private final Instant submitted = Instant.now();
    private State state = State.QUEUED;
    private String reason;
    private ObjectNode error;
    private Instant running;
    private Instant completed;
    private StatementClient client;
    private StatementStats stats = StatementStats.builder()
            .setState("QUEUED")
            .setProgressPercentage(OptionalDouble.empty())
            .setRunningPercentage(OptionalDouble.empty())
            .build();
    private List<Column> columns = List.of();
    private Long updateCount;
    private long rows;

    QueryExecution(Start start) {
        this.start = start;
    }

    Start start() {
        return start;
    }

    synchronized State state() {
        return state;
    }

    synchronized boolean isActive() {
        return !state.isFinal();
    }

    synchronized List<Column> columns() {
        return columns;
    }

    /** Returns how many rows the statement wrote; null where it is no statement that writes. */
    synchronized Long updateCount() {
        return updateCount;
    }

    /** Marks the query as running, unless it was cancelled before. */
    synchronized boolean run() {
        if (state != State.QUEUED) {
            return false;
        }
        state = State.RUNNING;
        running = Instant.now();
        return true;
    }

    /**
     * Waits, but no longer than until the query is cancelled.
     *
     * @param duration how long, which may change meanwhile
     * @return whether the query is still to be carried out
     */
    synchronized boolean pause(Supplier<Duration> duration) throws InterruptedException {
        Instant begin = Instant.now();
        while (isActive() && Instant.now().isBefore(begin.plus(duration.get()))) {
            wait(10);
        }
        return isActive();
    }

    /** Keeps the engine's statement, to cancel it when the query is cancelled. */
    synchronized boolean attach(StatementClient statement) {
        client = statement;
        return isActive();
    }

    synchronized void progress(StatementStats engineStats, List<Column> resultColumns, long rowCount, Long updates) {
        stats = engineStats;
        columns = resultColumns;
        rows = rowCount;
        updateCount = updates;
    }

    synchronized long bytesScanned() {
        return stats.getPhysicalInputBytes();
    }

    synchronized void succeed() {
        finish(State.SUCCEEDED, null, null);
    }

    synchronized void fail(QueryError engineError) {
        boolean users = "USER_ERROR".equals(engineError.getErrorType());
        fail(
                engineError.getErrorName() + ": " + engineError.getMessage(),
                users ? 2 : 1,
                users ? USER_ERROR_TYPES.getOrDefault(engineError.getErrorName(), OTHER_USER_ERROR) : INTERNAL_ERROR,
                false);
    }

    synchronized void fail(String message, int category, int type, boolean retryable) {
        ObjectNode athenaError = object().put("ErrorCategory", category)
                .put("ErrorType", type)
                .put("Retryable", retryable)
                .put("ErrorMessage", message);
        finish(State.FAILED, message, athenaError);
    }

    /** Cancels the query, here and in the engine, unless it is over. */
    void cancel(String why) {
        StatementClient running;
        synchronized (this) {
            finish(State.CANCELLED, why, null);
            running = state == State.CANCELLED ? client : null;
            notifyAll();
        }
        if (running != null) {
            running.close();
        }
    }

    private void finish(State finalState, String why, ObjectNode athenaError) {
        if (isActive()) {
            state = finalState;
            reason = why;
            error = athenaError;
            completed = Instant.now();
        }
    }

    /** Returns the query as {@code GetQueryExecution} describes it. */
    synchronized ObjectNode describe() {
        ObjectNode description = object();
        description.put("QueryExecutionId", start.id);
        description.put("Query", start.request.path("QueryString").asText());
        description.put("StatementType", start.statement.type());
        description.put("SubstatementType", start.statement.substatementType());
        description.put("WorkGroup", start.workGroup);
        description.set("ResultConfiguration", start.resultConfiguration.deepCopy());
        description.set("QueryExecutionContext", context());
        AwsJson.copy(start.request, description, "ExecutionParameters");
        description
                .putObject("ResultReuseConfiguration")
                .putObject("ResultReuseByAgeConfiguration")
                .put("Enabled", false);
        ObjectNode status = description.putObject("Status");
        status.put("State", state.name());
        status.put("SubmissionDateTime", AwsJson.seconds(submitted));
        if (completed != null) {
            status.put("CompletionDateTime", AwsJson.seconds(completed));
        }
        if (reason != null) {
            status.put("StateChangeReason", reason);
        }
        if (error != null) {
            status.set("AthenaError", error);
        }
        description.set("Statistics", statistics());
        description.set("EngineVersion", WorkGroups.engineVersion());
        return description;
    }

    /** Athena tells what it was asked, but the catalog's name in lower case. */
    private ObjectNode context() {
        ObjectNode context = object();
        AwsJson.copy(start.request.path("QueryExecutionContext"), context, "Catalog", "Database");
        if (context.has("Catalog")) {
            context.put("Catalog", AwsJson.text(context, "Catalog").toLowerCase(Locale.ROOT));
        }
        return context;
    }

    /** Returns what {@code GetQueryRuntimeStatistics} tells of the query. */
    synchronized ObjectNode runtimeStatistics() {
        ObjectNode statistics = object();
        ObjectNode timeline = statistics.putObject("Timeline");
        AwsJson.copy(
                statistics(),
                timeline,
                "QueryQueueTimeInMillis",
                "QueryPlanningTimeInMillis",
                "EngineExecutionTimeInMillis",
                "TotalExecutionTimeInMillis");
        statistics
                .putObject("Rows")
                .put("InputRows", stats.getProcessedRows())
                .put("InputBytes", stats.getPhysicalInputBytes())
                .put("OutputRows", rows);
        return statistics;
    }

    private ObjectNode statistics() {
        Instant end = completed == null ? Instant.now() : completed;
        Instant begin = running == null ? end : running;
        ObjectNode statistics = object();
        statistics.putObject("ResultReuseInformation").put("ReusedPreviousResult", false);
        return statistics
                .put("DataScannedInBytes", stats.getPhysicalInputBytes())
                .put(
                        "QueryQueueTimeInMillis",
                        Duration.between(submitted, begin).toMillis())
                .put("QueryPlanningTimeInMillis", stats.getPlanningTimeMillis())
                .put("EngineExecutionTimeInMillis", Duration.between(begin, end).toMillis())
                .put(
                        "TotalExecutionTimeInMillis",
                        Duration.between(submitted, end).toMillis());
    }
}
