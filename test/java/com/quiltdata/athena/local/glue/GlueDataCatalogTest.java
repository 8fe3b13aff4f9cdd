package com.quiltdata.athena.local.glue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.AlreadyExistsException;
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.ConcurrentModificationException;
import software.amazon.awssdk.services.glue.model.EntityNotFoundException;
import software.amazon.awssdk.services.glue.model.GetTablesRequest;
import software.amazon.awssdk.services.glue.model.GlueException;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.glue.model.TableError;
import software.amazon.awssdk.services.glue.paginators.GetTablesIterable;

class GlueDataCatalogTest {
    private static final Column HASH = Column.builder()
            .name("hash")
            .type("struct<type:string,value:string>")
            .build();

    private final GlueClient glue = SharedEmbeddedAws.glue();
    private String database;

    @BeforeEach
    void createDatabase(TestInfo test) {
        database = "glue_" + test.getTestMethod().orElseThrow().getName().toLowerCase();
        glue.createDatabase(create -> create.databaseInput(input -> input.name(database)));
    }

    @Test
    void aDatabaseIsTheAccounts() {
        assertThat(glue.getDatabase(get -> get.name(database)).database().catalogId())
                .isEqualTo("123456789012");
    }

    @Test
    void thereIsNoDatabaseAtFirst() {
        assertThat(new GlueDataCatalog(new IcebergTables(() -> null)).databases())
                .isEmpty();
    }

    @Test
    void namesAreLowerCased() {
        glue.createDatabase(create -> create.databaseInput(input -> input.name("Glue_Upper")));
        createTable("glue_upper", "MyTable");

        assertThat(glue.getDatabase(get -> get.name("GLUE_UPPER")).database().name())
                .isEqualTo("glue_upper");
        assertThat(table("glue_upper", "MYTABLE").name()).isEqualTo("mytable");
    }

    @Test
    void aDatabaseKeepsWhatItIsUpdatedTo() {
        glue.updateDatabase(update -> update.name(database)
                .databaseInput(
                        input -> input.name(database).description("changed").parameters(Map.of("key", "value"))));

        assertThat(glue.getDatabase(get -> get.name(database)).database().description())
                .isEqualTo("changed");
        assertThat(glue.getDatabase(get -> get.name(database)).database().parameters())
                .isEqualTo(Map.of("key", "value"));
    }

    @Test
    void aDatabaseThatExistsIsNotCreatedAgain() {
        assertThatThrownBy(() -> glue.createDatabase(create -> create.databaseInput(input -> input.name(database))))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageStartingWith("Database already exists: " + database);
    }

    @Test
    void aDeletedDatabaseTakesItsTablesWithIt() {
        createTable(database, "gone");

        glue.deleteDatabase(delete -> delete.name(database));

        assertThatThrownBy(() -> table(database, "gone"))
                .isInstanceOf(EntityNotFoundException.class)
                .hasMessageStartingWith("Database " + database + " not found.");
    }

    @Test
    void aTableKeepsWhatItIsCreatedWith() {
        glue.createTable(create -> create.databaseName(database)
                .tableInput(input -> input.name("kept")
                        .tableType("EXTERNAL_TABLE")
                        .parameters(Map.of("has_encrypted_data", "false"))
                        .storageDescriptor(storage -> storage.location("s3://bucket/.quilt/packages/")
                                .columns(HASH)
                                .serdeInfo(serde ->
                                        serde.serializationLibrary("serde").parameters(Map.of("a", "b"))))));

        Table table = table(database, "kept");
        assertThat(table.databaseName()).isEqualTo(database);
        assertThat(table.tableType()).isEqualTo("EXTERNAL_TABLE");
        assertThat(table.parameters()).isEqualTo(Map.of("has_encrypted_data", "false"));
        assertThat(table.storageDescriptor().location()).isEqualTo("s3://bucket/.quilt/packages/");
        assertThat(table.storageDescriptor().columns()).containsExactly(HASH);
        assertThat(table.storageDescriptor().serdeInfo().parameters()).isEqualTo(Map.of("a", "b"));
        assertThat(table.versionId()).isEqualTo("0");
    }

