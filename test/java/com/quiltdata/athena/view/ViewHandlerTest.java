package com.quiltdata.athena.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;

class ViewHandlerTest {
    private static final String CREATE_STATEMENT = "CREATE OR REPLACE VIEW \"quilt_query\".\"v\" AS\nSELECT 1 AS n";
    private static final String DROP_STATEMENT = "DROP VIEW IF EXISTS \"quilt_query\".\"v\"";

    private final FakeAthena athena = new FakeAthena();
    private final FakeContext context = new FakeContext();
    private final ViewHandler handler = new ViewHandler(athena, context);

    @ParameterizedTest
    @ValueSource(strings = {"Create", "Update"})
    void createsOrReplacesTheViewOnCreateAndUpdate(String requestType) {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);

        assertThat(handler.handleRequest(event(requestType), context))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));

        assertThat(athena.statements()).containsExactly(CREATE_STATEMENT);
    }

    @Test
    void dropsTheViewOnDelete() {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);

        assertThat(handler.handleRequest(event("Delete"), context))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));

        assertThat(athena.statements()).containsExactly(DROP_STATEMENT);
    }

    @Test
    void runsTheStatementInTheWorkgroupAndTheDatabase() {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);

        handler.handleRequest(event("Create"), context);

        assertThat(athena.started().getFirst().workGroup()).isEqualTo("quilt-query");
        assertThat(athena.started().getFirst().queryExecutionContext().database())
                .isEqualTo("quilt_query");
    }

    @Test
    void sendsTheSameTokenWhenTheSameRequestIsDeliveredTwice() {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);

        handler.handleRequest(event("Create"), context);
        handler.handleRequest(event("Create"), context);

        assertThat(athena.started())
                .extracting(start -> start.clientRequestToken())
                .containsExactly(
                        "athena-view-11111111-2222-3333-4444-555555555555-1",
                        "athena-view-11111111-2222-3333-4444-555555555555-1");
    }

    @Test
    void doublesQuotesInIdentifiers() {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);
        Map<String, Object> event = event("Delete");
        event.put("ResourceProperties", Map.of("WorkGroup", "w", "Database", "d", "ViewName", "a\"b"));

        handler.handleRequest(event, context);

        assertThat(athena.statements()).containsExactly("DROP VIEW IF EXISTS \"d\".\"a\"\"b\"");
    }

    @Test
    void waitsWhileTheQueryIsQueuedAndRunning() {
        athena.starts("q1")
                .finds(QueryExecutionState.QUEUED)
                .finds(QueryExecutionState.RUNNING)
                .finds(QueryExecutionState.SUCCEEDED);

        handler.handleRequest(event("Create"), context);

        assertThat(context.pauses).hasSize(2);
    }

    @Test
    void failsWithAthenasReasonAndTheQueryIdOnTheFirstLook() {
        athena.starts("q1").findsFailure("COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", false);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .isInstanceOf(ViewException.class)
                .hasMessage("CREATE of view quilt_query.v in workgroup quilt-query failed (query q1): "
                        + "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved");
    }

    @Test
    void startsAnotherQueryWhenAthenaCallsTheFailureRetryable() {
        athena.starts("q1").starts("q2").findsFailure("INTERNAL_ERROR", true).finds(QueryExecutionState.SUCCEEDED);

        handler.handleRequest(event("Create"), context);

        assertThat(athena.started())
                .extracting(start -> start.clientRequestToken())
                .containsExactly(
                        "athena-view-11111111-2222-3333-4444-555555555555-1",
                        "athena-view-11111111-2222-3333-4444-555555555555-2");
    }

    @Test
    void doesNotRepeatAQueryThatSomebodyCancelled() {
        athena.starts("q1").finds(QueryExecutionState.CANCELLED);

        assertThatThrownBy(() -> handler.handleRequest(event("Update"), context))
                .hasMessage("UPDATE of view quilt_query.v in workgroup quilt-query failed (query q1): "
                        + "Athena gives no reason");
        assertThat(athena.statements()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "TooManyRequestsException, You have exceeded the limit for the number of queries, 400",
        "ThrottlingException, Rate exceeded, 400",
        "InternalServerException, Try again, 500",
    })
    void ridesOutWhatPasses(String code, String message, int httpStatus) {
        athena.refusesToStart(code, message, httpStatus).starts("q1").finds(QueryExecutionState.SUCCEEDED);

        handler.handleRequest(event("Create"), context);

        assertThat(athena.statements()).containsExactly(CREATE_STATEMENT, CREATE_STATEMENT);
    }

    @Test
    void givesUpAtTheDeadlineWithTheLastError() {
        athena.refusesToStart("TooManyRequestsException", "Too many active DDL queries", 400);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .hasMessage("CREATE of view quilt_query.v in workgroup quilt-query failed: no success within 270 "
                        + "seconds; the last error was: Too many active DDL queries (TooManyRequestsException)");
        assertThat(context.nanos()).isEqualTo(Duration.ofSeconds(270).toNanos());
    }

    @Test
    void failsAtOnceWhenAccessIsDenied() {
        athena.refusesToStart("AccessDeniedException", "not authorized", 400);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .hasMessage("CREATE of view quilt_query.v in workgroup quilt-query failed: "
                        + "not authorized (AccessDeniedException)");
        assertThat(context.pauses).isEmpty();
    }

    @Test
    void stopsAQueryThatIsNotDoneAtTheDeadline() {
        athena.starts("q1").finds(QueryExecutionState.RUNNING);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .hasMessage("CREATE of view quilt_query.v in workgroup quilt-query failed (query q1): "
                        + "it was still RUNNING after 270 seconds and was stopped");
        assertThat(athena.stopped()).containsExactly("q1");
    }

    @Test
    void deletingSucceedsWhenTheWorkgroupIsGone() {
        athena.refusesToStart("InvalidRequestException", "WorkGroup quilt-query is not found.", 400);

        assertThat(handler.handleRequest(event("Delete"), context))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
    }

    @Test
    void deletingSucceedsWhenTheDatabaseIsGone() {
        athena.starts("q1").findsFailure("SCHEMA_NOT_FOUND: line 1:1: Schema 'quilt_query' does not exist", false);

        assertThat(handler.handleRequest(event("Delete"), context))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
    }

    @Test
    void creatingFailsWhenTheWorkgroupIsGone() {
        athena.refusesToStart("InvalidRequestException", "WorkGroup quilt-query is not found.", 400);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .hasMessage("CREATE of view quilt_query.v in workgroup quilt-query failed: "
                        + "WorkGroup quilt-query is not found. (InvalidRequestException)");
    }

    @Test
    void answersADeleteWithThePhysicalIdThatItWasAskedWith() {
        athena.starts("q1").finds(QueryExecutionState.SUCCEEDED);
        Map<String, Object> event = event("Delete");
        event.put("PhysicalResourceId", "an id of an earlier version");

        assertThat(handler.handleRequest(event, context))
                .isEqualTo(Map.of("PhysicalResourceId", "an id of an earlier version"));
    }

    @Test
    void namesEveryMissingAndUnknownProperty() {
        Map<String, Object> event = event("Create");
        event.put("ResourceProperties", Map.of("WorkGroup", "w", "ViewName", " ", "Query", "SELECT 1", "View", "v"));

        assertThatThrownBy(() -> handler.handleRequest(event, context))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Custom::AthenaView: property Database must be a text that is not empty, but is null; "
                        + "property ViewName must be a text that is not empty, but is  ; "
                        + "property View is unknown; the properties are WorkGroup, Database, ViewName, Query");
        assertThat(athena.statements()).isEmpty();
    }

    @Test
    void refusesARequestTypeThatItDoesNotKnow() {
        assertThatThrownBy(() -> handler.handleRequest(event("Recreate"), context))
                .hasMessage("Custom::AthenaView: RequestType must be Create, Update or Delete, but is Recreate");
    }

    @Test
    void shortensAReasonThatCloudFormationWouldNotTake() {
        athena.starts("q1").findsFailure("x".repeat(10_000), false);

        assertThatThrownBy(() -> handler.handleRequest(event("Create"), context))
                .satisfies(e -> assertThat(e.getMessage().getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThan(2_000));
    }

    private static Map<String, Object> event(String requestType) {
        Map<String, Object> event = new HashMap<>();
        event.put("RequestType", requestType);
        event.put("RequestId", "11111111-2222-3333-4444-555555555555");
        event.put(
                "ResourceProperties",
                Map.of(
                        "ServiceToken", "arn",
                        "ServiceTimeout", "720",
                        "WorkGroup", "quilt-query",
                        "Database", "quilt_query",
                        "ViewName", "v",
                        "Query", "SELECT 1 AS n"));
        if (!requestType.equals("Create")) {
            event.put("PhysicalResourceId", "quilt_query.v");
        }
        return event;
    }

    /** An invocation with five minutes left, whose time passes only while the handler waits. */
    private static final class FakeContext implements Context, Time {
        private final List<Duration> pauses = new ArrayList<>();
        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void sleep(Duration length) {
            pauses.add(length);
            nanos += length.toNanos();
        }

        @Override
        public int getRemainingTimeInMillis() {
            return 300_000;
        }

        @Override
        public LambdaLogger getLogger() {
            return new LambdaLogger() {
                @Override
                public void log(String message) {
                    // Nobody reads it here.
                }

                @Override
                public void log(byte[] message) {
                    // Nobody reads it here.
                }
            };
        }

        @Override
        public String getAwsRequestId() {
            return "request";
        }

        @Override
        public String getLogGroupName() {
            return "group";
        }

        @Override
        public String getLogStreamName() {
            return "stream";
        }

        @Override
        public String getFunctionName() {
            return "function";
        }

        @Override
        public String getFunctionVersion() {
            return "$LATEST";
        }

        @Override
        public String getInvokedFunctionArn() {
            return "arn";
        }

        @Override
        public CognitoIdentity getIdentity() {
            return null;
        }

        @Override
        public ClientContext getClientContext() {
            return null;
        }

        @Override
        public int getMemoryLimitInMB() {
            return 512;
        }
    }
}
