package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.local.LocalAthenaScript.Serving;
import com.quiltdata.athena.local.aws.AwsClients;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;

/** The command, by its script. */
class LocalAthenaTest {

    @TempDir
    private Path directory;

    private LocalAthenaScript script;

    @BeforeEach
    void prepareScript() throws IOException {
        script = LocalAthenaScript.in(directory);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--format | xml | Invalid value for option '--format'",
                "--registry | no-such-folder | --registry: no-such-folder must be a folder that has a folder .quilt in it",
                "--bucket | s3://b | --bucket: The name of a Quilt bucket must be the bucket's name alone, without s3://",
                "--query | ' ' | --query: \" \" must be an SQL statement",
                "--serve | 70000 | --serve: 70000 must be a port from 1 to 65535",
                "--sql | x | Unknown options: '--sql', 'x'",
            })
    void wrongArgumentsEndWithStatusTwo(String option, String value, String message) throws Exception {
        Process process = script.start(option, value);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(script.errors()).contains(message);
    }

    @Test
    void aFailedQueryEndsWithStatusOneAndTheEnginesMessage() throws Exception {
        Process process = script.start("--query", "SELECT nothing FROM nowhere");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(script.errors())
                .contains("TABLE_NOT_FOUND: line 1:21: Table 'awsdatacatalog.quilt_query.nowhere' does not exist")
                .doesNotContain("\tat ");
        assertThat(script.leftovers()).isEmpty();
    }

    @Test
    void printsTheExampleQuerysRowsAndServesUntilInterrupted() throws Exception {
        Serving serving = script.serve("--format", "json");

        try (AwsClients aws = new AwsClients(serving.endpoint())) {
            assertThat(aws.athena().listWorkGroups(list -> {}).workGroups())
                    .extracting(WorkGroupSummary::name)
                    .contains("quilt-query");
        }

        assertThat(serving.interrupt()).isZero();
        assertThat(script.leftovers()).isEmpty();
        JsonNode rows = new ObjectMapper().readTree(serving.process().getInputStream());
        assertThat(rows.findValuesAsText("size")).containsExactlyInAnyOrder("1005", "2097664", "4300000000");
    }

    @Test
    void aRegistryBecomesTheBucketThatIsNamed() throws Exception {
        SampleRegistry.write(directory);
        Process process = script.start(
                "--registry",
                directory.toString(),
                "--bucket",
                "another.bucket",
                "--format",
                "csv",
                "--query",
                "SELECT count(*) AS n FROM another_bucket_quilt_packages_view");

        assertThat(process.inputReader().readAllAsString()).isEqualTo("\"n\"\r\n\"8\"\r\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void whatTheNotebookMakesIsAdoptedAndItsUsersSavedQueryFindsTheSame() throws Exception {
        Process process = script.start("--adopt", "--format", "csv", "--query", "SELECT count(*) AS n FROM my_images");

        assertThat(process.inputReader().readAllAsString()).isEqualTo("\"n\"\r\n\"9\"\r\n");
        assertThat(process.waitFor()).isZero();
        assertThat(script.errors())
                .containsPattern("AWS::Athena::WorkGroup +│ quilt-query +│ imported, then changed: ")
                .containsPattern(
                        "Custom::AthenaView +│ quilt_allencell_manifests_quilt_objects_view +│ replaced in place")
                .contains("The user's saved query found 9 rows before, and finds 9 now.");
    }
}