    @Test
    void aTableThatExistsIsNotCreatedAgain() {
        createTable(database, "once");

        assertThatThrownBy(() -> createTable(database, "once"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageStartingWith("Table already exists: once");
    }

    @Test
    void anUpdateReplacesATableAndRaisesItsVersion() {
        createTable(database, "updated");

        glue.updateTable(update -> update.databaseName(database)
                .tableInput(input -> input.name("updated").description("second")));

        assertThat(table(database, "updated").description()).isEqualTo("second");
        assertThat(table(database, "updated").versionId()).isEqualTo("1");
    }

    @Test
    void aViewWhoseTextIsTooLongIsRefused() {
        glue.createTable(create -> create.databaseName(database)
                .tableInput(input -> input.name("long").viewOriginalText("x".repeat(409_600))));

        assertThatThrownBy(() -> glue.updateTable(update -> update.databaseName(database)
                        .tableInput(input -> input.name("long").viewOriginalText("x".repeat(409_601)))))
                .isInstanceOf(GlueException.class)
                .hasMessageStartingWith("1 validation error detected: Value at 'viewOriginalText' failed to satisfy "
                        + "constraint: Member must have length less than or equal to 409600");
    }

    @Test
    void anUpdateOfAnotherVersionIsRefused() {
        createTable(database, "versioned");

        assertThatThrownBy(() -> glue.updateTable(update ->
                        update.databaseName(database).versionId("7").tableInput(input -> input.name("versioned"))))
                .isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void manyTablesAreListedPageByPage() {
        List<String> names = IntStream.range(100, 350).mapToObj(n -> "t" + n).toList();
        names.forEach(name -> createTable(database, name));

        GetTablesIterable pages = glue.getTablesPaginator(get -> get.databaseName(database));

        assertThat(pages.stream().map(page -> page.tableList().size())).containsExactly(100, 100, 50);
        assertThat(pages.stream().flatMap(page -> page.tableList().stream()).map(Table::name))
                .containsExactlyElementsOf(names);
    }

    @Test
    void tablesAreListedByExpression() {
        List.of("apple", "apricot", "banana").forEach(name -> createTable(database, name));

        GetTablesRequest request = GetTablesRequest.builder()
                .databaseName(database)
                .expression("ap.*")
                .build();

        assertThat(glue.getTables(request).tableList()).extracting(Table::name).containsExactly("apple", "apricot");
    }

    @Test
    void aDeletedTableIsGone() {
        createTable(database, "deleted");

        glue.deleteTable(delete -> delete.databaseName(database).name("deleted"));

        assertThatThrownBy(() -> table(database, "deleted"))
                .isInstanceOf(EntityNotFoundException.class)
                .hasMessageStartingWith("Table deleted not found.");
    }

    @Test
    void aBatchOfDeletesTellsWhichTablesWereMissing() {
        createTable(database, "there");

        List<TableError> errors = glue.batchDeleteTable(
                        delete -> delete.databaseName(database).tablesToDelete("there", "missing"))
                .errors();

        assertThat(errors).extracting(TableError::tableName).containsExactly("missing");
        assertThat(errors.getFirst().errorDetail().errorCode()).isEqualTo("EntityNotFoundException");
    }

    @Test
    void anOperationItDoesNotHaveIsNamed() {
        assertThatThrownBy(() -> glue.getCrawler(get -> get.name("crawler")))
                .isInstanceOf(GlueException.class)
                .hasMessageStartingWith("The embedded Glue does not know the operation GetCrawler");
    }

    private void createTable(String inDatabase, String name) {
        glue.createTable(create -> create.databaseName(inDatabase).tableInput(input -> input.name(name)));
    }

    private Table table(String inDatabase, String name) {
        return glue.getTable(get -> get.databaseName(inDatabase).name(name)).table();
    }
}
