package com.quiltdata.athena.local.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;

class ManyQueriesTest {
    /** More than the engine remembers of queries that have ended. */
    private static final int QUERIES = 200;

    @Test
    void twoHundredQueriesAtOnceAllSucceed() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("many-queries-test"));

        List<String> ids = IntStream.range(0, QUERIES)
                .mapToObj(number -> SharedEmbeddedAws.athena()
                        .startQueryExecution(start -> start.queryString("SELECT " + number)
                                .resultConfiguration(results -> results.outputLocation("s3://many-queries-test/"))))
                .map(started -> started.queryExecutionId())
                .toList();

        for (String id : ids) {
            QueryExecution query = AwsClients.await(SharedEmbeddedAws.athena(), id);
            assertThat(query.status().state())
                    .as(query.status().stateChangeReason())
                    .isEqualTo(QueryExecutionState.SUCCEEDED);
        }
    }
}
