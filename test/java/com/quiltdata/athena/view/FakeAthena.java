package com.quiltdata.athena.view;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.AthenaException;
import software.amazon.awssdk.services.athena.model.GetQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.GetQueryExecutionResponse;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.QueryExecutionStatus;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionResponse;
import software.amazon.awssdk.services.athena.model.StopQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.StopQueryExecutionResponse;

/** Athena, as a script: what it answers is set in advance, what it is asked is remembered. */
final class FakeAthena implements AthenaClient {
    private final List<StartQueryExecutionRequest> started = new ArrayList<>();
    private final List<String> stopped = new ArrayList<>();
    private final Deque<Supplier<String>> starts = new ArrayDeque<>();
    private final Deque<QueryExecutionStatus> statuses = new ArrayDeque<>();

    /** Starts answer with this query id, after what was set before. */
    FakeAthena starts(String queryId) {
        starts.add(() -> queryId);
        return this;
    }

    /** A start fails once. */
    FakeAthena refusesToStart(String errorCode, String message, int httpStatus) {
        starts.add(() -> {
            throw error(errorCode, message, httpStatus);
        });
        return this;
    }

    /** The next look at a query finds this state; the last one set stays. */
    FakeAthena finds(QueryExecutionState state) {
        statuses.add(QueryExecutionStatus.builder().state(state).build());
        return this;
    }

    /** The next look at a query finds that it failed. */
    FakeAthena findsFailure(String reason, boolean retryable) {
        statuses.add(QueryExecutionStatus.builder()
                .state(QueryExecutionState.FAILED)
                .stateChangeReason(reason)
                .athenaError(error -> error.retryable(retryable).errorMessage(reason))
                .build());
        return this;
    }

    List<StartQueryExecutionRequest> started() {
        return started;
    }

    List<String> statements() {
        return started.stream().map(StartQueryExecutionRequest::queryString).toList();
    }

    List<String> stopped() {
        return stopped;
    }

    @Override
    public StartQueryExecutionResponse startQueryExecution(StartQueryExecutionRequest request) {
        started.add(request);
        Supplier<String> answer = starts.size() > 1 ? starts.poll() : starts.peek();
        return StartQueryExecutionResponse.builder()
                .queryExecutionId(answer.get())
                .build();
    }

    @Override
    public GetQueryExecutionResponse getQueryExecution(GetQueryExecutionRequest request) {
        QueryExecutionStatus status = statuses.size() > 1 ? statuses.poll() : statuses.peek();
        return GetQueryExecutionResponse.builder()
                .queryExecution(query ->
                        query.queryExecutionId(request.queryExecutionId()).status(status))
                .build();
    }

    @Override
    public StopQueryExecutionResponse stopQueryExecution(StopQueryExecutionRequest request) {
        stopped.add(request.queryExecutionId());
        return StopQueryExecutionResponse.builder().build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // There is nothing to close.
    }

    private static AthenaException error(String code, String message, int httpStatus) {
        return (AthenaException) AthenaException.builder()
                .statusCode(httpStatus)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .serviceName(SERVICE_NAME)
                        .build())
                .build();
    }
}
