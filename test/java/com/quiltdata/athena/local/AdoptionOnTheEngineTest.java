package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.ImportTemplate;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.cloudformation.LocalStack.ExistingResources;
import com.quiltdata.athena.local.cloudformation.ResourceChange;
import com.quiltdata.athena.local.cloudformation.ResourceChange.Action;
import com.quiltdata.athena.notebook.Adoption;
import com.quiltdata.athena.notebook.NotebookResources;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import com.quiltdata.athena.registry.ViewContract;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.athena.model.ResultConfiguration;
import software.amazon.awssdk.services.athena.model.WorkGroupConfiguration;
import software.amazon.awssdk.services.glue.model.Table;

/**
 * What becomes of what an administrator has made with the published notebook, and of what its users have made since, when
 * the stack is deployed over it: the steps of {@code docs/start/adopt.md}, on the engine.
 */
class AdoptionOnTheEngineTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name = "adopted" + COUNTER.incrementAndGet();
    private final QuiltBucket bucket = new QuiltBucket(name + "-bucket");
    private final NotebookResources notebook = new NotebookResources(
            SharedEmbeddedAws.clients(),
            ConfigurationReader.read(DeployedStack.configuration(name, List.of(bucket.name())), TestTemplates.PROJECT));
    private final LocalStack stack = SharedEmbeddedAws.stack();

    @TempDir
    Path folder;

    @BeforeEach
    void makeWhatTheNotebookMakes() throws IOException {
        SampleRegistry.write(folder);
        RegistryUpload.upload(SharedEmbeddedAws.clients(), bucket.name(), folder);
        notebook.create();
        notebook.addWhatUsersMake();
    }

    @Test
    void withoutAnImportTheDeploymentNamesWhatExistsAndLeavesEverythingAsItWas() {
        Map<String, Table> before = tables();
        WorkGroupConfiguration workGroup = workGroup();

        assertThatThrownBy(() -> stack.deploy(assembly()))
                .hasMessageMatching("AlreadyExists: QueryResults\\w+ \\(AWS::(S3::Bucket|Athena::WorkGroup)\\): .*"
                        + "|AlreadyExists: QueryDatabase\\w+ \\(AWS::Glue::Database\\): .*");

        assertThat(tables()).isEqualTo(before);
        assertThat(workGroup()).isEqualTo(workGroup);
        assertThat(savedQueries()).containsExactly(NotebookResources.SAVED_QUERY);
        assertThat(results()).contains(NotebookResources.RESULT);
    }

    /** CloudFormation cannot import tables. */
    @Test
    void anImportByCloudFormationItselfStopsAtTheTablesAndLeavesEverythingAsItWas() {
        Map<String, Table> before = tables();
        WorkGroupConfiguration workGroup = workGroup();

        assertThatThrownBy(() -> stack.deploy(assembly(), ExistingResources.IMPORT, new ArrayList<>()))
                .hasMessageContaining("(AWS::Glue::Table): Table already exists: " + bucket.tablePrefix());

        assertThat(tables()).isEqualTo(before);
        assertThat(workGroup()).isEqualTo(workGroup);
        assertThat(savedQueries()).containsExactly(NotebookResources.SAVED_QUERY);
    }

    /** The stack's template is taken for what is there, and so nothing is changed, not even later. */
    @Test
    void anImportByCloudFormationItselfLeavesTheWorkgroupAsTheNotebookMadeIt() {
        WorkGroupConfiguration workGroup = workGroup();
        adoption().deleteTables();

        stack.deploy(assembly(), ExistingResources.IMPORT, new ArrayList<>());
        stack.deploy(assembly());

        assertThat(workGroup()).isEqualTo(workGroup);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everythingIsAdoptedAndWhatUsersMadeStays(boolean inAGroup) {
        List<List<String>> images = images();
        CloudAssembly assembly = inAGroup ? assembly(Map.of("imaging", List.of(bucket.name()))) : assembly();

        Adoption.Outcome outcome = adoption().adopt(stack, assembly);

        assertThat(outcome.table().rows())
                .extracting(row -> row.get(0), row -> row.get(1), row -> row.get(2))
                .contains(
                        tuple("AWS::S3::Bucket", name + "-quilt-query-results", """
                                imported, then changed: BucketEncryption, LifecycleConfiguration, OwnershipControls, \
                                PublicAccessBlockConfiguration"""),
                        tuple("AWS::Athena::WorkGroup", name, """
                                imported, then changed: Description, RecursiveDeleteOption, State, WorkGroupConfiguration"""),
                        tuple("AWS::Glue::Database", name, "imported, then changed: DatabaseInput"),
                        tuple("AWS::IAM::ManagedPolicy", "AthenaQuiltAccess", "imported, then changed: PolicyDocument"),
                        tuple("AWS::Glue::Table", BucketTable.MANIFESTS.nameIn(bucket), "deleted, then made"),
                        tuple("AWS::Glue::Table", BucketTable.POINTERS.nameIn(bucket), "deleted, then made"),
                        tuple("Custom::AthenaView", BucketView.PACKAGES.nameIn(bucket), "replaced in place"),
                        tuple("Custom::AthenaView", BucketView.OBJECTS.nameIn(bucket), "replaced in place"));
        assertThat(images()).isEqualTo(images).hasSize(9);
        assertThat(savedQueries())
                .containsExactlyInAnyOrder(
                        NotebookResources.SAVED_QUERY, "Quilt packages in " + bucket.name() + ": files by metadata");
        assertThat(results()).contains(NotebookResources.RESULT);
    }

    @Test
    void theViewsHaveTheStacksColumnsAndTheNotebooksRows() {
        List<List<String>> packages = notebook.query(samePackages()).rows();
        List<List<String>> objects = notebook.query(sameObjects()).rows();

        adoption().adopt(stack, assembly());

        assertThat(BucketView.values())
                .allSatisfy(view -> assertThat(columns(view.nameIn(bucket))).isEqualTo(ViewContract.columns(view)));
        assertThat(notebook.query(samePackages()).rows()).isEqualTo(packages).hasSize(8);
        assertThat(notebook.query(sameObjects()).rows()).isEqualTo(objects).hasSize(30);
    }

    @Test
    void theWorkgroupGetsTheStacksConfiguration() {
        adoption().adopt(stack, assembly());

        assertThat(workGroup().enforceWorkGroupConfiguration()).isTrue();
        assertThat(workGroup().publishCloudWatchMetricsEnabled()).isTrue();
        assertThat(workGroup().resultConfiguration().outputLocation())
                .isEqualTo("s3://" + name + "-quilt-query-results/");
        assertThat(workGroup().resultConfiguration().encryptionConfiguration().encryptionOptionAsString())
                .isEqualTo("SSE_S3");
    }

    /** The engine compares the columns that a view has with those that its query gives. */
    @Test
    void aUsersViewOfAllColumnsGoesStaleUntilItIsMadeAnew() {
        List<String> columns = ViewContract.columns(BucketView.OBJECTS);
        String create =
                "CREATE OR REPLACE VIEW all_of_it AS SELECT * FROM \"%s\"".formatted(BucketView.OBJECTS.nameIn(bucket));
        notebook.query(create);

        adoption().adopt(stack, assembly());

        assertThatThrownBy(() -> notebook.query("SELECT * FROM all_of_it LIMIT 0"))
                .hasMessageContaining("VIEW_IS_STALE")
                .hasMessageContaining(
                        "stored view column count (9) does not match column count derived from the view "
                                + "query analysis (%d)",
                        columns.size());
        notebook.query(create);
        assertThat(columns("all_of_it")).isEqualTo(columns);
    }

    @Test
    void whenTheStackIsDeletedAfterwardsWhatPeoplePutThingsIntoStays() {
        adoption().adopt(stack, assembly());

        stack.delete();

        assertThat(tables()).containsOnlyKeys(NotebookResources.USERS_VIEW);
        assertThat(savedQueries()).containsExactly(NotebookResources.SAVED_QUERY);
        assertThat(results()).contains(NotebookResources.RESULT);
    }

    /** The tables were deleted by hand, and the views count as made by the deployment. */
    @Test
    void whenTheDeploymentFailsResultsGoWhereTheyWentAndTablesAndViewsAreRestoredByHand() {
        ResultConfiguration results = workGroup().resultConfiguration();
        List<List<String>> images = images();
        Map<String, Table> saved = tables();

        assertThatThrownBy(() -> adoption().adopt(stack, broken(assembly()))).hasMessageContaining("COLUMN_NOT_FOUND");

        assertThat(workGroup().resultConfiguration()).isEqualTo(results);
        assertThat(tables())
                .as("the view that could not be replaced is still the notebook's")
                .containsOnlyKeys(NotebookResources.USERS_VIEW, BucketView.OBJECTS.nameIn(bucket))
                .containsEntry(BucketView.OBJECTS.nameIn(bucket), saved.get(BucketView.OBJECTS.nameIn(bucket)));
        saved.keySet().removeAll(tables().keySet());
        saved.values().forEach(this::restore);
        assertThat(images()).isEqualTo(images);
    }

    @Test
    void afterADeploymentThatFailedAnotherOneAdoptsTheRest() {
        List<List<String>> images = images();
        assertThatThrownBy(() -> adoption().adopt(stack, broken(assembly()))).hasMessageContaining("COLUMN_NOT_FOUND");

        stack.deploy(assembly());

        assertThat(images()).isEqualTo(images);
    }

    /** Whoever has run only the notebook's first part has no tables and views yet. */
    @Test
    void whatIsNotThereIsNotImported() {
        SharedEmbeddedAws.athena()
                .deleteWorkGroup(delete -> delete.workGroup(name).recursiveDeleteOption(true));

        assertThatThrownBy(() -> stack.importResources(importTemplate()))
                .hasMessage("QueryResultsWorkGroup1EB50CBB (AWS::Athena::WorkGroup): there is nothing to import");
    }

    @Test
    void whatADestroyedStackHasLeftIsImportedByCloudFormationItself() {
        adoption().adopt(stack, assembly());
        stack.delete();
        List<ResourceChange> changes = new ArrayList<>();
        LocalStack another = SharedEmbeddedAws.stack();

        another.deploy(assembly(), ExistingResources.IMPORT, changes);

        assertThat(changes)
                .filteredOn(change -> change.action() == Action.IMPORTED)
                .extracting(ResourceChange::type, ResourceChange::physicalId)
                .containsExactlyInAnyOrder(
                        tuple("AWS::S3::Bucket", name + "-quilt-query-results"),
                        tuple("AWS::Athena::WorkGroup", name),
                        tuple("AWS::Glue::Database", name));
        assertThat(images()).hasSize(9);
    }

    /** Under {@code destroy}, CloudFormation would delete it when the import fails. */
    @Test
    void whatIsNotToBeRetainedIsNotImportedByCloudFormationItself() {
        adoption().deleteTables();

        assertThatThrownBy(() -> stack.deploy(
                        assembly(List.of(bucket.name()), "removalPolicy", "destroy"),
                        ExistingResources.IMPORT,
                        new ArrayList<>()))
                .hasMessageMatching(
                        "AlreadyExists: \\w+ \\(AWS::(S3::Bucket|Glue::Database)\\): to be imported, it must have "
                                + "the DeletionPolicy Retain or RetainExceptOnCreate");
    }

    private List<List<String>> images() {
        return notebook.query(NotebookResources.SAVED_QUERY_SQL).rows();
    }

    private Adoption adoption() {
        return new Adoption(SharedEmbeddedAws.clients(), notebook.configuration());
    }

    private ObjectNode importTemplate() {
        return ImportTemplate.of(assembly().template(), JsonNodeFactory.instance.objectNode());
    }

    private CloudAssembly assembly() {
        return assembly(List.of(bucket.name()));
    }

    private CloudAssembly assembly(Object quiltBuckets, Object... more) {
        return DeployedStack.assembly(name, quiltBuckets, more);
    }

    /** The same stack, but Athena refuses the query of its objects view. */
    private CloudAssembly broken(CloudAssembly original) {
        return DeployedStack.changed(
                original,
                folder,
                template -> DeployedStack.view(template, BucketView.OBJECTS.nameIn(bucket))
                        .put("Query", "SELECT massage"));
    }

    /** Makes a table or view as it was, from what Glue said of it. */
    private void restore(Table table) {
        SharedEmbeddedAws.glue()
                .createTable(create -> create.databaseName(name).tableInput(SharedEmbeddedAws.input(table)));
    }

    /** Columns that both views of packages have. */
    private String samePackages() {
        return "SELECT \"user\", \"name\", \"hash\", \"timestamp\", \"message\", \"meta\" FROM \"%s\" ORDER BY 1, 2, 4"
                .formatted(BucketView.PACKAGES.nameIn(bucket));
    }

    /** Columns that both views of objects have. */
    private String sameObjects() {
        return ("SELECT \"user\", \"name\", \"timestamp\", \"tophash\", \"logical_key\", \"physical_keys\", \"hash\", "
                        + "\"meta\", \"user_meta\" FROM \"%s\" ORDER BY 1, 2, 3, 5")
                .formatted(BucketView.OBJECTS.nameIn(bucket));
    }

    private List<String> columns(String view) {
        return notebook.query("SELECT * FROM \"" + view + "\" LIMIT 0").columns().stream()
                .map(ResultTable.Column::name)
                .toList();
    }

    /** The tables and views by name, as Glue describes them. */
    private Map<String, Table> tables() {
        Map<String, Table> tables = new TreeMap<>();
        SharedEmbeddedAws.glue()
                .getTables(get -> get.databaseName(name))
                .tableList()
                .forEach(table -> tables.put(table.name(), table));
        return tables;
    }

    private WorkGroupConfiguration workGroup() {
        return SharedEmbeddedAws.athena()
                .getWorkGroup(get -> get.workGroup(name))
                .workGroup()
                .configuration();
    }

    private List<String> savedQueries() {
        return SharedEmbeddedAws.savedQueries(name);
    }

    private List<String> results() {
        return SharedEmbeddedAws.objects(name + "-quilt-query-results");
    }
}
