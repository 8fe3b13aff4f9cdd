package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.registry.SampleRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command. {@link RealClientsTest} has what it does under {@code --serve}, started by its script. */
class LocalAthenaTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @Test
    void theScriptEndsWithTheStatusOfTheCommand() throws Exception {
        LocalAthenaScript script = LocalAthenaScript.in(directory);

        Process process = script.start("--query", " ");

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(script.errors()).contains("--query: \" \" must be an SQL statement");
        assertThat(script.leftovers()).isEmpty();
    }

    @Test
    void aFailedQueryEndsWithStatusOneAndTheEnginesMessage() {
        assertThat(run("--query", "SELECT nothing FROM nowhere")).isEqualTo(1);

        assertThat(output()).isEmpty();
        assertThat(errors())
                .contains("TABLE_NOT_FOUND: line 1:21: Table 'awsdatacatalog.quilt_query.nowhere' does not exist")
                .doesNotContain("\tat ");
    }

    @Test
    void aRegistryBecomesTheBucketThatIsNamed() throws IOException {
        SampleRegistry.write(directory);
        Files.createDirectories(directory.resolve(".quilt/named_packages/lab/_draft"));
        Files.writeString(directory.resolve(".quilt/named_packages/lab/_draft/latest"), "a".repeat(64));
        Files.writeString(directory.resolve(".quilt/named_packages/v1.gz"), "a".repeat(64));
        Files.writeString(
                directory.resolve(".quilt/packages/" + "a".repeat(64)),
                "{\"version\": \"v0\", \"user_meta\": {\"a\": 1, \"A\": 2}}\n{\"logical_key\": \"k\", \"meta\": {\"n\": NaN}}\n");

        int status = run(
                "--registry", directory.toString(), "--bucket", "another.bucket", "--format", "json", "--query", """
                SELECT (SELECT count(*) FROM another_bucket_quilt_packages_view) AS n, physical_keys, hash,
                  ARRAY[1.50, DECIMAL '12345678901234567890'] AS numbers, DATE '2026-01-02' AS day, MAP(ARRAY['k'], ARRAY[0.1e0]) AS m
                FROM another_bucket_quilt_objects_view
                WHERE name = 'notes' AND "timestamp" = 'latest'
                """);

        assertThat(status).as(errors()).isZero();
        assertThat(TestFiles.json(output())).isEqualTo(TestFiles.json("""
                        [{"n": 8, "physical_keys": ["s3://sample-data/ernest/notes/notes.txt?versionId=%s"],
                          "hash": {"type": "SHA256", "value": "%s"}, "numbers": [1.50, 12345678901234567890.00],
                          "day": "2026-01-02", "m": {"k": 0.1}}]
                        """.formatted(
                TestFiles.json(output()).at("/0/physical_keys/0").asText().replaceAll(".*=", ""),
                TestFiles.json(output()).at("/0/hash/value").asText())));
        assertThat(output()).contains("[ 1.50, 12345678901234567890.00 ]");
        assertThat(errors())
                .contains(
                        "lab/_draft is in no view: engines do not see what begins with _ or a dot",
                        ".quilt/named_packages/v1.gz is no pointer, and fails every query on engines older than Trino 478",
                        ".quilt/packages/%s, line 1: the keys a and A differ in case alone".formatted("a".repeat(64)),
                        "line 2: NaN is no number in JSON, and text in the views");
    }

    @Test
    void whatTheNotebookMakesIsAdoptedAndItsUsersSavedQueryFindsTheSame() {
        int status = run("--adopt", "--format", "csv", "--query", "SELECT count(*) AS n FROM my_images");

        assertThat(status).as(errors()).isZero();
        assertThat(output()).isEqualTo("\"n\"\r\n\"9\"\r\n");
        assertThat(errors())
                .containsPattern("AWS::Athena::WorkGroup +│ quilt-query +│ imported, then changed: ")
                .containsPattern(
                        "Custom::AthenaView +│ quilt_allencell_manifests_quilt_objects_view +│ replaced in place")
                .contains("The user's saved query found 9 rows before, and finds 9 now.");
    }

    private int run(String... arguments) {
        return LocalAthena.run(
                TestTemplates.PROJECT,
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }
}
