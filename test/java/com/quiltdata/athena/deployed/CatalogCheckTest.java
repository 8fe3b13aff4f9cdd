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
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.glue.model.TableInput;

/** Tables and views that somebody has changed beside the stack. */
class CatalogCheckTest {
    private static final String PACKAGES_VIEW = "checked_bucket_quilt_packages_view";
    private static final String POINTERS_TABLE = "checked_bucket_quilt_packages";

    @Test
    void aViewThatSomebodyReplacedIsNamedWithItsQuery() {
        Table view = table(PACKAGES_VIEW);
        CheckedDeployment.stack()
                .query("CREATE OR REPLACE VIEW %s AS SELECT 'somebody' AS \"user\", 1 AS n".formatted(PACKAGES_VIEW));
        try {
            Finding finding = catalog();

            assertThat(finding.message())
                    .isEqualTo("1 of %d tables and views are not as they were deployed"
                            .formatted(CheckedDeployment.TABLES + CheckedDeployment.VIEWS));
            assertThat(finding.details()).singleElement().satisfies(detail -> {
                assertThat(detail.status()).isEqualTo(Status.FAIL);
                assertThat(detail.text())
                        .startsWith("The view %s was replaced by another one".formatted(PACKAGES_VIEW))
                        .contains("'somebody'");
            });
        } finally {
            change(view, UnaryOperator.identity());
        }
    }

    @Test
    void aViewOfTheSameQueryInOtherWordsIsTheSame() {
        Table view = table(PACKAGES_VIEW);
        String query = deployedQuery();
        CheckedDeployment.stack()
                .query("CREATE OR REPLACE VIEW %s AS -- the same\n%s"
                        .formatted(
                                PACKAGES_VIEW, query.replace("SELECT", "select").replace("\"hash\"", "Hash")));
        try {
            assertThat(catalog().status()).isEqualTo(Status.PASS);
        } finally {
            change(view, UnaryOperator.identity());
        }
    }

    @Test
    void aViewThatIsNotStoredAsAthenaDoesIsNotChecked() {
        Table view = table(PACKAGES_VIEW);
        change(view, input -> input.viewOriginalText("/* Hive */ SELECT 1"));
        try {
            Finding finding = catalog();

            assertThat(finding.status()).isEqualTo(Status.NOT_CHECKED);
            assertThat(finding.details())
                    .containsExactly(new Detail(
                            Status.NOT_CHECKED,
                            "The view %s: its definition is not in the form that Athena stores"
                                    .formatted(PACKAGES_VIEW)));
        } finally {
            change(view, UnaryOperator.identity());
        }
    }

    @Test
    void aTableThatWasMovedIsNamed() {
        Table table = table(POINTERS_TABLE);
        change(
                table,
                input -> input.storageDescriptor(table.storageDescriptor().toBuilder()
                        .location("s3://checked.second/.quilt/named_packages/")
                        .build()));
        try {
            assertThat(catalog().details())
                    .containsExactly(new Detail(
                            Status.FAIL,
                            "The table %s is over s3://checked.second/.quilt/named_packages/, and was deployed over"
                                            .formatted(POINTERS_TABLE)
                                    + " s3://checked-bucket/.quilt/named_packages/"));
        } finally {
            change(table, UnaryOperator.identity());
        }
    }

    @Test
    void aTableThatHasLostAColumnIsNamed() {
        Table table = table(POINTERS_TABLE);
        change(
                table,
                input -> input.storageDescriptor(table.storageDescriptor().toBuilder()
                        .columns(
                                Column.builder().name("checksum").type("string").build())
                        .build()));
        try {
            assertThat(catalog().details())
                    .containsExactly(new Detail(
                            Status.FAIL,
                            "The table %s has the columns [checksum], and was deployed with [hash]"
                                    .formatted(POINTERS_TABLE)));
        } finally {
            change(table, UnaryOperator.identity());
        }
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

    private static void change(Table table, UnaryOperator<TableInput.Builder> change) {
        SharedEmbeddedAws.glue()
                .updateTable(update -> update.databaseName(DATABASE)
                        .tableInput(change.apply(SharedEmbeddedAws.input(table).toBuilder())
                                .build()));
    }
}
