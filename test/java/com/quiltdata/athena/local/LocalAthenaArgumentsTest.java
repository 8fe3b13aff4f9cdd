package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.ReleaseTest;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command in this process, as far as it gets without services and without synthesizing. */
class LocalAthenaArgumentsTest {

    @TempDir
    private Path project;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @BeforeEach
    void makeProject() throws IOException {
        Files.writeString(project.resolve("cdk.json"), "{}");
        Files.writeString(project.resolve("cdk.context.json"), "{\"companyName\": \"c\", \"quiltBuckets\": [\"b-1\"]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --format   | xml              | Invalid value for option '--format'
            --registry | no-such-folder   | --registry: no-such-folder must be a folder that has a folder .quilt in it
            --bucket   | s3://b           | --bucket: The name of a Quilt bucket must be the bucket's name alone, without s3://
            --query    | ' '              | --query: " " must be an SQL statement
            --serve    | 70000            | --serve: 70000 must be a port from 1 to 65535
            --empty    | --query=SELECT 1 | --empty: requires --serve, and neither --query nor --adopt goes with it
            --sql      | x                | Unknown options: '--sql', 'x'
            -c         | databaseName     | Value for option option '--context' (KEY=VALUE) should be in KEY=VALUE format
            """)
    void wrongArgumentsAreTwoLines(String option, String value, String message) {
        assertThat(run(output, option, value)).isEqualTo(2);
        assertThat(output.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(errors().lines()).hasSize(2).satisfies(lines -> {
            assertThat(lines.getFirst()).contains(message);
            assertThat(lines.getLast()).isEqualTo("test/local-athena --help lists the options.");
        });
    }

    @Test
    void theVersionIsTheBuilds() {
        assertThat(run(output, "--version")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("local-athena " + ReleaseTest.version() + "\n");
        assertThat(errors()).isEmpty();
    }

    @Test
    void helpThatCannotBeWrittenIsAFailure() throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            assertThat(run(full, "--help")).isEqualTo(1);
        }
        assertThat(errors()).isEqualTo("Standard output cannot be written: No space left on device\n");
    }

    @Test
    void aPortInUseIsReportedBeforeAnythingElse() {
        int port = SharedEmbeddedAws.endpoint().getPort();

        assertThat(run(output, "--serve", String.valueOf(port), "-c", "databaseName=Wrong"))
                .isEqualTo(1);
        assertThat(errors()).isEqualTo("Port " + port + " on 127.0.0.1 cannot be opened: Address already in use\n");
    }

    @Test
    void configurationOfTheCommandLineWinsOverTheFiles() {
        assertThat(run(output, "-c", "databaseName=Wrong", "-c", "quiltBuckets=b-1,B=2"))
                .isEqualTo(1);
        assertThat(errors().lines())
                .containsExactly(
                        "quiltBuckets: \"B=2\" must have only lower-case letters, digits, hyphens and dots",
                        "databaseName: \"Wrong\" must have 1 to 255 lower-case letters, digits and underscores");
    }

    @Test
    void withConfigurationOnTheCommandLineTheFileMayBeMissing() throws IOException {
        Files.delete(project.resolve("cdk.context.json"));

        assertThat(run(output)).isEqualTo(1);
        assertThat(errors()).isEqualTo(project + "/cdk.context.json: is missing\n");

        errors.reset();
        assertThat(run(output, "-c", "quiltBuckets=b-1")).isEqualTo(1);
        assertThat(errors()).isEqualTo("companyName: (missing) must be given: the results bucket is named after it\n");
    }

    @Test
    void tenThousandWrongNamesAreTwentyLinesAndACount() throws IOException {
        Files.writeString(
                project.resolve("cdk.context.json"),
                "{\"companyName\": \"c\", \"quiltBuckets\": [\"A\"" + ",\"A\"".repeat(9_999) + "]}");

        assertThat(run(output)).isEqualTo(1);
        assertThat(errors().lines()).hasSize(21).last().isEqualTo("… and 9,980 more problems");
    }

    private int run(OutputStream out, String... arguments) {
        return LocalAthena.run(project, out, new PrintStream(errors, true, StandardCharsets.UTF_8), arguments);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }
}
