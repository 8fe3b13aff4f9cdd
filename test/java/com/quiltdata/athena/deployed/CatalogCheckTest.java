package com.quiltdata.athena.deployed;

import static com.quiltdata.athena.deployed.CheckedDeployment.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.deployed.CatalogCheck.Catalog;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.StorageDescriptor;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.glue.model.TableInput;

/** Tables and views that somebody has changed beside the stack. */
@ResourceLock(CheckedDeployment.BUCKET)
class CatalogCheckTest {
    private static final String PACKAGES_VIEW = "checked_bucket_quilt_packages_view";
    private static final String POINTERS_TABLE = "checked_bucket_quilt_packages";

    @Test
    void aViewThatSomebodyReplacedIsNamedWithItsQuery() {
        Finding finding = withView("SELECT 'somebody' AS \"user\", 1 AS n");

        assertThat(finding.message())
                .isEqualTo("1 of %d tables and views are not as they were deployed"
                        .formatted(CheckedDeployment.TABLES + CheckedDeployment.VIEWS));
        assertThat(finding.details()).singleElement().satisfies(detail -> {
            assertThat(detail.status()).isEqualTo(Status.FAIL);
            assertThat(detail.text())
                    .startsWith("The view %s was replaced by another one".formatted(PACKAGES_VIEW))
                    .contains("'somebody'");
        });
    }

    @Test
    void aViewOfTheSameQueryInOtherWordsIsTheSame() {
        String query = deployedQuery().replace("SELECT", "select").replace("\"hash\"", "Hash");

        assertThat(withView("-- the same\n" + query).status()).isEqualTo(Status.PASS);
    }

    @Test
    void aViewThatIsNotStoredAsAthenaDoesIsNotChecked() {
        Finding finding = with(PACKAGES_VIEW, input -> input.viewOriginalText("/* Hive */ SELECT 1"));

        assertThat(finding.status()).isEqualTo(Status.NOT_CHECKED);
        assertThat(finding.details())
                .containsExactly(new Detail(
                        Status.NOT_CHECKED,
                        "The view %s: its definition is not in the form that Athena stores".formatted(PACKAGES_VIEW)));
    }

    @Test
    void aTableThatWasMovedIsNamed() {
        assertThat(withStorage(storage -> storage.location("s3://checked.second/.quilt/named_packages/"))
                        .details())
                .containsExactly(new Detail(
                        Status.FAIL,
                        "The table %s is over s3://checked.second/.quilt/named_packages/, and was deployed over"
                                        .formatted(POINTERS_TABLE)
                                + " s3://checked-bucket/.quilt/named_packages/"));
    }

    @Test
    void aTableThatHasLostAColumnIsNamed() {
        Column another = Column.builder().name("checksum").type("string").build();

        assertThat(withStorage(storage -> storage.columns(another)).details())
                .containsExactly(new Detail(
                        Status.FAIL,
                        "The table %s has the columns [checksum], and was deployed with [hash]"
                                .formatted(POINTERS_TABLE)));
    }

    @Test
    void aViewThatNoTemplateHasIsLeftOverAndOtherPeoplesAreCounted() {
        SharedEmbeddedAws.createTextTable(DATABASE, "gone_bucket_quilt_packages_view", "s3://checked-bucket/a/");
        SharedEmbeddedAws.createTextTable(DATABASE, "somebodys_quilt_table", "s3://checked-bucket/b/");
        try {
            Finding finding = find((deployment, account) ->
                    new LeftoversCheck(deployment, new Catalog(account.glue(), DATABASE), account.cloudFormation()));

            assertThat(finding.status()).isEqualTo(Status.FAIL);
            assertThat(finding.details())
                    .contains(
                            new Detail(
                                    Status.FAIL,
                                    "gone_bucket_quilt_packages_view is in the database, and no template has it"),
                            new Detail(Status.NOTE, "The database also has tables and views of other people: 1"));
        } finally {
            for (String table : new String[] {"gone_bucket_quilt_packages_view", "somebodys_quilt_table"}) {
                SharedEmbeddedAws.glue()
                        .deleteTable(delete -> delete.databaseName(DATABASE).name(table));
            }
        }
    }

    private static Finding catalog() {
        return find((deployment, account) -> new CatalogCheck(deployment, new Catalog(account.glue(), DATABASE)));
    }

    /** What is found while a view has another query. */
    private static Finding withView(String query) {
        Table view = table(PACKAGES_VIEW);
        CheckedDeployment.stack().query("CREATE OR REPLACE VIEW %s AS %s".formatted(PACKAGES_VIEW, query));
        return foundBeforeRestoring(view);
    }

    /** What is found while a table or view is another one. */
    private static Finding with(String name, UnaryOperator<TableInput.Builder> change) {
        Table table = table(name);
        put(change.apply(SharedEmbeddedAws.input(table).toBuilder()).build());
        return foundBeforeRestoring(table);
    }

    private static Finding withStorage(UnaryOperator<StorageDescriptor.Builder> change) {
        StorageDescriptor.Builder storage = table(POINTERS_TABLE).storageDescriptor().toBuilder();
        return with(
                POINTERS_TABLE,
                input -> input.storageDescriptor(change.apply(storage).build()));
    }

    private static Finding foundBeforeRestoring(Table table) {
        try {
            return catalog();
        } finally {
            put(SharedEmbeddedAws.input(table));
        }
    }

    private static Finding find(BiFunction<Deployment, Account, Check> check) {
        try (Account account = CheckedDeployment.account(Environment.http(Optional.of(SharedEmbeddedAws.endpoint())))) {
            CheckedDeployment.stack();
            Deployment deployment = Deployment.read(account.cloudFormation(), CheckedDeployment.stackId());
            return check.apply(deployment, account).find();
        }
    }

    private static String deployedQuery() {
        return CheckedDeployment.read().views().stream()
                .filter(view -> view.name().equals(PACKAGES_VIEW))
                .map(view -> view.properties().path("Query").asText())
                .findFirst()
                .orElseThrow();
    }

    private static Table table(String name) {
        CheckedDeployment.stack();
        return SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName(DATABASE).name(name))
                .table();
    }

    private static void put(TableInput input) {
        SharedEmbeddedAws.glue()
                .updateTable(update -> update.databaseName(DATABASE).tableInput(input));
    }
}
