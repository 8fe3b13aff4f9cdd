package com.quiltdata.athena.local.athena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.AthenaException;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.NamedQuery;
import software.amazon.awssdk.services.athena.model.WorkGroupConfiguration;

class WorkGroupsTest {
    private final AthenaClient athena = SharedEmbeddedAws.athena();
    private String workGroup;

    @BeforeEach
    void createWorkGroup(TestInfo test) {
        workGroup = "wg-" + test.getTestMethod().orElseThrow().getName();
        athena.createWorkGroup(create -> create.name(workGroup)
                .description("for a test")
                .configuration(configuration -> configuration
                        .bytesScannedCutoffPerQuery(10_000_000L)
                        .resultConfiguration(results -> results.outputLocation("s3://first/"))));
    }

    @Test
    void aWorkgroupKeepsWhatItIsCreatedWithAndIsEnforcedByDefault() {
        WorkGroupConfiguration configuration = configuration();

        assertThat(configuration.resultConfiguration().outputLocation()).isEqualTo("s3://first/");
        assertThat(configuration.bytesScannedCutoffPerQuery()).isEqualTo(10_000_000L);
        assertThat(configuration.enforceWorkGroupConfiguration()).isTrue();
        assertThat(configuration.engineVersion().effectiveEngineVersion()).isEqualTo("Athena engine version 3");
    }

    @Test
    void anUpdateChangesWhatItNamesAndRemovesWhatItIsTold() {
        athena.updateWorkGroup(update -> update.workGroup(workGroup)
                .configurationUpdates(updates -> updates.removeBytesScannedCutoffPerQuery(true)
                        .resultConfigurationUpdates(results -> results.outputLocation("s3://second/"))));

        assertThat(configuration().resultConfiguration().outputLocation()).isEqualTo("s3://second/");
        assertThat(configuration().bytesScannedCutoffPerQuery()).isNull();
        assertThat(configuration().enforceWorkGroupConfiguration()).isTrue();
    }

    @Test
    void aWorkgroupThatExistsIsNotCreatedAgain() {
        assertThatThrownBy(() -> athena.createWorkGroup(create -> create.name(workGroup)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("WorkGroup " + workGroup + " is already created");
    }

    @Test
    void aWorkgroupThatHoldsASavedQueryIsDeletedOnlyRecursively() {
        saveQuery("kept");
        assertThatThrownBy(() -> athena.deleteWorkGroup(delete -> delete.workGroup(workGroup)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("WorkGroup " + workGroup + " is not empty");

        athena.deleteWorkGroup(delete -> delete.workGroup(workGroup).recursiveDeleteOption(true));

        assertThatThrownBy(this::configuration)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("WorkGroup is not found.");
    }

    @Test
    void anEmptyWorkgroupIsDeleted() {
        athena.deleteWorkGroup(delete -> delete.workGroup(workGroup));

        assertThatThrownBy(this::configuration).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void savedQueriesAreListedInTheirWorkgroup() {
        String first = saveQuery("first");
        String second = saveQuery("second");

        assertThat(athena.listNamedQueries(list -> list.workGroup(workGroup)).namedQueryIds())
                .containsExactly(first, second);
    }

    @Test
    void aSavedQueryKeepsWhatItIsCreatedWith() {
        String id = saveQuery("kept");

        NamedQuery query = athena.getNamedQuery(get -> get.namedQueryId(id)).namedQuery();

        assertThat(query)
                .isEqualTo(NamedQuery.builder()
                        .name("kept")
                        .description("says what it is for")
                        .database("default")
                        .queryString("SELECT 1")
                        .workGroup(workGroup)
                        .namedQueryId(id)
                        .build());
    }

    @Test
    void aDeletedSavedQueryIsGone() {
        String id = saveQuery("deleted");

        athena.deleteNamedQuery(delete -> delete.namedQueryId(id));

        assertThat(athena.listNamedQueries(list -> list.workGroup(workGroup)).namedQueryIds())
                .isEmpty();
    }

    @Test
    void anOperationItDoesNotHaveIsNamed() {
        assertThatThrownBy(() -> athena.listCapacityReservations(list -> {}))
                .isInstanceOf(AthenaException.class)
                .hasMessageStartingWith("The embedded Athena does not know the operation ListCapacityReservations");
    }

    private String saveQuery(String name) {
        return athena.createNamedQuery(create -> create.name(name)
                        .description("says what it is for")
                        .database("default")
                        .queryString("SELECT 1")
                        .workGroup(workGroup))
                .namedQueryId();
    }

    private WorkGroupConfiguration configuration() {
        return athena.getWorkGroup(get -> get.workGroup(workGroup)).workGroup().configuration();
    }
}
