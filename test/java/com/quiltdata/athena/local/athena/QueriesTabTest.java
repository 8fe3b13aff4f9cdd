package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.athena.Queries.ATHENA;
import static com.quiltdata.athena.local.athena.Queries.results;
import static com.quiltdata.athena.local.athena.Queries.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.athena.model.BatchGetNamedQueryResponse;
import software.amazon.awssdk.services.athena.model.BatchGetQueryExecutionResponse;
import software.amazon.awssdk.services.athena.model.ColumnInfo;
import software.amazon.awssdk.services.athena.model.DataCatalogSummary;
import software.amazon.awssdk.services.athena.model.DataCatalogType;
import software.amazon.awssdk.services.athena.model.EncryptionOption;
import software.amazon.awssdk.services.athena.model.GetQueryResultsResponse;
import software.amazon.awssdk.services.athena.model.ListNamedQueriesResponse;
import software.amazon.awssdk.services.athena.model.NamedQuery;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionContext;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.StatementType;
import software.amazon.awssdk.services.athena.model.UnprocessedNamedQueryId;
import software.amazon.awssdk.services.athena.model.UnprocessedQueryExecutionId;
import software.amazon.awssdk.services.athena.model.WorkGroup;
import software.amazon.awssdk.services.athena.model.WorkGroupState;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;

/**
 * The calls that the Queries tab of the Quilt catalog makes, in its order and with its parameters.
 *
 * @see <a
 *     href="https://github.com/quiltdata/quilt/blob/master/catalog/app/containers/Bucket/Queries/Athena/model/requests.ts">the
 *     tab's requests</a>
 */
class QueriesTabTest {
    private static final String WORK_GROUP = "queries-tab-test";
    private static final String DATABASE = "queries_tab_test";
    private static Queries queries;

    @BeforeAll
    static void createWorkGroup() {
        queries = Queries.create(WORK_GROUP);
        SharedEmbeddedAws.createTextTable(DATABASE, "letters", "s3://" + WORK_GROUP + "/letters/");
    }

    @Test
    void workgroupsAreListedByNameAndDescribedOneByOne() {
        List<WorkGroupSummary> listed = SharedEmbeddedAws.workGroups();

        List<WorkGroup> offered = listed.stream()
                .map(summary -> ATHENA.getWorkGroup(get -> get.workGroup(summary.name()))
                        .workGroup())
                .filter(workGroup -> workGroup.state() == WorkGroupState.ENABLED)
                .filter(workGroup ->
                        workGroup.configuration().resultConfiguration().outputLocation() != null)
                .toList();

        assertThat(listed).extracting(WorkGroupSummary::name).isSorted().contains("primary", WORK_GROUP);
        assertThat(offered).extracting(WorkGroup::name).contains(WORK_GROUP).doesNotContain("primary");
    }

    @Test
    void aWorkgroupWithoutADescriptionHasAnEmptyOneInTheListAlone() {
        assertThat(SharedEmbeddedAws.workGroups().stream()
                        .filter(summary -> summary.name().equals("primary"))
                        .map(WorkGroupSummary::description))
                .containsExactly("");
        assertThat(ATHENA.getWorkGroup(get -> get.workGroup("primary"))
                        .workGroup()
                        .description())
                .isNull();
    }

    @Test
    void theBuiltInCatalogIsListedForTheTabToShow() {
        assertThat(ATHENA.listDataCatalogs(list -> {}).dataCatalogsSummary())
                .extracting(DataCatalogSummary::catalogName, DataCatalogSummary::type)
                .containsExactly(tuple("AwsDataCatalog", DataCatalogType.GLUE));
    }

    @Test
    void savedQueriesAreListedFiftyAtATimeAndFetchedTogether() {
        queries.createWorkGroup("queries-tab-test-saved");
        List<String> names =
                IntStream.range(10, 61).mapToObj(number -> "query " + number).toList();
        names.forEach(name -> ATHENA.createNamedQuery(create -> create.workGroup("queries-tab-test-saved")
                .name(name)
                .database(DATABASE)
                .queryString("SELECT 1")));

        List<ListNamedQueriesResponse> pages =
                ATHENA.listNamedQueriesPaginator(list -> list.workGroup("queries-tab-test-saved")).stream()
                        .toList();

        assertThat(pages).extracting(page -> page.namedQueryIds().size()).containsExactly(50, 1);
        assertThat(pages.stream()
                        .map(page -> ATHENA.batchGetNamedQuery(get -> get.namedQueryIds(page.namedQueryIds())))
                        .flatMap(batch -> batch.namedQueries().stream())
                        .map(NamedQuery::name))
                .containsExactlyElementsOf(names);
    }

