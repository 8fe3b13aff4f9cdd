package com.quiltdata.athena.local.athena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.Column;
import software.amazon.awssdk.services.athena.model.Datum;
import software.amazon.awssdk.services.athena.model.MetadataException;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.StatementType;
import software.amazon.awssdk.services.athena.model.TableMetadata;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.s3.S3Client;

class AthenaTablesTest {
    private static final String BUCKET = "athena-tables-test";
    private static final String DATABASE = "athena_tables_test";
    private static final String WORK_GROUP = "athena-tables-test";
    private static final String MANIFEST = """
            {"version":"v0","message":"first","user_meta":{"a":1}}
            {"logical_key":"a.txt","physical_keys":["s3://b/a.txt","s3://b/ä.txt"],"size":3,"hash":{"type":"SHA256","value":"abc"}}
            not JSON
            """;

    private final AthenaClient athena = SharedEmbeddedAws.athena();
    private final GlueClient glue = SharedEmbeddedAws.glue();

    @BeforeAll
    static void createTables() {
        S3Client s3 = SharedEmbeddedAws.s3();
        s3.createBucket(create -> create.bucket(BUCKET));
        s3.putObject(put -> put.bucket(BUCKET).key("manifests/abc"), RequestBody.fromString(MANIFEST));
        s3.putObject(put -> put.bucket(BUCKET).key("pointers/me/mine/latest"), RequestBody.fromString("abc"));
        s3.putObject(put -> put.bucket(BUCKET).key("pointers/you/yours/1"), RequestBody.fromString("def\n"));

        GlueClient glue = SharedEmbeddedAws.glue();
        glue.createDatabase(create -> create.databaseInput(input -> input.name(DATABASE)));
        createTable(
                glue,
                "manifests",
                "org.openx.data.jsonserde.JsonSerDe",
                Map.of("ignore.malformed.json", "true"),
                "logical_key string",
                "physical_keys array<string>",
                "size string",
                "hash struct<type:string,value:string>",
                "user_meta string",
                "message string");
        createTable(
                glue,
                "pointers",
                "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                Map.of("field.delim", ",", "serialization.format", ","),
                "hash string");

        AthenaClient athena = SharedEmbeddedAws.athena();
        athena.createWorkGroup(create -> create.name(WORK_GROUP)
                .configuration(configuration -> configuration.resultConfiguration(
                        results -> results.outputLocation("s3://" + BUCKET + "/results/"))));
    }

    @Test
    void jsonLinesAreRowsAndWhatIsNoJsonIsARowOfNulls() throws Exception {
        assertThat(rows("SELECT logical_key, physical_keys, size, hash, user_meta, message FROM manifests"
                        + " ORDER BY logical_key, message"))
                .containsExactly(
                        Arrays.asList(
                                "a.txt", "[s3://b/a.txt, s3://b/ä.txt]", "3", "{type=SHA256, value=abc}", null, null),
                        Arrays.asList(null, null, null, null, "{\"a\":1}", "first"),
                        Arrays.asList(null, null, null, null, null, null));
    }

    @Test
    void filesInFoldersBelowTheLocationAreRead() throws Exception {
        assertThat(rows("SELECT hash, \"$path\" FROM pointers ORDER BY hash"))
                .containsExactly(
                        List.of("abc", "s3://athena-tables-test/pointers/me/mine/latest"),
                        List.of("def", "s3://athena-tables-test/pointers/you/yours/1"));
    }

