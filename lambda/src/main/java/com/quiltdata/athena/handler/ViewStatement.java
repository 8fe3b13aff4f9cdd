package com.quiltdata.athena.handler;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.QueryExecutionStatus;

/**
 * Runs the statement of one request in Athena and waits for its end.
 *
 * <p>Throttling, the account's limit of active DDL queries, faults of the service or of the network, and failures that
 * Athena itself calls retryable are ridden out until the deadline. Access that is denied may only not be granted yet: it is
 * tried again for {@link #POLICIES_IN_FORCE_WITHIN}. Everything else fails at once.
 */
final class ViewStatement {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_POLL_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_RETRY_PAUSE = Duration.ofSeconds(20);

    /**
     * IAM is eventually consistent, and CloudFormation makes a view a second after it has changed the handler's policy for
     * it.
     *
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency">
     *     Changes that I make are not always immediately visible</a>
     */
    private static final Duration POLICIES_IN_FORCE_WITHIN = Duration.ofMinutes(2);

    /**
     * Characters, of up to three bytes each: a CloudFormation response has at most 4 KB, and Athena quotes whole queries
     * in some of its reasons.
     */
    private static final int LONGEST_REASON = 700;

    private final AthenaClient athena;
    private final StepLog log;
    private final ViewRequest request;
    private final Deadline deadline;