    @Test
    void aBatchOfSavedQueriesNamesTheOnesThatAreGone() {
        String id = ATHENA.createNamedQuery(create -> create.workGroup(WORK_GROUP)
                        .name("there")
                        .database(DATABASE)
                        .queryString("SELECT 1"))
                .namedQueryId();

        BatchGetNamedQueryResponse batch = ATHENA.batchGetNamedQuery(get -> get.namedQueryIds(id, "gone"));

        assertThat(batch.namedQueries()).extracting(NamedQuery::name).containsExactly("there");
        assertThat(batch.unprocessedNamedQueryIds())
                .containsExactly(UnprocessedNamedQueryId.builder()
                        .namedQueryId("gone")
                        .errorCode("NAMED_QUERY_NOT_FOUND")
                        .errorMessage("Named query gone was not found")
                        .build());
    }

    @Test
    void aBatchOfQueriesNamesTheOnesThatAreGone() throws Exception {
        String id = run("SELECT 1").queryExecutionId();

        BatchGetQueryExecutionResponse batch = ATHENA.batchGetQueryExecution(get -> get.queryExecutionIds("gone", id));

        assertThat(batch.queryExecutions())
                .extracting(QueryExecution::queryExecutionId)
                .containsExactly(id);
        assertThat(batch.unprocessedQueryExecutionIds())
                .containsExactly(UnprocessedQueryExecutionId.builder()
                        .queryExecutionId("gone")
                        .errorCode("QUERY_EXECUTION_NOT_FOUND")
                        .errorMessage("QueryExecution gone was not found")
                        .build());
    }

    @Test
    void aWorkgroupWithoutQueriesHasAnEmptyHistory() {
        queries.createWorkGroup("queries-tab-test-empty");

        assertThat(ATHENA.listQueryExecutions(list -> list.workGroup("queries-tab-test-empty")))
                .satisfies(history -> assertThat(history.queryExecutionIds()).isEmpty())
                .satisfies(history -> assertThat(history.nextToken()).isNull());
    }

    @Test
    void aQueryIsDescribedAsItWasStartedWithTheCatalogInLowerCase() throws Exception {
        Instant before = Instant.now().minusSeconds(1);

        QueryExecution query = run("SELECT 1 AS one");

        assertThat(query.query()).isEqualTo("SELECT 1 AS one");
        assertThat(query.queryExecutionContext())
                .isEqualTo(QueryExecutionContext.builder()
                        .catalog("awsdatacatalog")
                        .database(DATABASE)
                        .build());
        assertThat(query.workGroup()).isEqualTo(WORK_GROUP);
        assertThat(query.resultConfiguration().outputLocation())
                .isEqualTo("s3://" + WORK_GROUP + "/" + query.queryExecutionId() + ".csv");
        assertThat(query.statementType()).isEqualTo(StatementType.DML);
        assertThat(query.substatementType()).isEqualTo("SELECT");
        assertThat(query.engineVersion().effectiveEngineVersion()).isEqualTo("Athena engine version 3");
        assertThat(query.status().submissionDateTime())
                .isBetween(before, query.status().completionDateTime());
        assertThat(query.resultReuseConfiguration()
                        .resultReuseByAgeConfiguration()
                        .enabled())
                .isFalse();
    }

    @Test
    void aQueryTellsWhereItsTimeWent() throws Exception {
        QueryExecution query = run("SELECT 1");

        assertThat(query.statistics().dataScannedInBytes()).isZero();
        assertThat(query.statistics().resultReuseInformation().reusedPreviousResult())
                .isFalse();
        assertThat(query.statistics().totalExecutionTimeInMillis())
                .isBetween(
                        query.statistics().engineExecutionTimeInMillis(),
                        query.statistics().queryQueueTimeInMillis()
                                + query.statistics().engineExecutionTimeInMillis()
                                + 1);
    }

    @Test
    void aQueryWithoutAContextIsDescribedWithoutOne() throws Exception {
        QueryExecution query = Queries.run(
                StartQueryExecutionRequest.builder().workGroup(WORK_GROUP).queryString("SELECT 1"));

        assertThat(query.queryExecutionContext())
                .isEqualTo(QueryExecutionContext.builder().build());
    }

    @Test
    void theTabsEncryptionGoesWithTheWorkgroupsLocationWhereThatIsNotEnforced() throws Exception {
        ATHENA.createWorkGroup(create -> create.name("queries-tab-test-lax")
                .configuration(configuration -> configuration
                        .enforceWorkGroupConfiguration(false)
                        .resultConfiguration(results -> results.outputLocation("s3://" + WORK_GROUP + "/lax"))));

        QueryExecution query = Queries.run(request("SELECT 1").workGroup("queries-tab-test-lax"));

        assertThat(query.resultConfiguration().outputLocation())
                .isEqualTo("s3://queries-tab-test/lax/" + query.queryExecutionId() + ".csv");
        assertThat(query.resultConfiguration().encryptionConfiguration().encryptionOption())
                .isEqualTo(EncryptionOption.SSE_S3);
    }

