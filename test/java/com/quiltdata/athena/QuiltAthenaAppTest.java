package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The app as the CDK CLI runs it: a process that is told by its environment what to synthesize, and where. */
class QuiltAthenaAppTest {

    @TempDir
    private Path directory;

    /** The CDK writes its report where it has looked at the templates, and only there. */
    @Test
    void synthesizesTheStackWithoutCredentialsAndTheCdksValidationFindsNothing() throws Exception {
        Outcome outcome = run("""
                {"companyName": "mycompany", "quiltBuckets": {"one": ["bucket-a", "bucket-b"], "two": ["bucket.c"]},
                 "snapshotSchedule": "rate(1 day)", "snapshotEvents": true, "dashboard": true,
                 "alarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms", "removalPolicy": "destroy",
                 "resultsKmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"}
                """, Map.of("CDK_VALIDATION", "true"));

        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(directory.resolve("cdk.out/QuiltAthena.template.json")).exists();
        assertThat(TestFiles.json(TestFiles.text(directory.resolve("cdk.out/validation-report.json")))
                        .path("pluginReports"))
                .isInstanceOf(ArrayNode.class)
                .isEmpty();
    }

    @Test
    void reportsEveryProblemOnALineOfItsOwnAndSynthesizesNothing() throws Exception {
        Outcome outcome = run("{\"quiltBuckets\": [\"s3://x\"], \"resultsExpireAfterDays\": 0}");

        assertThat(outcome.status()).isOne();
        assertThat(outcome.errors())
                .containsExactly(
                        "quiltBuckets: \"s3://x\" must be the bucket's name alone, without s3://",
                        "companyName: (missing) must be given: the results bucket is named after it",
                        "resultsExpireAfterDays: 0 must be a whole number from 1 to 2147483647");
        assertThat(TestFiles.list(directory.resolve("cdk.out")))
                .noneMatch(file ->
                        file.endsWith("manifest.json") || file.toString().endsWith(".template.json"));
    }

    @Test
    void theTopicOfAlarmsIsInTheRegionThatTheCliDeploysTo() throws Exception {
        Outcome outcome = run("""
                {"companyName": "mycompany", "quiltBuckets": "bucket-a",
                 "alarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms"}
                """, Map.of("CDK_DEFAULT_ACCOUNT", "123456789012", "CDK_DEFAULT_REGION", "eu-central-1"));

        assertThat(outcome.status()).isOne();
        assertThat(outcome.errors())
                .containsExactly("alarmTopicArn: \"arn:aws:sns:eu-west-1:123456789012:alarms\" must be a topic in the"
                        + " stack's region, eu-central-1");
    }

    @Test
    void aContextFileWithAKeyTwiceIsRefusedWhereTheCliTakesTheLast() throws Exception {
        Files.writeString(directory.resolve("cdk.context.json"), "{\"companyName\": \"a\",\n \"companyName\": \"b\"}");

        Outcome outcome = run("{\"companyName\": \"b\", \"quiltBuckets\": \"bucket-a\"}");

        assertThat(outcome.status()).isOne();
        assertThat(outcome.errors())
                .containsExactly("cdk.context.json: line 2, column 15: Duplicate field 'companyName'");
    }

    /** Other hostile input, {@code BadInputTest} gives to the classes that this process runs. */
    @Test
    void hostileInputEndsInProblemsAndNothingElse() throws Exception {
        Outcome outcome = run("{\"companyName\": \"\\u001b[31m\\u202e'; DROP TABLE x; --\","
                + " \"quiltBuckets\": {\"a\\u2028b\": [null], \"c\": [[\"a\"], {\"b\": 1e400}]}}");

        assertProblems(outcome, 5);
    }

    /** Five views whose text alone is as much as a template may have. */
    @Test
    void aStackThatIsLargerThanATemplateMayBeIsRefused() throws Exception {
        Files.writeString(directory.resolve("long.sql"), "SELECT '" + "x".repeat(200_000) + "' AS text");
        Outcome outcome = run("{\"companyName\": \"mycompany\", \"quiltBuckets\": \"bucket-a\", \"customViews\": {%s}}"
                .formatted(IntStream.range(0, 5)
                        .mapToObj("\"view%d\": \"long.sql\""::formatted)
                        .collect(Collectors.joining(","))));

        assertProblems(outcome, 1);
        assertThat(outcome.errors().getFirst()).startsWith("quiltBuckets: the stack must have at most 1,000,000 bytes");
    }

    private void assertProblems(Outcome outcome, int problems) {
        assertThat(outcome.status()).isOne();
        assertThat(outcome.errors()).hasSize(problems).allMatch(line -> line.matches("\\w.*: .+ must .+"));
        assertThat(TestFiles.list(directory.resolve("cdk.out")))
                .noneMatch(file ->
                        file.endsWith("manifest.json") || file.toString().endsWith(".template.json"));
    }

    private Outcome run(String context) throws IOException, InterruptedException {
        return run(context, Map.of());
    }

    private Outcome run(String context, Map<String, String> environment) throws IOException, InterruptedException {
        Path errors = directory.resolve("errors.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuiltAthenaApp.class.getName())
                .directory(directory.toFile())
                .redirectError(errors.toFile());
        builder.environment().put("CDK_CONTEXT_JSON", context);
        builder.environment().put("CDK_OUTDIR", directory.resolve("cdk.out").toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("CDK_DEFAULT"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        int status = process.waitFor();
        // The jsii runtime frames a warning about old versions of Node with exclamation marks.
        List<String> lines = Files.readAllLines(errors, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("!!"))
                .toList();
        return new Outcome(status, lines);
    }

    private record Outcome(int status, List<String> errors) {}
}
