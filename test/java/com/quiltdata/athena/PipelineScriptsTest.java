package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts of the pipelines, with commands in place of npx, mvn, aws, gh and sleep that answer as those do, to the
 * arguments that they know alone.
 */
class PipelineScriptsTest {

    private static final String LIST_OPEN_ISSUES = "issue list --state open --limit 1000 --json number,title --jq"
            + " map(select(.title == \"The deployed stack has drifted\"))[0].number // empty";

    @TempDir
    private Path directory;

    @BeforeEach
    void waitForNothing() throws IOException {
        command("sleep", "exit 0");
    }

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
    void theCheckOfADeploymentIsOneBlockOfMarkdownWithTheStatusOfTheCommand() throws Exception {
        Path project = Files.createDirectories(directory.resolve("project"));
        Files.createDirectories(project.resolve(".ci"));
        Files.createDirectories(project.resolve("test"));
        Files.copy(TestTemplates.PROJECT.resolve(".ci/check-deployment"), project.resolve(".ci/check-deployment"));
        script(project.resolve("test/deployed-athena"), "echo \"✘ Stack $*\"; exit 1");

        assertThat(run(project.resolve(".ci/check-deployment").toString(), "--sample", "3"))
                .isEqualTo(new Outcome(1, """
                        What is deployed:

                        ``````
                        ✘ Stack --sample 3
                        ``````
                        """));
    }

    @Test
    void theDiffIsOneBlockOfMarkdown() throws Exception {
        command(
                "npx",
                "echo 'Lookup role arn was not assumed.' >&2; echo \"$*\" | sed 's/@[0-9.]* /@VERSION /'; echo '[+] AWS::Glue::Table `a` ``b``'");

        Outcome outcome = run(".ci/diff", "cdk.out");

        assertThat(outcome).isEqualTo(new Outcome(0, """
                        What a deployment would change:

                        ``````
                        --yes aws-cdk@VERSION diff --app cdk.out --method template --no-color QuiltAthena
                        [+] AWS::Glue::Table `a` ``b``
                        ``````
                        """));
    }

    @Test
    void aDiffThatIsTooLongForACommentIsCut() throws Exception {
        command("npx", "head -c 70000 /dev/zero | tr '\\0' x");

        Outcome outcome = run(".ci/diff");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.output())
                .contains("\n" + "x".repeat(60_000) + "\n(70000 characters; the rest is left out)\n")
                .hasSizeLessThan(65_536);
    }

    @Test
    void aDiffThatFailsIsNoDiff() throws Exception {
        command("npx", "echo 'no credentials' >&2; exit 1");

        assertThat(run(".ci/diff")).isEqualTo(new Outcome(1, ""));
    }

    @Test
    void withoutDriftThereIsNothingToSay() throws Exception {
        command("aws", drift("DETECTION_COMPLETE", ""));

        assertThat(run(".ci/drift")).isEqualTo(new Outcome(0, ""));
        assertThat(calls("detect-stack-drift")).containsExactly("QuiltAthena", "arn:nested");
    }

    @Test
    void driftIsReportedByResourceInNestedStacksToo() throws Exception {
        command("aws", drift("DETECTION_COMPLETE", "MODIFIED\\tAWS::Glue::Table\\ta_quilt_packages\\n"));

        assertThat(run(".ci/drift")).isEqualTo(new Outcome(1, """
                        The stack `QuiltAthena` has drifted:

                        - MODIFIED: AWS::Glue::Table `a_quilt_packages`

                        The stack `arn:nested` has drifted:

                        - MODIFIED: AWS::Glue::Table `a_quilt_packages`

                        """));
    }

    @Test
    void aDetectionThatFailsIsNoDrift() throws Exception {
        command("aws", drift("DETECTION_FAILED", ""));

        assertThat(run(".ci/drift")).isEqualTo(new Outcome(2, ""));
    }

    @Test
    void withoutCredentialsDriftCannotBeTold() throws Exception {
        command("aws", "exit 253");

        assertThat(run(".ci/drift")).isEqualTo(new Outcome(2, ""));
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

    /** Answers as CloudFormation's commands do; the detection is under way the first time that it is asked for. */
    private static String drift(String status, String resources) {
        return """
                case "$*" in
                  "cloudformation list-stack-resources --stack-name QuiltAthena --output text --query \\
                StackResourceSummaries[?ResourceType=='AWS::CloudFormation::Stack'].[PhysicalResourceId]")
                    echo arn:nested ;;
                  "cloudformation detect-stack-drift --stack-name $4 --output text --query StackDriftDetectionId")
                    echo "$2 $4" >> "$CALLS"; rm -f "$CALLS.asked"; echo "id-of-$4" ;;
                  "cloudformation describe-stack-drift-detection-status --stack-drift-detection-id id-of-"*)
                    if [ -e "$CALLS.asked" ]; then echo %s; else touch "$CALLS.asked"; echo DETECTION_IN_PROGRESS; fi ;;
                  "cloudformation describe-stack-resource-drifts --stack-name $4 --output text \\
                --stack-resource-drift-status-filters MODIFIED DELETED \\
                --query StackResourceDrifts[].[StackResourceDriftStatus, ResourceType, PhysicalResourceId]")
                    printf '%s' ;;
                  *) exit 252 ;;
                esac
                """.formatted(status, resources);
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