    @Test
    void aQueryIsQueuedThenRunningThenSucceeded() throws Exception {
        String id = Queries.start(
                request("SELECT count(*) FROM UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 2000))"));

        Set<QueryExecutionState> seen = new LinkedHashSet<>();
        do {
            seen.add(ATHENA.getQueryExecution(get -> get.queryExecutionId(id))
                    .queryExecution()
                    .status()
                    .state());
        } while (!seen.contains(QueryExecutionState.SUCCEEDED) && !seen.contains(QueryExecutionState.FAILED));

        assertThat(List.of(QueryExecutionState.QUEUED, QueryExecutionState.RUNNING, QueryExecutionState.SUCCEEDED))
                .containsSubsequence(seen);
    }

    @Test
    void aResultBeginsWithTheColumnsNamesByWhichTheTabTellsTheHeader() throws Exception {
        GetQueryResultsResponse results =
                results(run("SELECT 'a' AS logical_key, CAST(NULL AS varchar) AS physical_keys, 7 AS size"));

        assertThat(results.resultSet().resultSetMetadata().columnInfo())
                .extracting(ColumnInfo::name, ColumnInfo::type)
                .containsExactly(
                        tuple("logical_key", "varchar"), tuple("physical_keys", "varchar"), tuple("size", "integer"));
        assertThat(values(results))
                .containsExactly(List.of("logical_key", "physical_keys", "size"), Arrays.asList("a", null, "7"));
        assertThat(results.updateCount()).isZero();
    }

    @Test
    void aResultWithoutRowsIsItsHeader() throws Exception {
        GetQueryResultsResponse results = results(run("SELECT a FROM letters"));

        assertThat(values(results)).containsExactly(List.of("a"));
        assertThat(results.nextToken()).isNull();
    }

    @Test
    void aDefinitionHasNoResult() throws Exception {
        QueryExecution query = run("CREATE OR REPLACE VIEW defined AS SELECT 1 AS one");

        assertThat(query.statementType()).isEqualTo(StatementType.DDL);
        GetQueryResultsResponse results = results(query);
        assertThat(results.resultSet().rows()).isEmpty();
        assertThat(results.resultSet().resultSetMetadata().columnInfo()).isEmpty();
        assertThat(results.updateCount()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "SHOW TABLES LIKE 'letters', SHOW_TABLES, tab_name, string, letters",
        "SHOW SCHEMAS LIKE 'queries_tab_test', SHOW_DATABASES, database_name, string, queries_tab_test",
    })
    void aListingHasAthenasColumnAndNoHeader(String sql, String kind, String column, String type, String row)
            throws Exception {
        QueryExecution query = run(sql);

        assertThat(query.statementType()).isEqualTo(StatementType.UTILITY);
        assertThat(query.substatementType()).isEqualTo(kind);
        GetQueryResultsResponse results = results(query);
        assertThat(results.resultSet().resultSetMetadata().columnInfo())
                .extracting(ColumnInfo::name, ColumnInfo::type, ColumnInfo::precision, ColumnInfo::caseSensitive)
                .containsExactly(tuple(column, type, 0, false));
        assertThat(values(results)).containsExactly(List.of(row));
        assertThat(SharedEmbeddedAws.text(WORK_GROUP, query.queryExecutionId() + ".txt"))
                .isEqualTo(row);
    }

    @Test
    void aViewsDefinitionHasARowForEachLine() throws Exception {
        run("CREATE OR REPLACE VIEW shown AS SELECT 1 AS one");

        QueryExecution query = run("SHOW CREATE VIEW shown");

        assertThat(query.substatementType()).isEqualTo("SHOW_CREATE_VIEW");
        assertThat(results(query).resultSet().resultSetMetadata().columnInfo())
                .extracting(ColumnInfo::name, ColumnInfo::type)
                .containsExactly(tuple("create view", "varchar"));
        assertThat(values(results(query)))
                .containsExactly(
                        List.of("CREATE VIEW awsdatacatalog." + DATABASE + ".shown SECURITY DEFINER AS"),
                        List.of("SELECT 1 one"));
    }

    @Test
    void aPlanHasItsHeaderAndARowForEachLine() throws Exception {
        QueryExecution query = run("EXPLAIN (TYPE VALIDATE) SELECT 1");

        assertThat(query.statementType()).isEqualTo(StatementType.DML);
        assertThat(query.substatementType()).isEqualTo("EXPLAIN");
        assertThat(values(results(query))).containsExactly(List.of("Valid"), List.of("true"), List.of(""));
        assertThat(results(query).updateCount()).isNull();
    }

    @Test
    void aQueryThatIsOverIsStoppedWithoutAChange() throws Exception {
        QueryExecution query = run("SELECT 1");

        ATHENA.stopQueryExecution(stop -> stop.queryExecutionId(query.queryExecutionId()));

        assertThat(AwsClients.await(ATHENA, query.queryExecutionId())).isEqualTo(query);
    }

    /** What the tab sends: the chosen catalog and database, and always the encryption. */
    private static StartQueryExecutionRequest.Builder request(String sql) {
        return queries.request(sql)
                .resultConfiguration(results -> results.encryptionConfiguration(
                        encryption -> encryption.encryptionOption(EncryptionOption.SSE_S3)));
    }

    private static QueryExecution run(String sql) {
        return Queries.run(request(sql));
    }
}
