package com.quiltdata.athena.deployed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.AthenaError;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.Row;

/** Queries in Athena, from any number of threads, which can all be stopped at once. */
final class AthenaQueries {
    private static final long FIRST_WAIT_MILLIS = 50;
    private static final long LONGEST_WAIT_MILLIS = 2_000;
    private static final int MOST_ATTEMPTS = 3;
    private static final int STOPPING_MILLIS = 5_000;

    /** Athena itself ends a query after 30 minutes; before that, it may wait for its turn. */
    private static final Duration DEADLINE = Duration.ofMinutes(40);

    private final AthenaClient athena;
    private final String workGroup;
    private final String database;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger starting = new AtomicInteger();
    private volatile boolean stopped;

    /** A query has failed; the message is Athena's, with the query's id. */
    static final class FailedQueryException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private FailedQueryException(String message) {
            super(message);
        }
    }

    /**
     * A query that has come to its end.
     *
     * @param rows its rows; a value is Athena's text for it, or null
     * @param bytesRead what Athena bills
     * @param took from its start to its end, waiting included
     */
    record Outcome(String id, List<List<String>> rows, long bytesRead, Duration took) {}

    /** Prepares queries. */
    AthenaQueries(AthenaClient athena, String workGroup, String database) {
        this.athena = athena;
        this.workGroup = workGroup;
        this.database = database;
    }

    /**
     * Runs a query to its end, anew if it fails for what may pass.
     *
     * @throws FailedQueryException if it fails, or takes too long
     * @throws NotCheckedException if it cannot be run
     */
    Outcome run(String sql) {
        for (int attempt = 1; ; attempt++) {
            QueryExecution execution = await(start(sql));
            if (execution.status().state() == QueryExecutionState.SUCCEEDED) {
                return outcome(execution);
            }
            AthenaError error = execution.status().athenaError();
            if (attempt == MOST_ATTEMPTS || error == null || !Boolean.TRUE.equals(error.retryable())) {
                throw new FailedQueryException("the query %s is %s: %s"
                        .formatted(
                                execution.queryExecutionId(),
                                execution.status().stateAsString(),
                                execution.status().stateChangeReason()));
            }
        }
    }

    private String start(String sql) {
        starting.incrementAndGet();
        try {
            if (stopped) {
                throw new NotCheckedException("interrupted");
            }
            String id = athena.startQueryExecution(start -> start.workGroup(workGroup)
                            .queryExecutionContext(context -> context.database(database))
                            .queryString(sql))
                    .queryExecutionId();
            running.add(id);
            return id;
        } finally {
            starting.decrementAndGet();
        }
    }

    private QueryExecution await(String id) {
        Instant deadline = Instant.now().plus(DEADLINE);
        try {
            for (long wait = FIRST_WAIT_MILLIS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS)) {
                QueryExecution execution = athena.getQueryExecution(get -> get.queryExecutionId(id))
                        .queryExecution();
                QueryExecutionState state = execution.status().state();
                if (state != QueryExecutionState.QUEUED && state != QueryExecutionState.RUNNING) {
                    running.remove(id);
                    return execution;
                }
                if (Instant.now().isAfter(deadline)) {
                    stop(id);
                    throw new FailedQueryException(
                            "the query %s was stopped after %d minutes".formatted(id, DEADLINE.toMinutes()));
                }
                Thread.sleep(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(id);
            throw new NotCheckedException("interrupted", e);
        }
    }

    private Outcome outcome(QueryExecution execution) {
        String id = execution.queryExecutionId();
        List<List<String>> rows = athena.getQueryResultsPaginator(get -> get.queryExecutionId(id)).stream()
                .flatMap(page -> page.resultSet().rows().stream())
                // The first one holds the columns' names.
                .skip(1)
                .map(AthenaQueries::values)
                .toList();
        return new Outcome(
                id,
                rows,
                execution.statistics().dataScannedInBytes(),
                Duration.ofMillis(execution.statistics().totalExecutionTimeInMillis()));
    }

    private static List<String> values(Row row) {
        List<String> values = new ArrayList<>(row.data().size());
        row.data().forEach(datum -> values.add(datum.varCharValue()));
        return values;
    }

    /** Stops the queries that run, and starts no others. */
    void stop() {
        stopped = true;
        long end = System.nanoTime() + Duration.ofMillis(STOPPING_MILLIS).toNanos();
        while (starting.get() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        List.copyOf(running).parallelStream().forEach(this::stop);
    }

    private void stop(String id) {
        try {
            athena.stopQueryExecution(stop -> stop.queryExecutionId(id));
        } catch (SdkException | NotCheckedException e) {
            // It ends by itself; there is nothing else to do about it.
        }
        running.remove(id);
    }
}
