package com.quiltdata.athena.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.athena.Queries;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.WorkGroupState;

/** The problems that the engine finds, in the engine's own words: those of the failure matrix are these. */
class ViewHandlerOnTheEngineTest {
    private static final String NAME = "handlerproblems";

    private final ViewHandler handler = new ViewHandler(
            AthenaClient.builder()
                    .endpointOverride(SharedEmbeddedAws.endpoint())
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret"))),
            PollingClock.SYSTEM,
            () -> 0);

    @BeforeAll
    static void makeATable() {
        Queries.create(NAME).createWorkGroup(NAME + "-disabled");
        SharedEmbeddedAws.athena()
                .updateWorkGroup(update -> update.workGroup(NAME + "-disabled").state(WorkGroupState.DISABLED));
        SharedEmbeddedAws.createTextTable(NAME, "a_table", "s3://" + NAME + "/table/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            missing                  | handlerproblems | v       | SELECT 1 AS n       | create the workgroup, or name another one in WorkGroup
            handlerproblems-disabled | handlerproblems | v       | SELECT 1 AS n       | enable the workgroup
            primary                  | handlerproblems | v       | SELECT 1 AS n       | give the workgroup an output location
            handlerproblems          | missing         | v       | SELECT 1 AS n       | create the database, or name another one in Database
            handlerproblems          | handlerproblems | a_table | SELECT 1 AS n       | drop or rename the table, or choose another ViewName
            handlerproblems          | handlerproblems | v       | SELECT b FROM a_table | make Query and the columns of its tables agree
            handlerproblems          | handlerproblems | v       | SELECT a FROM nowhere | create what the query reads before the view: let the view depend on its tables
            handlerproblems          | handlerproblems | v       | SELECT FROM FROM    | correct Query; line 1 is the CREATE VIEW that goes before it, line 2 the query's first
            """)
    void whatCanBeDoneIsSaid(String workGroup, String database, String viewName, String query, String remedy) {
        Map<String, Object> event = event("Create");
        ViewEvents.properties(event)
                .putAll(Map.of("WorkGroup", workGroup, "Database", database, "ViewName", viewName, "Query", query));

        assertThatThrownBy(() -> handler.handleRequest(event, new FakeContext().invocation()))
                .isInstanceOf(ViewException.class)
                .hasMessageStartingWith(
                        "CREATE of view %s.%s in workgroup %s failed".formatted(database, viewName, workGroup))
                .hasMessageEndingWith("; what to do: " + remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "missing, handlerproblems, v",
        "handlerproblems, missing, v",
        "handlerproblems, handlerproblems, missing",
        "handlerproblems, handlerproblems, a_table",
    })
    void aDeleteOfWhatIsNotThereSucceeds(String workGroup, String database, String viewName) {
        Map<String, Object> event = event("Delete");
        ViewEvents.properties(event).putAll(Map.of("WorkGroup", workGroup, "Database", database, "ViewName", viewName));

        assertThat(handler.handleRequest(event, new FakeContext().invocation()))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
    }

    /** Athena refuses, which a delete takes for there being no view. */
    @ParameterizedTest
    @CsvSource({"Create, Failed", "Update, Failed", "Delete, NothingToDrop"})
    void aTableIsNeverTouched(String requestType, String end) {
        Map<String, Object> event = event(requestType);
        ViewEvents.properties(event).putAll(Map.of("WorkGroup", NAME, "Database", NAME, "ViewName", "a_table"));
        FakeContext context = new FakeContext();

        try {
            handler.handleRequest(event, context.invocation());
        } catch (ViewException e) {
            assertThat(e).hasMessageContaining("TABLE_ALREADY_EXISTS");
        }

        assertThat(context.log())
                .anyMatch(line -> line.startsWith("INFO Started "))
                .anyMatch(line -> line.matches("\\w+ " + end + " reason=.*"));
        assertThat(SharedEmbeddedAws.glue()
                        .getTable(get -> get.databaseName(NAME).name("a_table"))
                        .table()
                        .tableType())
                .isEqualTo("EXTERNAL_TABLE");
    }

    @Test
    void aRequestDeliveredTwiceRunsOneQuery() {
        Map<String, Object> event = event("Create");
        ViewEvents.properties(event).putAll(Map.of("WorkGroup", NAME, "Database", NAME, "ViewName", "twice"));
        FakeContext context = new FakeContext();

        handler.handleRequest(event, context.invocation());
        handler.handleRequest(event, context.invocation());

        assertThat(context.log().stream().filter(line -> line.startsWith("INFO Started")))
                .hasSize(2);
        assertThat(context.log().stream()
                        .filter(line -> line.startsWith("INFO Started"))
                        .distinct())
                .hasSize(1);
    }

    private static Map<String, Object> event(String requestType) {
        Map<String, Object> event = ViewEvents.event(requestType);
        event.put("RequestId", UUID.randomUUID().toString());
        return event;
    }
}
