package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.local.clients.AwsClients;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.TooManyRequestsException;

/** Somebody else in the account, who always has some DDL queries active. */
final class OtherUsers implements AutoCloseable {
    private static final String WORKGROUP = "others";
    private static final long POLL_MILLIS = 50;

    private final AwsClients aws;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Makes a user who has no queries yet. */
    OtherUsers(AwsClients aws) {
        this.aws = aws;
    }

    /** Starts queries, and another one whenever one ends, until closed. */
    void begin(int queries) {
        if (queries > 0) {
            aws.athena()
                    .createWorkGroup(create -> create.name(WORKGROUP)
                            .configuration(configuration -> configuration.resultConfiguration(
                                    results -> results.outputLocation("s3://others/"))));
        }
        List<String> first = IntStream.range(0, queries).mapToObj(i -> start()).toList();
        first.forEach(query -> threads.execute(() -> repeat(query)));
    }

    private void repeat(String first) {
        String query = first;
        try {
            while (true) {
                while (isActive(query)) {
                    Thread.sleep(POLL_MILLIS);
                }
                query = startWhenPossible();
            }
        } catch (InterruptedException | AbortedException e) {
            // How closing ends this thread.
            Thread.currentThread().interrupt();
        }
    }

    private boolean isActive(String query) {
        QueryExecutionState state = aws.athena()
                .getQueryExecution(get -> get.queryExecutionId(query))
                .queryExecution()
                .status()
                .state();
        return state == QueryExecutionState.QUEUED || state == QueryExecutionState.RUNNING;
    }

    private String startWhenPossible() throws InterruptedException {
        while (true) {
            try {
                return start();
            } catch (TooManyRequestsException e) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private String start() {
        return aws.athena()
                .startQueryExecution(
                        start -> start.workGroup(WORKGROUP).queryString("DROP VIEW IF EXISTS \"default\".\"nobodys\""))
                .queryExecutionId();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
