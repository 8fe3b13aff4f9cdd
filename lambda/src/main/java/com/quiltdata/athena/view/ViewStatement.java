package com.quiltdata.athena.view;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.QueryExecutionStatus;

/**
 * Runs the statement of one request in Athena and waits for its end.
 *
 * <p>Throttling, the account's limit of active DDL queries, faults of the service or of the network, and failures that
 * Athena itself calls retryable are ridden out until the deadline. Everything else fails at once.
 */
final class ViewStatement {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_POLL_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_RETRY_PAUSE = Duration.ofSeconds(20);

    /** A CloudFormation response has at most 4 KB; Athena quotes whole queries in some of its reasons. */
    private static final int LONGEST_REASON = 1_500;

    private final AthenaClient athena;
    private final LambdaLogger logger;
    private final ViewRequest request;
    private final Deadline deadline;

    ViewStatement(AthenaClient athena, LambdaLogger logger, ViewRequest request, Deadline deadline) {
        this.athena = athena;
        this.logger = logger;
        this.request = request;
        this.deadline = deadline;
    }

    /**
     * Runs the statement.
     *
     * @throws ViewException if the view is not as asked for when the deadline is over, or cannot be made so
     */
    void run() {
        Backoff backoff = new Backoff(LONGEST_RETRY_PAUSE);
        for (int attempt = 1; ; attempt++) {
            String queryId;
            try {
                queryId = start(attempt);
            } catch (AwsServiceException e) {
                if (isGone(message(e))) {
                    logger.log("Nothing to drop: " + message(e));
                    return;
                }
                throw failure(message(e), null, e);
            }
            QueryExecutionStatus status = awaitEnd(queryId);
            String reason = reason(status);
            logger.log("Query %s %s: %s".formatted(queryId, status.state(), reason));
            if (status.state() == QueryExecutionState.SUCCEEDED || isGone(reason)) {
                return;
            }
            boolean retryable = status.athenaError() != null
                    && Boolean.TRUE.equals(status.athenaError().retryable());
            if (status.state() == QueryExecutionState.CANCELLED || !retryable || !backoff.pause()) {
                throw failure(reason, queryId, null);
            }
        }
    }

    private String start(int attempt) {
        // Equal for every delivery of the same request, so that Athena starts its query once.
        String token = "athena-view-%s-%d".formatted(request.id(), attempt);
        String queryId = persist(
                null,
                () -> athena.startQueryExecution(start -> start.workGroup(request.workGroup())
                                .queryExecutionContext(context -> context.database(request.database()))
                                .queryString(request.statement())
                                .clientRequestToken(token))
                        .queryExecutionId());
        logger.log("Started query " + queryId);
        return queryId;
    }

    private QueryExecutionStatus awaitEnd(String queryId) {
        Backoff backoff = new Backoff(LONGEST_POLL_PAUSE);
        while (true) {
            QueryExecutionStatus status;
            try {
                status = persist(
                        queryId,
                        () -> athena.getQueryExecution(get -> get.queryExecutionId(queryId))
                                .queryExecution()
                                .status());
            } catch (AwsServiceException e) {
                throw failure(message(e), queryId, e);
            }
            switch (status.state()) {
                case SUCCEEDED, FAILED, CANCELLED -> {
                    return status;
                }
                default -> {
                    if (!backoff.pause()) {
                        stop(queryId);
                        throw failure(
                                "it was still %s after %d seconds and was stopped"
                                        .formatted(
                                                status.state(),
                                                deadline.length().toSeconds()),
                                queryId,
                                null);
                    }
                }
            }
        }
    }

    private void stop(String queryId) {
        try {
            athena.stopQueryExecution(stop -> stop.queryExecutionId(queryId));
        } catch (SdkException e) {
            logger.log("Could not stop query " + queryId + ": " + message(e));
        }
    }

    /** Repeats a call while its error is worth it and there is time; the last error is the one that is reported. */
    private <T> T persist(String queryId, Supplier<T> call) {
        Backoff backoff = new Backoff(LONGEST_RETRY_PAUSE);
        while (true) {
            try {
                return call.get();
            } catch (SdkException e) {
                if (isTransient(e)) {
                    logger.log("Athena could not answer: " + message(e));
                    if (backoff.pause()) {
                        continue;
                    }
                    throw failure(
                            "no success within %d seconds; the last error was: %s"
                                    .formatted(deadline.length().toSeconds(), message(e)),
                            queryId,
                            e);
                }
                if (e instanceof AwsServiceException) {
                    throw e;
                }
                throw failure(message(e), queryId, e);
            }
        }
    }

    private static boolean isTransient(SdkException e) {
        if (e instanceof AwsServiceException service) {
            return service.isThrottlingException() || service.statusCode() >= 500;
        }
        return e instanceof ApiCallAttemptTimeoutException || e.getCause() instanceof IOException;
    }

    /** Whether a delete finds that the place of the view is not there any more, and the view with it. */
    private boolean isGone(String reason) {
        if (request.type() != ViewRequest.Type.DELETE) {
            return false;
        }
        String words = reason.toLowerCase(Locale.ROOT);
        return words.contains("workgroup " + request.workGroup().toLowerCase(Locale.ROOT) + " is not found")
                || words.contains("schema_not_found")
                || words.contains("database " + request.database().toLowerCase(Locale.ROOT) + " not found")
                || (words.contains("schema") && words.contains("does not exist"));
    }

    private static String reason(QueryExecutionStatus status) {
        if (status.stateChangeReason() != null) {
            return status.stateChangeReason();
        }
        return status.athenaError() != null && status.athenaError().errorMessage() != null
                ? status.athenaError().errorMessage()
                : "Athena gives no reason";
    }

    private static String message(SdkException e) {
        return e instanceof AwsServiceException service && service.awsErrorDetails() != null
                ? "%s (%s)"
                        .formatted(
                                service.awsErrorDetails().errorMessage(),
                                service.awsErrorDetails().errorCode())
                : String.valueOf(e.getMessage());
    }

    private ViewException failure(String reason, String queryId, Throwable cause) {
        String shortened = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
        return new ViewException(
                "%s of view %s in workgroup %s failed%s: %s"
                        .formatted(
                                request.type(),
                                request.fullName(),
                                request.workGroup(),
                                queryId == null ? "" : " (query " + queryId + ")",
                                shortened),
                cause);
    }

    /** Pauses that double from one to the next up to a longest one. */
    private final class Backoff {
        private final Duration longest;
        private Duration next = FIRST_PAUSE;

        Backoff(Duration longest) {
            this.longest = longest;
        }

        /** Waits; false if the deadline is over. */
        boolean pause() {
            Duration current = next;
            next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
            return deadline.pause(current);
        }
    }
}
