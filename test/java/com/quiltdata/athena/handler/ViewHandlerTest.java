package com.quiltdata.athena.handler;

import static com.quiltdata.athena.handler.ViewEvents.CREATE_STATEMENT;
import static com.quiltdata.athena.handler.ViewEvents.DROP_STATEMENT;
import static com.quiltdata.athena.handler.ViewEvents.event;
import static com.quiltdata.athena.handler.ViewEvents.properties;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViewHandlerTest {
    private static final String FIRST_TOKEN = "athena-view-11111111-2222-3333-4444-555555555555-1";

    private final FakeAthena athena = new FakeAthena();
    private final FakeContext context = new FakeContext();
    private final ViewHandler handler = new ViewHandler(athena.client(), context, () -> 0);

    @AfterEach
    void close() {
        athena.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Create", "Update", "Delete"})
    void createsOrReplacesOrDropsTheViewInTheWorkgroupAndTheDatabase(String requestType) {
        athena.starts("q1").finds("SUCCEEDED");

        assertThat(handle(event(requestType))).isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));

        JsonNode start = athena.requests("Start").getFirst();
        assertThat(athena.statements())
                .containsExactly(requestType.equals("Delete") ? DROP_STATEMENT : CREATE_STATEMENT);
        assertThat(start.path("WorkGroup").asText()).isEqualTo("quilt-query");
        assertThat(start.at("/QueryExecutionContext/Database").asText()).isEqualTo("quilt_query");
    }

    @Test
    void doublesQuotesInIdentifiers() {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event("Delete");
        event.put("ResourceProperties", Map.of("WorkGroup", "w", "Database", "d", "ViewName", "a\"b"));

        handle(event);

        assertThat(athena.statements()).containsExactly("DROP VIEW IF EXISTS \"d\".\"a\"\"b\"");
    }

    @Test
    void waitsWhileTheQueryIsQueuedAndRunning() {
        athena.starts("q1").finds("QUEUED").finds("RUNNING").finds("SUCCEEDED");

        handle(event("Create"));

        assertThat(context.pauses()).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200));
    }

    @Test
    void pausesForARandomTimeBetweenHalfAndAllOfWhatDoubles() {
        athena.refusesTo("Start", 400, "ThrottlingException", "Rate exceeded")
                .refusesTo("Start", 400, "ThrottlingException", "Rate exceeded")
                .refusesTo("Start", 400, "ThrottlingException", "Rate exceeded")
                .starts("q1")
                .finds("SUCCEEDED");
        Iterator<Long> draws = List.of(0L, 50_000_000L, 400_000_000L).iterator();
        RandomGenerator random = new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new UnsupportedOperationException();
            }

            @Override
            public long nextLong(long bound) {
                return Math.min(draws.next(), bound - 1);
            }
        };

        new ViewHandler(athena.client(), context, random).handleRequest(event("Create"), context.invocation());

        assertThat(context.pauses())
                .containsExactly(Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(800));
    }

    @ParameterizedTest
    @CsvSource({"Create", "Update", "Delete"})
    void theSameRequestDeliveredTwiceIsOneQueryToAthena(String requestType) {
        athena.starts("q1").finds("SUCCEEDED");

        handle(event(requestType));
        handle(event(requestType));

        assertThat(athena.operations()).containsExactly("Start", "Get", "Start", "Get");
        assertThat(athena.requests("Start").get(1))
                .isEqualTo(athena.requests("Start").get(0));
        assertThat(athena.requests("Start")
                        .getFirst()
                        .path("ClientRequestToken")
                        .asText())
                .isEqualTo(FIRST_TOKEN);
    }

    @Test
    void aRepeatedStartCarriesTheSameTokenAndAnotherQueryAnotherOne() {
        athena.dropsTheConnectionAt("Start")
                .starts("q1")
                .starts("q2")
                .findsFailure("Internal error", true)
                .finds("SUCCEEDED");

        handle(event("Create"));

        assertThat(athena.requests("Start"))
                .extracting(start -> start.path("ClientRequestToken").asText())
                .containsExactly(FIRST_TOKEN, FIRST_TOKEN, "athena-view-11111111-2222-3333-4444-555555555555-2");
    }

    @ParameterizedTest
    @CsvSource({"ViewName, w, quilt_query.w", "Database, other, other.v"})
    void anUpdateToAnotherViewMakesItAndChangesThePhysicalIdSoThatTheOldOneIsDeleted(
            String property, String value, String physicalId) {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event("Update");
        properties(event).put(property, value);

        assertThat(handle(event)).isEqualTo(Map.of("PhysicalResourceId", physicalId));

        assertThat(athena.statements())
                .containsExactly(
                        "CREATE OR REPLACE VIEW \"%s\" AS\nSELECT 1 AS n".formatted(physicalId.replace(".", "\".\"")));
    }

    @ParameterizedTest
    @CsvSource({"quilt_query, V", "Quilt_Query, v"})
    void anUpdateOfTheLetterCaseIsNoOtherView(String database, String viewName) {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event("Update");
        properties(event).putAll(Map.of("Database", database, "ViewName", viewName));

        assertThat(handle(event)).isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Update", "Delete"})
    void aPhysicalIdFromElsewhereIsKept(String requestType) {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event(requestType);
        event.put("PhysicalResourceId", "an id of an earlier version");

        assertThat(handle(event)).isEqualTo(Map.of("PhysicalResourceId", "an id of an earlier version"));
    }

    @ParameterizedTest
    @CsvSource({
        "Create, WorkGroup", "Create, Database", "Create, ViewName", "Create, Query",
        "Update, WorkGroup", "Update, Database", "Update, ViewName", "Update, Query",
        "Delete, WorkGroup", "Delete, Database", "Delete, ViewName",
    })
    void aMissingPropertyIsNamedAndNothingIsSent(String requestType, String property) {
        Map<String, Object> event = event(requestType);
        properties(event).remove(property);

        assertThatThrownBy(() -> handle(event))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Custom::AthenaView: property %s must be a string that is not empty".formatted(property));

        assertThat(athena.operations()).isEmpty();
    }

    @Test
    void aDeleteNeedsNoQueryAndIsNotHinderedByAnUnknownProperty() {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event("Delete");
        properties(event).remove("Query");
        properties(event).put("View", "v");

        handle(event);

        assertThat(athena.statements()).containsExactly(DROP_STATEMENT);
    }

    @Test
    void whatTheViewReadsIsForCloudFormationAlone() {
        athena.starts("q1").finds("SUCCEEDED");
        Map<String, Object> event = event("Update");
        properties(event).put("DefinitionsRead", "0f1e2d3c");

        handle(event);

        assertThat(athena.statements()).singleElement().asString().doesNotContain("0f1e2d3c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Create", "Update"})
    void anUnknownPropertyIsNamedAndNothingIsSent(String requestType) {
        Map<String, Object> event = event(requestType);
        properties(event).put("View", "v");

        assertThatThrownBy(() -> handle(event))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Custom::AthenaView: property View is unknown; the properties are WorkGroup, Database,"
                        + " ViewName, Query, DefinitionsRead");

        assertThat(athena.operations()).isEmpty();
    }

    @Test
    void everyProblemOfARequestIsNamedAtOnce() {
        Map<String, Object> event = new HashMap<>();
        event.put("RequestType", "Create");
        event.put("ResourceProperties", Map.of("WorkGroup", "w", "ViewName", " ", "Query", List.of(1), "View", "v"));

        assertThatThrownBy(() -> handle(event))
                .hasMessage("Custom::AthenaView: property Database must be a string that is not empty; "
                        + "property ViewName must be a string that is not empty; "
                        + "property Query must be a string that is not empty; "
                        + "property View is unknown; the properties are WorkGroup, Database, ViewName, Query, DefinitionsRead; "
                        + "RequestId must be a string that is not empty");
    }

    @Test
    void anUnknownRequestTypeIsNamedAndNothingIsSent() {
        assertThatThrownBy(() -> handle(event("Recreate")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Custom::AthenaView: RequestType must be Create, Update or Delete, but is Recreate");

        assertThat(athena.operations()).isEmpty();
    }

    @Test
    void aReasonIsShortenedToWhatCloudFormationTakes() {
        athena.starts("q1").findsFailure("COLUMN_NOT_FOUND: " + "列".repeat(10_000), false);

        assertThatThrownBy(() -> handle(event("Create")))
                .hasMessageEndingWith("列…; what to do: make Query and the columns of its tables agree")
                .satisfies(e -> assertThat(e.getMessage().getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThan(2_500));
    }

    /** Each costs the handler's ten seconds, so they are tried at once. */
    @Test
    void aConnectionThatIsDeadAndAnAnswerThatTricklesAreGivenUpAndRepeated() throws Exception {
        List<UnaryOperator<FakeAthena>> faults = List.of(
                fake -> fake.fallsSilentAt("Start").starts("q1").finds("SUCCEEDED"),
                fake -> fake.starts("q1").fallsSilentAt("Get").finds("SUCCEEDED"),
                fake -> fake.tricklesTheAnswerTo("Start").starts("q1").finds("SUCCEEDED"),
                fake -> fake.starts("q1").tricklesTheAnswerTo("Get").finds("SUCCEEDED"));
        List<Callable<List<String>>> requests = faults.stream()
                .flatMap(fault -> Stream.of("Create", "Update", "Delete")
                        .map(type -> (Callable<List<String>>) () -> operations(fault, type)))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(requests.size())) {
            List<Future<List<String>>> sent = threads.invokeAll(requests);

            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).get()).containsExactly("Start", i / 3 % 2 == 0 ? "Start" : "Get", "Get");
            }
        }
    }

    private Map<String, Object> handle(Map<String, Object> event) {
        return handler.handleRequest(event, context.invocation());
    }

    private static List<String> operations(UnaryOperator<FakeAthena> fault, String requestType) {
        FakeContext context = new FakeContext();
        try (FakeAthena athena = fault.apply(new FakeAthena())) {
            new ViewHandler(athena.client(), context, () -> 0).handleRequest(event(requestType), context.invocation());
            return athena.operations();
        }
    }

    /**
     * Every call takes as long as it may, and the query begins at whatever time: at the latest just before the deadline,
     * after which the handler starts, looks at and stops it. Five seconds are left for its answer.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void answersInTimeHoweverLateTheQueryBeginsAndHoweverLongEachCallTakes(int refusals) {
        for (int refusal = 0; refusal < refusals; refusal++) {
            athena.refusesTo("Start", 400, "ThrottlingException", "Rate exceeded");
        }
        athena.starts("q1").finds("RUNNING").stops();
        PollingClock clock = new PollingClock() {
            @Override
            public long nanos() {
                return context.nanos()
                        + ViewHandler.LONGEST_CALL
                                .multipliedBy(athena.operations().size())
                                .toNanos();
            }

            @Override
            public void sleep(Duration length) {
                context.sleep(length);
            }
        };

        assertThatThrownBy(() -> new ViewHandler(athena.client(), clock, new Random(refusals))
                        .handleRequest(event("Create"), context.invocation()))
                .isInstanceOf(ViewException.class);

        assertThat(Duration.ofNanos(clock.nanos()).toMillis()).isBetween(250_000L, 295_000L);
    }

    @Test
    void logsOneLineForEachStepOfACreate() {
        athena.refusesTo("Start", 400, "ThrottlingException", "Rate\nexceeded")
                .starts("q1")
                .finds("RUNNING")
                .finds("SUCCEEDED");

        handle(event("Create"));

        assertThat(context.log())
                .containsExactly(
                        "INFO Requested type=CREATE view=quilt_query.v workGroup=quilt-query"
                                + " request=11111111-2222-3333-4444-555555555555",
                        "WARN Repeating reason=\"Rate exceeded (ThrottlingException)\"",
                        "INFO Started query=q1 attempt=1",
                        "INFO Ended query=q1 state=SUCCEEDED",
                        "INFO Done physicalResourceId=quilt_query.v");
    }

    @Test
    void logsOneLineForEachStepOfADeleteThatFindsNothing() {
        athena.starts("q1").findsFailure("NOT_FOUND: Schema quilt_query not found", false);

        handle(event("Delete"));

        assertThat(context.log())
                .containsExactly(
                        "INFO Requested type=DELETE view=quilt_query.v workGroup=quilt-query"
                                + " request=11111111-2222-3333-4444-555555555555",
                        "INFO Started query=q1 attempt=1",
                        "WARN Ended query=q1 state=FAILED reason=\"NOT_FOUND: Schema quilt_query not found\"",
                        "INFO NothingToDrop reason=\"NOT_FOUND: Schema quilt_query not found\"",
                        "INFO Done physicalResourceId=quilt_query.v");
    }

    @Test
    void logsARefusedRequestWithoutItsContent() {
        Map<String, Object> event = event("Create");
        properties(event).put("Query", List.of("SELECT 'secret'"));

        assertThatThrownBy(() -> handle(event)).isInstanceOf(IllegalArgumentException.class);

        assertThat(context.log())
                .containsExactly("ERROR Failed reason="
                        + "\"Custom::AthenaView: property Query must be a string that is not empty\"");
    }
}
