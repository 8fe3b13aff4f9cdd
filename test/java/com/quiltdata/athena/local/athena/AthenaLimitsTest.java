package com.quiltdata.athena.local.athena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.ThrottleReason;
import software.amazon.awssdk.services.athena.model.TooManyRequestsException;

@Isolated("uses up the quota of DDL queries")
class AthenaLimitsTest {
    private static final String DROP = "DROP VIEW IF EXISTS \"default\".\"absent\"";

    @AfterEach
    void takeTheLimitsBack() {
        SharedEmbeddedAws.get().limit(AthenaLimits.DEFAULTS);
    }

    @Test
    void oneDdlQueryMoreThanTheQuotaIsRefusedUntilAnotherEnds() throws Exception {
        SharedEmbeddedAws.get().limit(new AthenaLimits(1, Duration.ofHours(1)));
        try (AthenaClient athena = athena()) {
            new Queries("results").createWorkGroup("limited");
            String first = start(athena, DROP);

            assertThatThrownBy(() -> start(athena, DROP))
                    .isInstanceOfSatisfying(
                            TooManyRequestsException.class,
                            exception -> assertThat(exception.reason())
                                    .isEqualTo(ThrottleReason.CONCURRENT_QUERY_LIMIT_EXCEEDED));

            athena.stopQueryExecution(stop -> stop.queryExecutionId(first));
            String second = start(athena, DROP);

            assertThat(AwsClients.await(athena, first).status().state()).isEqualTo(QueryExecutionState.CANCELLED);
            assertThat(athena.getQueryExecution(get -> get.queryExecutionId(second))
                            .queryExecution()
                            .status()
                            .state())
                    .isIn(QueryExecutionState.QUEUED, QueryExecutionState.RUNNING);
            athena.stopQueryExecution(stop -> stop.queryExecutionId(second));
        }
    }

    private static String start(AthenaClient athena, String sql) {
        return athena.startQueryExecution(start -> start.workGroup("limited").queryString(sql))
                .queryExecutionId();
    }

    /** A client that does not try again. */
    private static AthenaClient athena() {
        return AthenaClient.builder()
                .endpointOverride(SharedEmbeddedAws.endpoint())
                .region(Region.of(LocalAccount.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }
}
