package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the pipelines that call Maven or GitHub, with commands in their place; {@code CdkCliTest} has the others. */
class PipelineScriptsTest {

    private static final String LIST_OPEN_ISSUES = "issue list --state open --limit 1000 --json number,title --jq"
            + " map(select(.title == \"The deployed stack has drifted\"))[0].number // empty";

    @TempDir
    private Path directory;

    @Test
    void continuousIntegrationRunsAllTestsAndComparesTwoSyntheses() throws Exception {
        Path project = projectWithRun();
        command("mvn", "echo \"mvn $*\" >> \"$CALLS\"");

        assertThat(run(project.resolve(".ci/run").toString()).status()).isZero();
        assertThat(calls("")).containsExactly("mvn -B -ntp verify", "reproducible-synthesis");
    }

    @Test
    void testsThatFailEndContinuousIntegration() throws Exception {
        Path project = projectWithRun();
        command("mvn", "echo \"mvn $*\" >> \"$CALLS\"; exit 1");

        assertThat(run(project.resolve(".ci/run").toString()).status()).isEqualTo(1);
        assertThat(calls("")).containsExactly("mvn -B -ntp verify");
    }

    @Test
    void driftOpensAnIssue() throws Exception {
        command("gh", "echo \"$*\" >> \"$CALLS\"");

        assertThat(report("drifted").status()).isZero();
        assertThat(calls(""))
                .containsExactly(
                        LIST_OPEN_ISSUES,
                        "issue create --title The deployed stack has drifted --body-file " + report());
    }

    @Test
    void furtherDriftIsAddedToTheIssueThatIsOpen() throws Exception {
        command("gh", "echo \"$*\" >> \"$CALLS\"; if [ \"$2\" = list ]; then echo 7; fi");

        assertThat(report("drifted").status()).isZero();
        assertThat(calls("")).containsExactly(LIST_OPEN_ISSUES, "issue comment 7 --body-file " + report());
    }

    @Test
    void aReportWithoutDriftOpensNoIssue() throws Exception {
        command("gh", "exit 1");

        assertThat(report("")).isEqualTo(new Outcome(0, ""));
    }

    private Outcome report(String text) throws IOException, InterruptedException {
        Files.writeString(report(), text);
        return run(".github/scripts/report-drift", report().toString());
    }

    private Path report() {
        return directory.resolve("drift.md");
    }

    /** A folder with the script in it that continuous integration runs, and the one that it calls. */
    private Path projectWithRun() throws IOException {
        Path project = directory.resolve("project");
        Files.createDirectories(project.resolve(".ci"));
        Files.createDirectories(project.resolve("test"));
        Files.copy(TestTemplates.PROJECT.resolve(".ci/run"), project.resolve(".ci/run"));
        script(project.resolve("test/reproducible-synthesis"), "echo reproducible-synthesis >> \"$CALLS\"");
        return project;
    }

    private List<String> calls(String command) throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("calls"))) {
            return lines.map(line -> line.substring(command.length()).strip()).toList();
        }
    }

    private void command(String name, String script) throws IOException {
        script(Files.createDirectories(directory.resolve("bin")).resolve(name), script);
    }

    private static void script(Path file, String script) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Outcome run(String script, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(script), Stream.of(arguments)).toList())
                .directory(TestTemplates.PROJECT.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().merge("PATH", directory.resolve("bin").toString(), (path, first) -> first + ":" + path);
        builder.environment().put("CALLS", directory.resolve("calls").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        return new Outcome(process.waitFor(), output);
    }

    private record Outcome(int status, String output) {}
}
