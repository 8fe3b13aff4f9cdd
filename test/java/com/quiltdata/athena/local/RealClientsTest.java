package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.local.LocalAthenaScript.Serving;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.result.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.Datum;
import software.amazon.awssdk.services.athena.model.GetQueryResultsResponse;
import software.amazon.awssdk.services.athena.model.NamedQuery;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;

/** Clients that others wrote, on one run of {@code test/local-athena --serve} and its sample registry. */
class RealClientsTest {
    private static final String WORK_GROUP = "quilt-query";
    private static final String DATABASE = "quilt_query";
    private static final String RESULTS = "mycompany-quilt-query-results";
    private static final String LONG_QUERY = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) CROSS JOIN"
            + " UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 10000))";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static NodePackages packages;
    private static LocalAthenaScript script;
    private static Serving serving;
    private static AwsClients aws;

    @BeforeAll
    static void serve() throws Exception {
        packages = NodePackages.install("javascript");
        script = LocalAthenaScript.in(directory);
        serving = script.serve("--format", "json", "-c", "snapshotSchedule=rate(1 day)", "-c", "snapshotEvents=true");
        aws = new AwsClients(serving.endpoint());
    }

    @AfterAll
    static void endsWithStatusZeroWhenInterruptedAndHasPrintedTheExampleQuerysRows() throws Exception {
        aws.athena().startQueryExecution(request(LONG_QUERY));
        aws.close();
        assertThat(serving.interrupt()).isZero();
        assertThat(script.errors()).doesNotContain("\tat ");
        assertThat(script.leftovers()).isEmpty();
        JsonNode rows = JSON.readTree(serving.process().getInputStream());
        assertThat(rows.findValuesAsText("size")).containsExactlyInAnyOrder("1005", "2097664", "4300000000");
    }

    @Test
    void theSdkForJavaListsTheWorkgroup() {
        assertThat(aws.athena().listWorkGroups(list -> {}).workGroups())
                .extracting(WorkGroupSummary::name)
                .contains(WORK_GROUP);
    }

    @Test
    void theSdkForJavaFindsTheSavedQueryRunsItAndPagesThroughItsResult() throws Exception {
        AthenaClient athena = aws.athena();
        List<NamedQuery> saved = athena.listNamedQueriesPaginator(list -> list.workGroup(WORK_GROUP)).stream()
                .map(page -> athena.batchGetNamedQuery(get -> get.namedQueryIds(page.namedQueryIds())))
                .flatMap(batch -> batch.namedQueries().stream())
                .toList();
        QueryExecution query = run(saved.getFirst().queryString());

        List<GetQueryResultsResponse> pages =
                athena
                        .getQueryResultsPaginator(get ->
                                get.queryExecutionId(query.queryExecutionId()).maxResults(3))
                        .stream()
                        .toList();

        assertThat(pages).extracting(page -> page.resultSet().rows().size()).containsExactly(3, 1);
        assertThat(pages.stream()
                        .flatMap(page -> page.resultSet().rows().stream())
                        .map(row -> row.data().get(2))
                        .map(Datum::varCharValue))
                .startsWith("logical_key")
                .containsExactlyInAnyOrder(
                        "logical_key", "nuclei/05.tiff", "fov/cell-5.tiff", "fov/zellkern-größe-5.tiff");
    }

    @Test
    void theSdkForJavaWaitsForTheResultsFileAndFetchesIt() throws Exception {
        QueryExecution query = run("SELECT count(*) AS revisions FROM quilt_allencell_manifests_quilt_packages_view");
        String key = query.queryExecutionId() + ".csv";

        aws.s3().waiter().waitUntilObjectExists(head -> head.bucket(RESULTS).key(key));

        assertThat(aws.s3()
                        .getObjectAsBytes(get -> get.bucket(RESULTS).key(key))
                        .asUtf8String())
                .isEqualTo("\"revisions\"\n\"8\"\n");
    }

    @Test
    void theSdkForJavaCancelsAQueryAndFindsItInTheHistory() throws Exception {
        String id = aws.athena().startQueryExecution(request(LONG_QUERY)).queryExecutionId();

        aws.athena().stopQueryExecution(stop -> stop.queryExecutionId(id));

        assertThat(AwsClients.await(aws.athena(), id).status().state()).isEqualTo(QueryExecutionState.CANCELLED);
        assertThat(aws.athena().listQueryExecutionsPaginator(list -> list.workGroup(WORK_GROUP)).stream()
                        .flatMap(page -> page.queryExecutionIds().stream()))
                .contains(id);
    }

    @Test
    void theSdkForJavaTellsWhyAQueryFailed() throws Exception {
        assertThat(run("SELECT nothing FROM nowhere").status().athenaError().errorMessage())
                .isEqualTo("TABLE_NOT_FOUND: line 1:21: Table 'awsdatacatalog.quilt_query.nowhere' does not exist");
    }

    @Test
    void aPushIsInTheSnapshotsWithinSeconds() throws Exception {
        String bucket = "quilt-allencell-manifests";
        String pointer = ".quilt/named_packages/pushed/now/latest";
        String hash = "7".repeat(64);
        String rows = "SELECT count(*) FROM quilt_allencell_manifests_quilt_packages_snapshot WHERE hash = '%s'";
        String manifest = "{\"version\": \"v0\"}";
        aws.s3().putObject(put -> put.bucket(bucket).key(".quilt/packages/" + hash), RequestBody.fromString(manifest));
        aws.s3().putObject(put -> put.bucket(bucket).key(pointer), RequestBody.fromString(hash));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (ResultTable.query(aws, WORK_GROUP, DATABASE, rows.formatted(hash))
                .rows()
                .equals(List.of(List.of("0")))) {
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.SECONDS.sleep(1);
        }
        aws.s3().deleteObject(delete -> delete.bucket(bucket).key(pointer));
    }

    @Test
    void theSdkThatTheQuiltCatalogUsesMakesTheCallsOfItsQueriesTab() throws Exception {
        JsonNode session = node("queries-tab.js", WORK_GROUP, DATABASE);

        assertThat(session).isEqualTo(JSON.readTree("""
                {
                  "workGroups": ["quilt-query", "quilt-query-snapshot"],
                  "catalogs": ["AwsDataCatalog"],
                  "databases": ["default", "quilt_query"],
                  "saved": ["Quilt packages in quilt-allencell-manifests: files by metadata",
                    "Quilt packages in quilt-allencell-manifests: files by metadata, as of the last refresh"],
                  "state": "SUCCEEDED",
                  "context": {"Catalog": "awsdatacatalog", "Database": "quilt_query"},
                  "pages": [2, 2, 0],
                  "header": ["user", "name", "logical_key", "physical_keys", "size", "meta"],
                  "sizes": ["1005", "2097664", "4300000000"],
                  "failed": "FAILED: TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.quilt_query.absent' does not exist",
                  "stopped": "CANCELLED: Query cancelled by user",
                  "history": ["CANCELLED", "FAILED", "SUCCEEDED"],
                  "refused": {"code": "InvalidRequestException", "message": "WorkGroup is not found.", "status": 400}
                }
                """));
    }

    @Test
    void athenaExpressFetchesResultsFromS3() throws Exception {
        JsonNode session = node("athena-express.js", WORK_GROUP, DATABASE, "s3://" + RESULTS, """
                SELECT "user", name, count(*) AS pointers, max(message) AS message
                FROM quilt_allencell_manifests_quilt_packages_view GROUP BY 1, 2 ORDER BY 1, 2
                """);

        assertThat(session).isEqualTo(JSON.readTree("""
                {
                  "items": [
                    {"user": "allen", "name": "cells", "pointers": "3", "message": "Segment again with version 1.3"},
                    {"user": "allen", "name": "nuclei", "pointers": "2"},
                    {"user": "ernest", "name": "notes", "pointers": "3", "message": "Notes, reviewed"}
                  ],
                  "count": 3,
                  "named": true,
                  "listing": [{"row": "quilt_allencell_manifests_quilt_packages_view"}],
                  "failure": "TABLE_NOT_FOUND: line 1:21: Table 'awsdatacatalog.quilt_query.nowhere' does not exist"
                }
                """));
    }

    private static StartQueryExecutionRequest request(String sql) {
        return StartQueryExecutionRequest.builder()
                .workGroup(WORK_GROUP)
                .queryExecutionContext(context -> context.database(DATABASE))
                .queryString(sql)
                .build();
    }

    private static QueryExecution run(String sql) {
        return SharedEmbeddedAws.run(aws.athena(), request(sql));
    }

    /** Runs a script of {@code test/javascript} and returns what it prints. */
    private static JsonNode node(String script, String... arguments) throws IOException, InterruptedException {
        return JSON.readTree(packages.run(
                script,
                List.of(arguments),
                Map.of(
                        "AWS_ENDPOINT_URL", serving.endpoint().toString(),
                        "AWS_REGION", "us-east-1",
                        "AWS_ACCESS_KEY_ID", "test",
                        "AWS_SECRET_ACCESS_KEY", "test",
                        "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1"),
                ""));
    }
}
