package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.athena.Queries.ATHENA;
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
import software.amazon.awssdk.services.athena.model.Column;
import software.amazon.awssdk.services.athena.model.MetadataException;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.StatementType;
import software.amazon.awssdk.services.athena.model.TableMetadata;
import software.amazon.awssdk.services.glue.model.Table;

class AthenaTablesTest {
    private static final String BUCKET = "athena-tables-test";
    private static final String DATABASE = "athena_tables_test";
    private static final String MANIFEST = """
            {"version":"v0","message":"first","user_meta":{"a":1}}
            {"logical_key":"a.txt","physical_keys":["s3://b/a.txt","s3://b/ä.txt"],"size":3,"hash":{"type":"SHA256","value":"abc"}}
            not JSON
            """;

    private static Queries queries;

    @BeforeAll
    static void createTables() {
        queries = Queries.create(BUCKET);
        Map.of("manifests/abc", MANIFEST, "pointers/me/mine/latest", "abc", "pointers/you/yours/1", "def\n")
                .forEach((key, text) -> SharedEmbeddedAws.s3()
                        .putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromString(text)));
        SharedEmbeddedAws.createTable(
                DATABASE,
                "manifests",
                "s3://" + BUCKET + "/manifests/",
                "org.openx.data.jsonserde.JsonSerDe",
                Map.of("ignore.malformed.json", "true"),
                "logical_key string",
                "physical_keys array<string>",
                "size string",
                "hash struct<type:string,value:string>",
                "user_meta string",
                "message string");
        SharedEmbeddedAws.createTable(
                DATABASE,
                "pointers",
                "s3://" + BUCKET + "/pointers/",
                "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                Map.of("field.delim", ",", "serialization.format", ","),
                "hash string");
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
        assertThat(rows("SELECT hash, \"$path\" FROM \"AwsDataCatalog\".athena_tables_test.pointers ORDER BY hash"))
                .containsExactly(
                        List.of("abc", "s3://athena-tables-test/pointers/me/mine/latest"),
                        List.of("def", "s3://athena-tables-test/pointers/you/yours/1"));
    }

    @Test
    void aQueryTellsTheBytesItRead() throws Exception {
        QueryExecution query = queries.run("SELECT count(logical_key) FROM manifests");

        assertThat(query.statistics().dataScannedInBytes()).isEqualTo(MANIFEST.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aQueryThatReadsMoreThanItsWorkgroupAllowsIsCancelled() throws Exception {
        ATHENA.createWorkGroup(create -> create.name("cut-off")
                .configuration(configuration -> configuration
                        .bytesScannedCutoffPerQuery(MANIFEST.length() / 2L)
                        .resultConfiguration(results -> results.outputLocation("s3://" + BUCKET + "/results/"))));

        QueryExecution query = Queries.run(
                queries.request("SELECT count(logical_key) FROM manifests").workGroup("cut-off"));

        assertThat(query.status().stateAsString()).isEqualTo("CANCELLED");
        assertThat(query.status().stateChangeReason()).isEqualTo("Query cancelled! : Bytes scanned limit was exceeded");
    }

    @Test
    void aViewIsWrittenToGlueAndReadBack() throws Exception {
        QueryExecution query = queries.run("""
                CREATE OR REPLACE VIEW "athena_tables_test"."joined" AS SELECT m.message
                FROM pointers p JOIN manifests m ON m."$path" = 's3://athena-tables-test/manifests/' || p.hash
                WHERE m.message IS NOT NULL""");

        assertThat(query.statementType()).isEqualTo(StatementType.DDL);
        assertThat(query.substatementType()).isEqualTo("CREATE_VIEW");
        Table view = SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName(DATABASE).name("joined"))
                .table();
        assertThat(view.tableType()).isEqualTo("VIRTUAL_VIEW");
        assertThat(view.viewOriginalText()).startsWith("/* Presto View: ");
        assertThat(rows("SELECT * FROM joined")).containsExactly(List.of("first"));
    }

    @Test
    void aReplacedViewIsTheNewOne() throws Exception {
        queries.run("CREATE OR REPLACE VIEW replaced AS SELECT 1 AS one");
        queries.run("CREATE OR REPLACE VIEW replaced AS SELECT 2 AS two");

        assertThat(rows("SELECT two FROM replaced")).containsExactly(List.of("2"));
    }

    @Test
    void aDroppedViewIsGoneAndMayBeDroppedAgain() throws Exception {
        queries.run("CREATE OR REPLACE VIEW dropped AS SELECT 1 AS one");
        String drop = "DROP VIEW IF EXISTS \"athena_tables_test\".\"dropped\"";

        assertThat(queries.run(drop).status().stateAsString()).isEqualTo("SUCCEEDED");
        assertThat(queries.run(drop).status().stateAsString()).isEqualTo("SUCCEEDED");
        assertThat(SharedEmbeddedAws.glue()
                        .getTables(get -> get.databaseName(DATABASE).expression("dropped"))
                        .tableList())
                .isEmpty();
    }

    @Test
    void aMissingTableFailsWithTheEnginesReason() throws Exception {
        assertThat(queries.run("SELECT * FROM absent").status().stateChangeReason())
                .isEqualTo(
                        "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.athena_tables_test.absent' does not exist");
    }

    @Test
    void athenaDescribesTablesAsGlueHoldsThem() {
        TableMetadata table = ATHENA.getTableMetadata(get ->
                        get.catalogName("AwsDataCatalog").databaseName(DATABASE).tableName("pointers"))
                .tableMetadata();

        assertThat(table.tableType()).isEqualTo("EXTERNAL_TABLE");
        assertThat(table.columns())
                .containsExactly(Column.builder().name("hash").type("string").build());
        assertThat(table.parameters()).containsEntry("location", "s3://" + BUCKET + "/pointers/");
    }

    @Test
    void athenaListsTablesByExpression() {
        assertThat(ATHENA.listTableMetadata(list -> list.catalogName("AwsDataCatalog")
                                .databaseName(DATABASE)
                                .expression("point.*"))
                        .tableMetadataList())
                .extracting(TableMetadata::name)
                .containsExactly("pointers");
    }

    @Test
    void itsCatalogHasGluesDatabases() {
        assertThat(ATHENA.listDatabasesPaginator(list -> list.catalogName("AwsDataCatalog")).stream()
                        .flatMap(page -> page.databaseList().stream()))
                .extracting(database -> database.name())
                .contains(DATABASE);
    }

    @Test
    void aDatabaseThatGlueDoesNotHaveIsAnErrorOfAthena() {
        assertThatThrownBy(() -> ATHENA.getDatabase(
                        get -> get.catalogName("AwsDataCatalog").databaseName("absent")))
                .isInstanceOf(MetadataException.class)
                .hasMessageStartingWith("Database absent not found.");
    }

    private static List<List<String>> rows(String sql) {
        return queries.values(sql).stream().skip(1).toList();
    }
}
