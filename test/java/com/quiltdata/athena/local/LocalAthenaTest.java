package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.local.aws.AwsClients;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;

/** The command, in a process of its own as the script starts it. */
class LocalAthenaTest {

    @TempDir
    private Path directory;

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
        Process process = start(option, value);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(errors()).contains(message);
    }

    @Test
    void aFailedQueryEndsWithStatusOneAndTheEnginesMessage() throws Exception {
        Process process = start("--query", "SELECT nothing FROM nowhere");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(errors())
                .contains("TABLE_NOT_FOUND: line 1:21: Table 'awsdatacatalog.quilt_query.nowhere' does not exist")
                .doesNotContain("\tat ");
    }

    @Test
    void printsTheExampleQuerysRowsAndServesUntilInterrupted() throws Exception {
        int port = freePort();
        Process process = start("--format", "json", "--serve", String.valueOf(port));
        awaitServing(process);

        try (AwsClients aws = new AwsClients(URI.create("http://127.0.0.1:" + port))) {
            assertThat(aws.athena().listWorkGroups(list -> {}).workGroups())
                    .extracting(WorkGroupSummary::name)
                    .contains("quilt-query");
        }
        // Unlike the process itself, its handle leaves the output open.
        process.toHandle().destroy();

        assertThat(process.waitFor()).isZero();
        JsonNode rows = new ObjectMapper().readTree(process.getInputStream());
        assertThat(rows.findValuesAsText("size")).containsExactlyInAnyOrder("1005", "2097664", "4300000000");
    }

    @Test
    void aRegistryBecomesTheBucketThatIsNamed() throws Exception {
        SampleRegistry.write(directory);
        Process process = start(
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
        Process process = start("--adopt", "--format", "csv", "--query", "SELECT count(*) AS n FROM my_images");

        assertThat(process.inputReader().readAllAsString()).isEqualTo("\"n\"\r\n\"9\"\r\n");
        assertThat(process.waitFor()).isZero();
        assertThat(errors())
                .containsPattern("AWS::Athena::WorkGroup +│ quilt-query +│ imported, then changed: ")
                .containsPattern(
                        "Custom::AthenaView +│ quilt_allencell_manifests_quilt_objects_view +│ replaced in place")
                .contains("The user's saved query found 9 rows before, and finds 9 now.");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // What the build gives the tests' JVM it also gives the command's.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-D") && !argument.contains("javaagent"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Dproject.directory=..", "-cp", System.getProperty("java.class.path"), LocalAthena.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("errors.txt").toFile())
                .start();
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("errors.txt"));
    }

    private void awaitServing(Process process) throws IOException, InterruptedException {
        while (!errors().contains("until you interrupt this program")) {
            assertThat(process.isAlive()).as(errors()).isTrue();
            Thread.sleep(100);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