    @Test
    void aQueryTellsTheBytesItRead() throws Exception {
        QueryExecution query = run("SELECT count(logical_key) FROM manifests");

        assertThat(query.statistics().dataScannedInBytes()).isEqualTo(MANIFEST.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aQueryThatReadsMoreThanItsWorkgroupAllowsIsCancelled() throws Exception {
        athena.createWorkGroup(create -> create.name("cut-off")
                .configuration(configuration -> configuration
                        .bytesScannedCutoffPerQuery(MANIFEST.length() / 2L)
                        .resultConfiguration(results -> results.outputLocation("s3://" + BUCKET + "/results/"))));
        String id = athena.startQueryExecution(start -> start.workGroup("cut-off")
                        .queryString("SELECT count(logical_key) FROM " + DATABASE + ".manifests"))
                .queryExecutionId();

        QueryExecution query = SharedEmbeddedAws.await(athena, id);

        assertThat(query.status().stateAsString()).isEqualTo("CANCELLED");
        assertThat(query.status().stateChangeReason()).isEqualTo("Query cancelled! : Bytes scanned limit was exceeded");
    }

    @Test
    void aViewIsWrittenToGlueAndReadBack() throws Exception {
        QueryExecution query = run("CREATE OR REPLACE VIEW \"" + DATABASE + "\".\"joined\" AS SELECT m.message"
                + " FROM pointers p JOIN manifests m ON m.\"$path\" = 's3://" + BUCKET + "/manifests/' || p.hash"
                + " WHERE m.message IS NOT NULL");

        assertThat(query.statementType()).isEqualTo(StatementType.DDL);
        assertThat(query.substatementType()).isEqualTo("CREATE_VIEW");
        Table view =
                glue.getTable(get -> get.databaseName(DATABASE).name("joined")).table();
        assertThat(view.tableType()).isEqualTo("VIRTUAL_VIEW");
        assertThat(view.viewOriginalText()).startsWith("/* Presto View: ");
        assertThat(rows("SELECT * FROM joined")).containsExactly(List.of("first"));
    }

    @Test
    void aReplacedViewIsTheNewOne() throws Exception {
        run("CREATE OR REPLACE VIEW \"" + DATABASE + "\".\"replaced\" AS SELECT 1 AS one");
        run("CREATE OR REPLACE VIEW \"" + DATABASE + "\".\"replaced\" AS SELECT 2 AS two");

        assertThat(rows("SELECT two FROM replaced")).containsExactly(List.of("2"));
    }

    @Test
    void aDroppedViewIsGoneAndMayBeDroppedAgain() throws Exception {
        run("CREATE OR REPLACE VIEW \"" + DATABASE + "\".\"dropped\" AS SELECT 1 AS one");
        String drop = "DROP VIEW IF EXISTS \"" + DATABASE + "\".\"dropped\"";

        assertThat(run(drop).status().stateAsString()).isEqualTo("SUCCEEDED");
        assertThat(run(drop).status().stateAsString()).isEqualTo("SUCCEEDED");
        assertThat(glue.getTables(get -> get.databaseName(DATABASE).expression("dropped"))
                        .tableList())
                .isEmpty();
    }

    @Test
    void aTableIsFoundInTheNamedCatalog() throws Exception {
        assertThat(rows("SELECT count(*) FROM \"AwsDataCatalog\".\"" + DATABASE + "\".\"pointers\""))
                .containsExactly(List.of("2"));
    }

    @Test
    void aMissingTableFailsWithTheEnginesReason() throws Exception {
        assertThat(run("SELECT * FROM absent").status().stateChangeReason())
                .isEqualTo("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog." + DATABASE + ".absent' does not exist");
    }

    @Test
    void athenaDescribesTablesAsGlueHoldsThem() {
        TableMetadata table = athena.getTableMetadata(get ->
                        get.catalogName("AwsDataCatalog").databaseName(DATABASE).tableName("pointers"))
                .tableMetadata();

        assertThat(table.tableType()).isEqualTo("EXTERNAL_TABLE");
        assertThat(table.columns())
                .containsExactly(Column.builder().name("hash").type("string").build());
        assertThat(table.parameters()).containsEntry("location", "s3://" + BUCKET + "/pointers/");
    }

    @Test
    void athenaListsTablesByExpression() {
        assertThat(athena.listTableMetadata(list -> list.catalogName("AwsDataCatalog")
                                .databaseName(DATABASE)
                                .expression("point.*"))
                        .tableMetadataList())
                .extracting(TableMetadata::name)
                .containsExactly("pointers");
    }

    @Test
    void athenaHasOneCatalogWithGluesDatabases() {
        assertThat(athena.listDataCatalogs(list -> {}).dataCatalogsSummary())
                .extracting(catalog -> catalog.catalogName())
                .containsExactly("AwsDataCatalog");
        assertThat(athena.listDatabases(list -> list.catalogName("AwsDataCatalog"))
                        .databaseList())
                .extracting(database -> database.name())
                .contains(DATABASE);
    }

    @Test
    void aDatabaseThatGlueDoesNotHaveIsAnErrorOfAthena() {
        assertThatThrownBy(() -> athena.getDatabase(
                        get -> get.catalogName("AwsDataCatalog").databaseName("absent")))
                .isInstanceOf(MetadataException.class)
                .hasMessageStartingWith("Database absent not found.");
    }

    private static void createTable(
            GlueClient glue, String name, String serde, Map<String, String> parameters, String... columns) {
        glue.createTable(create -> create.databaseName(DATABASE)
                .tableInput(table -> table.name(name)
                        .tableType("EXTERNAL_TABLE")
                        .parameters(Map.of("EXTERNAL", "TRUE", "has_encrypted_data", "false"))
                        .storageDescriptor(storage -> storage.location("s3://" + BUCKET + "/" + name + "/")
                                .inputFormat("org.apache.hadoop.mapred.TextInputFormat")
                                .outputFormat("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")
                                .columns(Arrays.stream(columns)
                                        .map(column -> column.split(" "))
                                        .map(column -> software.amazon.awssdk.services.glue.model.Column.builder()
                                                .name(column[0])
                                                .type(column[1])
                                                .build())
                                        .toList())
                                .serdeInfo(
                                        info -> info.serializationLibrary(serde).parameters(parameters)))));
    }

    private QueryExecution run(String sql) throws InterruptedException {
        String id = athena.startQueryExecution(start -> start.workGroup(WORK_GROUP)
                        .queryString(sql)
                        .queryExecutionContext(
                                context -> context.database(DATABASE).catalog("AwsDataCatalog")))
                .queryExecutionId();
        return SharedEmbeddedAws.await(athena, id);
    }

    private List<List<String>> rows(String sql) throws InterruptedException {
        QueryExecution query = run(sql);
        return athena.getQueryResults(get -> get.queryExecutionId(query.queryExecutionId())).resultSet().rows().stream()
                .skip(1)
                .map(row -> row.data().stream().map(Datum::varCharValue).toList())
                .toList();
    }
}
