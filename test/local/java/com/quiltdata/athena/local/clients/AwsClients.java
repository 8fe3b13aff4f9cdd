package com.quiltdata.athena.local.clients;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.net.URI;
import java.util.function.Predicate;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** The AWS SDK's clients for an account on loopback; each is made when it is first asked for. */
public final class AwsClients implements AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    /** Without a proxy, whatever the environment says: these calls are for this machine alone. */
    private final SdkHttpClient http = UrlConnectionHttpClient.builder()
            .proxyConfiguration(
                    proxy -> proxy.useEnvironmentVariablesValues(false).useSystemPropertyValues(false))
            .build();

    private final URI endpoint;
    private final Supplier<S3Client> s3 = made(S3Client.builder().forcePathStyle(true));
    private final Supplier<GlueClient> glue = made(GlueClient.builder());
    private final Supplier<AthenaClient> athena = made(AthenaClient.builder());
    private final Supplier<SchedulerClient> scheduler = made(SchedulerClient.builder());
    private final Supplier<SfnClient> stepFunctions = made(SfnClient.builder());

    /** Prepares the clients. */
    public AwsClients(URI endpoint) {
        this.endpoint = endpoint;
    }

    private <C, B extends AwsClientBuilder<B, C> & SdkSyncClientBuilder<B, C>> Supplier<C> made(B builder) {
        return Suppliers.memoize(() -> builder.endpointOverride(endpoint)
                .httpClient(http)
                .region(Region.of(LocalAccount.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(LocalAccount.ACCESS_KEY_ID, LocalAccount.SECRET_ACCESS_KEY)))
                .build());
    }

    /** Amazon S3, with path-style addresses. */
    public S3Client s3() {
        return s3.get();
    }

    /** The AWS Glue Data Catalog. */
    public GlueClient glue() {
        return glue.get();
    }

    /** Amazon Athena. */
    public AthenaClient athena() {
        return athena.get();
    }

    /** Amazon EventBridge Scheduler. */
    public SchedulerClient scheduler() {
        return scheduler.get();
    }

    /** AWS Step Functions. */
    public SfnClient stepFunctions() {
        return stepFunctions.get();
    }

    /** Starts an execution of a state machine, and waits for its end. */
    public DescribeExecutionResponse execute(String machine, String input) {
        return await(stepFunctions()
                .startExecution(start -> start.stateMachineArn(machine).input(input))
                .executionArn());
    }

    /** Waits for the end of an execution. */
    public DescribeExecutionResponse await(String execution) {
        return await(
                () -> stepFunctions().describeExecution(describe -> describe.executionArn(execution)),
                description -> description.status() != ExecutionStatus.RUNNING);
    }

    /**
     * Waits for the end of a query.
     *
     * @param athena what may read the query
     */
    public static QueryExecution await(AthenaClient athena, String query) {
        return await(
                () -> athena.getQueryExecution(get -> get.queryExecutionId(query))
                        .queryExecution(),
                execution -> execution.status().state() != QueryExecutionState.QUEUED
                        && execution.status().state() != QueryExecutionState.RUNNING);
    }

    /** Looks often at first and then more seldom, because a look takes what is waited for some of its time. */
    private static <T> T await(Supplier<T> look, Predicate<T> isEnd) {
        for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * 5 / 4, LONGEST_PAUSE_MILLIS)) {
            T seen = look.get();
            if (isEnd.test(seen)) {
                return seen;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted", e);
            }
        }
    }

    /** Closes what makes the requests of all of them. */
    @Override
    public void close() {
        http.close();
    }
}