    ViewStatement(AthenaClient athena, StepLog log, ViewRequest request, Deadline deadline) {
        this.athena = athena;
        this.log = log;
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
            } catch (SdkException e) {
                if (isAlreadyGone(words(e))) {
                    return;
                }
                throw failure(reason(e), null, e);
            }
            QueryExecutionStatus status = awaitEnd(queryId);
            if (status.state() == QueryExecutionState.SUCCEEDED) {
                log.info("Ended", "query", queryId, "state", status.state());
                return;
            }
            String reason = reason(status);
            log.warn("Ended", "query", queryId, "state", status.state(), "reason", reason);
            if (isAlreadyGone(reason)) {
                return;
            }
            if (!isWorthRepeating(status, reason) || !backoff.pause()) {
                throw failure(reason, queryId, null);
            }
        }
    }

    private String start(int attempt) {
        // Equal for every delivery of the same request, so that Athena starts its query once.
        String token = "athena-view-%s-%d".formatted(request.id(), attempt);
        String queryId = persist(() -> athena.startQueryExecution(start -> start.workGroup(request.workGroup())
                        .queryExecutionContext(context -> context.database(request.database()))
                        .queryString(request.statement())
                        .clientRequestToken(token))
                .queryExecutionId());
        log.info("Started", "query", queryId, "attempt", attempt);
        return queryId;
    }

    /** Waits for the query's end, and does not leave one behind that it gave up. */
    private QueryExecutionStatus awaitEnd(String queryId) {
        Backoff backoff = new Backoff(LONGEST_POLL_PAUSE);
        while (true) {
            QueryExecutionStatus status;
            try {
                status = persist(() -> athena.getQueryExecution(get -> get.queryExecutionId(queryId))
                        .queryExecution()
                        .status());
            } catch (SdkException e) {
                throw failure(reason(e) + "; the query " + stop(queryId), queryId, e);
            }
            switch (status.state()) {
                case SUCCEEDED, FAILED, CANCELLED -> {
                    return status;
                }
                default -> {
                    if (!backoff.pause()) {
                        String reason = "it was still %s after %d seconds and %s"
                                .formatted(status.state(), deadline.length().toSeconds(), stop(queryId));
                        throw failure(reason, queryId, null);
                    }
                }
            }
        }
    }

    /** Stops a query, and says in the words of a sentence's end what came of it. */
    private String stop(String queryId) {
        try {
            athena.stopQueryExecution(stop -> stop.queryExecutionId(queryId));
            log.info("Stopped", "query", queryId);
            return "was stopped";
        } catch (SdkException e) {
            log.warn("NotStopped", "query", queryId, "reason", words(e));
            return "could not be stopped: " + words(e);
        }
    }

    /** Repeats a call while its error is worth it and there is time; the last error is the one that is thrown. */
    private <T> T persist(Supplier<T> call) {
        Backoff backoff = new Backoff(LONGEST_RETRY_PAUSE);
        while (true) {
            try {
                return call.get();
            } catch (SdkException e) {
                if (!isTransient(e) && !isPerhapsGrantedSoon(words(e)) || !backoff.pause()) {
                    throw e;
                }
                log.warn("Repeating", "reason", words(e));
            }
        }
    }

    private static boolean isTransient(SdkException e) {
        if (e instanceof AwsServiceException service) {
            return service.isThrottlingException() || service.statusCode() >= 500;
        }
        return e instanceof ApiCallTimeoutException || isNetworkFault(e.getCause());
    }

    /** The SDK wraps a connection that breaks in the middle of an answer more than once. */
    private static boolean isNetworkFault(Throwable cause) {
        return cause instanceof IOException || cause != null && isNetworkFault(cause.getCause());
    }

    /** Athena knows best; but that the Data Catalog was busy, or denied it access, it does not call retryable. */
    private boolean isWorthRepeating(QueryExecutionStatus status, String reason) {
        return status.state() == QueryExecutionState.FAILED
                && (status.athenaError() != null
                                && Boolean.TRUE.equals(status.athenaError().retryable())
                        || AthenaFailure.of(reason).equals(Optional.of(AthenaFailure.THROTTLED))
                        || isPerhapsGrantedSoon(reason));
    }

    private boolean isPerhapsGrantedSoon(String reason) {
        return AthenaFailure.of(reason).filter(AthenaFailure::isDenial).isPresent()
                && deadline.passed().compareTo(POLICIES_IN_FORCE_WITHIN) < 0;
    }

    /** Whether a delete finds that the view is not there any more, or the place where it was. */
    private boolean isAlreadyGone(String reason) {
        boolean gone = request.type() == ViewRequest.Type.DELETE
                && AthenaFailure.of(reason)
                        .filter(AthenaFailure::leavesNothingToDrop)
                        .isPresent();
        if (gone) {
            log.info("NothingToDrop", "reason", reason);
        }
        return gone;
    }

    private static String reason(QueryExecutionStatus status) {
        String words = status.stateChangeReason();
        if (words == null && status.athenaError() != null) {
            words = status.athenaError().errorMessage();
        }
        if (words == null) {
            words = "Athena gives no reason";
        }
        return status.state() == QueryExecutionState.CANCELLED ? "it was cancelled: " + words : words;
    }

    private String reason(SdkException e) {
        return isTransient(e)
                ? "no success within %d seconds; the last error was: %s"
                        .formatted(deadline.length().toSeconds(), words(e))
                : words(e);
    }

    private static String words(SdkException e) {
        if (!(e instanceof AwsServiceException service) || service.awsErrorDetails() == null) {
            return String.valueOf(e.getMessage());
        }
        String code = service.awsErrorDetails().errorCode();
        if (e instanceof InvalidRequestException invalid && invalid.athenaErrorCode() != null) {
            code += ", " + invalid.athenaErrorCode();
        }
        return "%s (%s)".formatted(service.awsErrorDetails().errorMessage(), code);
    }

    private ViewException failure(String reason, String queryId, Throwable cause) {
        String shortened = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
        return new ViewException(
                "%s of view %s in workgroup %s failed%s: %s%s"
                        .formatted(
                                request.type(),
                                request.fullName(),
                                request.workGroup(),
                                queryId == null ? "" : " (query " + queryId + ")",
                                shortened,
                                AthenaFailure.of(reason)
                                        .map(problem -> "; what to do: " + problem.remedy())
                                        .orElse("")),
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
