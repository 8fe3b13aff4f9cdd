package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.registry.ViewContract;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;
import software.amazon.awssdk.services.glue.model.Table;

/**
 * What becomes of tables, views and saved queries, the stack's and other people's, when the stack changes: the scenarios
 * of {@code docs/operate/recovery.md}, on the engine, with the handler that is deployed.
 */
class NothingIsLostTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String SAVED_BY_A_USER = "Saved by a user";

    private final String name = "lost" + COUNTER.incrementAndGet();
    private final List<String> log = new ArrayList<>();
    private final LocalStack stack = SharedEmbeddedAws.stack(log::add);

    @TempDir
    Path folder;

    @Test
    void aBucketThatIsRemovedTakesItsTablesViewsAndSavedQueryWithIt() {
        deployForUsers(List.of("bucket-a", "bucket-b"));

        stack.deploy(assembly(List.of("bucket-a")));

        assertThat(tables()).isEqualTo(withUsersOwn("bucket-a"));
        assertThat(savedQueries()).containsExactlyInAnyOrder(exampleQuery("bucket-a"), SAVED_BY_A_USER);
    }

    @Test
    void aBucketThatIsRemovedAndAddedAgainIsAsBefore() {
        deployForUsers(List.of("bucket-a", "bucket-b"));
        Map<String, String> before = definitions();

        stack.deploy(assembly(List.of("bucket-a")));
        stack.deploy(assembly(List.of("bucket-a", "bucket-b")));

        assertThat(definitions()).isEqualTo(before);
    }

    @Test
    void aBucketWhoseViewSomebodyDroppedCanBeRemoved() {
        deployForUsers(List.of("bucket-a", "bucket-b"));
        run("DROP VIEW bucket_b_quilt_objects_view");

        stack.deploy(assembly(List.of("bucket-a")));

        assertThat(tables()).isEqualTo(withUsersOwn("bucket-a"));
    }

    /** Somebody dropped the view and made a table under its name: the table is theirs. */
    @Test
    void aTableInAViewsPlaceIsNotDroppedWithTheBucket() {
        deployForUsers(List.of("bucket-a", "bucket-b"));
        run("DROP VIEW bucket_b_quilt_objects_view");
        createTable("bucket_b_quilt_objects_view");

        stack.deploy(assembly(List.of("bucket-a")));

        List<String> expected = new ArrayList<>(withUsersOwn("bucket-a"));
        expected.add("bucket_b_quilt_objects_view");
        assertThat(tables()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aGroupThatIsRenamedIsRefusedAndEverythingStays() {
        deployForUsers(Map.of("imaging", List.of("bucket-a")));
        Map<String, String> before = definitions();

        assertThatThrownBy(() -> stack.deploy(assembly(Map.of("microscopy", List.of("bucket-a")))))
                .hasMessageContaining("AlreadyExists: ");

        assertThat(definitions()).isEqualTo(before);
        assertThat(savedQueries()).containsExactlyInAnyOrder(exampleQuery("bucket-a"), SAVED_BY_A_USER);
    }

    @Test
    void aGroupIsRenamedInTwoDeployments() {
        deployForUsers(Map.of("imaging", List.of("bucket-a"), "others", List.of("bucket-b")));
        Map<String, String> before = definitions();

        stack.deploy(assembly(Map.of("others", List.of("bucket-b"))));
        assertThat(tables()).isEqualTo(withUsersOwn("bucket-b"));
        stack.deploy(assembly(Map.of("microscopy", List.of("bucket-a"), "others", List.of("bucket-b"))));

        assertThat(definitions()).isEqualTo(before);
    }

    @Test
    void aStackThatIsDestroyedUnderRetainLeavesWhatPeoplePutThingsInto() {
        deployForUsers(List.of("bucket-a"));
        putResult();

        stack.delete();

        assertThat(tables()).isEqualTo(usersOwn());
        assertThat(savedQueries()).containsExactly(SAVED_BY_A_USER);
        assertThat(results()).contains("a result.csv");
    }

    @Test
    void aStackThatIsDestroyedUnderDestroyLeavesNothing() {
        deployForUsers(List.of("bucket-a"), "removalPolicy", "destroy");
        putResult();

        stack.delete();

        assertThat(SharedEmbeddedAws.databases()).doesNotContain(name);
        assertThat(workGroups()).doesNotContain(name);
        assertThat(SharedEmbeddedAws.buckets()).doesNotContain(name + "-quilt-query-results");
    }

    /** The CDK's function closes the results bucket before it empties it, and Athena writes what a DROP VIEW says. */
    @Test
    void allViewsAreDroppedBeforeTheResultsBucketIsClosed() {
        Object groups = Map.of("imaging", List.of("imaging-a"), "sequencing", List.of("imaging-b"));
        stack.deploy(assembly(
                groups,
                "removalPolicy",
                "destroy",
                "customViews",
                Map.of("latest_images", "test/resources/views/latest_images.sql")));

        stack.delete();

        assertThat(requests("DELETE"))
                .containsExactlyInAnyOrder(
                        "latest_images",
                        "all_quilt_packages_view",
                        "all_quilt_objects_view",
                        "imaging_a_quilt_packages_view",
                        "imaging_a_quilt_objects_view",
                        "imaging_b_quilt_packages_view",
                        "imaging_b_quilt_objects_view");
        assertThat(SharedEmbeddedAws.buckets()).doesNotContain(name + "-quilt-query-results");
    }

    @Test
    void aStackThatIsToBeDestroyedAfterAllIsToldByOneMoreDeployment() {
        deployForUsers(List.of("bucket-a"));
        stack.deploy(assembly(List.of("bucket-a"), "removalPolicy", "destroy"));
        assertThat(tables()).isEqualTo(withUsersOwn("bucket-a"));

        stack.delete();

        assertThat(SharedEmbeddedAws.databases()).doesNotContain(name);
        assertThat(workGroups()).doesNotContain(name);
    }

    @Test
    void aFirstDeploymentThatFailsTakesBackItsTablesAndViewsAndLeavesWhatIsRetained() {
        CloudAssembly broken = changed(assembly(List.of("bucket-a")), NothingIsLostTest::breakTheObjectsView);

        assertThatThrownBy(() -> stack.deploy(broken)).hasMessageContaining("COLUMN_NOT_FOUND");

        assertThat(tables()).isEmpty();
        assertThat(savedQueries()).isEmpty();
        assertThat(workGroups()).contains(name);
        assertThat(SharedEmbeddedAws.buckets()).contains(name + "-quilt-query-results");
    }

    @Test
    void anUpdateThatFailsLeavesTheViewsAsTheyWere() {
        deployForUsers(List.of("bucket-a"));
        Map<String, String> before = definitions();
        CloudAssembly broken = changed(assembly(List.of("bucket-a", "bucket-b")), template -> {
            changeThePackagesView(template);
            breakTheObjectsView(template);
        });

        assertThatThrownBy(() -> stack.deploy(broken)).hasMessageContaining("COLUMN_NOT_FOUND");

        assertThat(requests("UPDATE"))
                .as("the packages view was replaced and then restored, the broken one too")
                .containsExactlyInAnyOrder(
                        "bucket_a_quilt_packages_view",
                        "bucket_a_quilt_packages_view",
                        "bucket_a_quilt_objects_view",
                        "bucket_a_quilt_objects_view");
        assertThat(definitions()).isEqualTo(before);
        assertThat(savedQueries()).containsExactlyInAnyOrder(exampleQuery("bucket-a"), SAVED_BY_A_USER);
    }

    @Test
    void aViewThatIsRenamedLeavesNothingUnderItsOldName() {
        deployForUsers(List.of("bucket-a"));

        stack.deploy(changed(
                assembly(List.of("bucket-a")),
                template -> DeployedStack.view(template, "bucket_a_quilt_packages_view")
                        .put("ViewName", "bucket_a_quilt_renamed_view")));

        List<String> expected = new ArrayList<>(withUsersOwn("bucket-a"));
        expected.remove("bucket_a_quilt_packages_view");
        expected.add("bucket_a_quilt_renamed_view");
        assertThat(tables()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aViewThatIsRenamedInAnUpdateThatFailsHasItsOldNameAgain() {
        deployForUsers(List.of("bucket-a"));
        Map<String, String> before = definitions();
        CloudAssembly broken = changed(assembly(List.of("bucket-a")), template -> {
            DeployedStack.view(template, "bucket_a_quilt_packages_view").put("ViewName", "bucket_a_quilt_renamed_view");
            breakTheObjectsView(template);
        });

        assertThatThrownBy(() -> stack.deploy(broken)).hasMessageContaining("COLUMN_NOT_FOUND");

        assertThat(definitions()).isEqualTo(before);
    }

    @Test
    void aViewThatSomebodyMadeUnderAViewsNameIsAdopted() {
        deployForUsers(List.of("bucket-a"));
        run("CREATE VIEW bucket_b_quilt_packages_view AS SELECT 1 AS n");
        String byHand = definitions().get("bucket_b_quilt_packages_view");

        stack.deploy(assembly(List.of("bucket-a", "bucket-b")));

        assertThat(requests("CREATE")).contains("bucket_b_quilt_packages_view");
        assertThat(tables()).containsAll(withUsersOwn("bucket-b")).containsAll(withUsersOwn("bucket-a"));
        assertThat(definitions().get("bucket_b_quilt_packages_view")).isNotEqualTo(byHand);
    }

    /** The one thing that is not given back: CloudFormation deletes what a failed update has created. */
    @Test
    void aViewThatWasAdoptedGoesWithTheUpdateThatFails() {
        deployForUsers(List.of("bucket-a"));
        run("CREATE VIEW bucket_b_quilt_packages_view AS SELECT 1 AS n");
        CloudAssembly broken = changed(
                assembly(List.of("bucket-a", "bucket-b")),
                template -> DeployedStack.view(template, "bucket_b_quilt_objects_view")
                        .put("Query", "SELECT massage"));

        assertThatThrownBy(() -> stack.deploy(broken)).hasMessageContaining("COLUMN_NOT_FOUND");

        assertThat(tables()).isEqualTo(withUsersOwn("bucket-a"));
    }

    /** CloudFormation compares templates, not views. */
    @Test
    void aViewThatWasChangedByHandStaysSoUntilItsQueryChanges() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("bucket-a"));
        deployForUsers(List.of("bucket-a"));
        run("CREATE OR REPLACE VIEW bucket_a_quilt_packages_view AS SELECT 1 AS n");
        String byHand = definitions().get("bucket_a_quilt_packages_view");

        stack.deploy(assembly(List.of("bucket-a")));
        assertThat(definitions()).containsEntry("bucket_a_quilt_packages_view", byHand);

        stack.deploy(changed(assembly(List.of("bucket-a")), NothingIsLostTest::changeThePackagesView));
        assertThat(ResultTable.query(
                                SharedEmbeddedAws.clients(), name, name, "SELECT * FROM bucket_a_quilt_packages_view")
                        .columns())
                .extracting(ResultTable.Column::name)
                .isEqualTo(ViewContract.columns(BucketView.PACKAGES));
    }

    @Test
    void aColumnThatALaterVersionAddsMakesBothViewsAnewInTheSameDeployment() {
        deployForUsers(List.of("bucket-a"));

        stack.deploy(changed(assembly(List.of("bucket-a")), NothingIsLostTest::addAColumn));

        assertThat(columns("bucket_a_quilt_manifests")).endsWith("version", "workflow");
        assertThat(requests("UPDATE")).containsExactlyInAnyOrderElementsOf(views("bucket-a"));
        assertThat(tables()).isEqualTo(withUsersOwn("bucket-a"));
    }

    /** What the app generates when a table has another column: the column, and another digest for each view. */
    private static void addAColumn(ObjectNode template) {
        for (JsonNode resource : template.path("Resources")) {
            JsonNode input = resource.at("/Properties/TableInput");
            if (input.path("Name").asText().endsWith("_quilt_manifests")) {
                ((ArrayNode) input.at("/StorageDescriptor/Columns"))
                        .addObject()
                        .put("Name", "workflow")
                        .put("Type", "string");
            }
        }
        for (String name : views("bucket-a")) {
            ObjectNode view = DeployedStack.view(template, name);
            assertThat(view.path("DefinitionsRead").asText()).isNotEmpty();
            view.put("DefinitionsRead", "another digest");
        }
    }

    private static void breakTheObjectsView(ObjectNode template) {
        ObjectNode view = DeployedStack.view(template, "bucket_a_quilt_objects_view");
        view.put("Query", "SELECT massage FROM (" + view.path("Query").asText() + "\n)");
    }

    private static void changeThePackagesView(ObjectNode template) {
        ObjectNode view = DeployedStack.view(template, "bucket_a_quilt_packages_view");
        view.put("Query", "-- A later version\n" + view.path("Query").asText());
    }

    private CloudAssembly changed(CloudAssembly original, Consumer<ObjectNode> change) {
        return DeployedStack.changed(original, folder, change);
    }

    private CloudAssembly assembly(Object quiltBuckets, Object... more) {
        return DeployedStack.assembly(name, quiltBuckets, more);
    }

    /** Deploys buckets, and makes what users make. */
    private void deployForUsers(Object quiltBuckets, Object... more) {
        stack.deploy(assembly(quiltBuckets, more));
        createTable("my_quilt_manifests");
        createTable("my_quilt_packages");
        run("CREATE VIEW my_quilt_packages_view AS SELECT a FROM my_quilt_packages");
        SharedEmbeddedAws.athena()
                .createNamedQuery(create -> create.name(SAVED_BY_A_USER)
                        .workGroup(name)
                        .database(name)
                        .queryString("SELECT 1"));
    }

    private static List<String> usersOwn() {
        return List.of("my_quilt_manifests", "my_quilt_packages", "my_quilt_packages_view");
    }

    private static List<String> withUsersOwn(String bucket) {
        QuiltBucket quiltBucket = new QuiltBucket(bucket);
        return Stream.of(
                        Stream.of(BucketTable.values()).map(table -> table.nameIn(quiltBucket)),
                        views(bucket).stream(),
                        usersOwn().stream())
                .flatMap(names -> names)
                .sorted()
                .toList();
    }

    private static List<String> views(String bucket) {
        QuiltBucket quiltBucket = new QuiltBucket(bucket);
        return Stream.of(BucketView.values())
                .map(view -> view.nameIn(quiltBucket))
                .toList();
    }

    private static String exampleQuery(String bucket) {
        return "Quilt packages in " + bucket + ": files by metadata";
    }

    private void createTable(String table) {
        SharedEmbeddedAws.createTextTable(name, table, "s3://" + name + "-quilt-query-results/mine/");
    }

    private void putResult() {
        SharedEmbeddedAws.s3()
                .putObject(
                        put -> put.bucket(name + "-quilt-query-results").key("a result.csv"),
                        RequestBody.fromString("1"));
    }

    private List<String> results() {
        return SharedEmbeddedAws.objects(name + "-quilt-query-results");
    }

    private void run(String sql) {
        assertThat(SharedEmbeddedAws.run(
                                SharedEmbeddedAws.athena(),
                                StartQueryExecutionRequest.builder()
                                        .workGroup(name)
                                        .queryExecutionContext(context -> context.database(name))
                                        .queryString(sql)
                                        .build())
                        .status()
                        .state())
                .isEqualTo(QueryExecutionState.SUCCEEDED);
    }

    /** The views that requests of a type were about, in order. */
    private List<String> requests(String type) {
        String start = "Requested type=" + type + " view=" + name + ".";
        return log.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).split(" ")[0])
                .toList();
    }

    private List<String> tables() {
        return SharedEmbeddedAws.glue().getTables(get -> get.databaseName(name)).tableList().stream()
                .map(Table::name)
                .sorted()
                .toList();
    }

    /** What each table and view is, by its name. */
    private Map<String, String> definitions() {
        Map<String, String> definitions = new HashMap<>();
        for (Table table : SharedEmbeddedAws.glue()
                .getTables(get -> get.databaseName(name))
                .tableList()) {
            definitions.put(table.name(), table.storageDescriptor().columns() + " " + table.viewOriginalText());
        }
        return definitions;
    }

    private List<String> columns(String table) {
        return SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName(name).name(table))
                .table()
                .storageDescriptor()
                .columns()
                .stream()
                .map(column -> column.name())
                .toList();
    }

    private List<String> savedQueries() {
        return SharedEmbeddedAws.savedQueries(name);
    }

    private static List<String> workGroups() {
        return SharedEmbeddedAws.workGroups().stream()
                .map(WorkGroupSummary::name)
                .toList();
    }
}
