package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The linter that many pipelines run finds no error in what is synthesized, where it is installed. */
class CfnLintTest {

    @Test
    void templatesHaveNoErrors() throws Exception {
        assumeTrue(isInstalled(), "cfn-lint is not installed");
        List<String> command = new ArrayList<>(List.of("cfn-lint", "--non-zero-exit-code", "error"));
        for (Map<String, Object> configuration : List.of(
                TestTemplates.configuration(),
                TestTemplates.configuration(
                        "snapshotSchedule",
                        "rate(1 hour)",
                        "alarmTopicArn",
                        "arn:aws:sns:us-east-1:123456789012:alarms",
                        "bytesScannedAlarmPerDay",
                        1_000_000_000_000L,
                        "dashboard",
                        true,
                        "removalPolicy",
                        "destroy",
                        "resultsKmsKeyArn",
                        "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"),
                TestTemplates.configuration(
                        "quiltBuckets", Map.of("one", List.of("bucket-a", "bucket-b"), "two", List.of("bucket.c")),
                        "inputAccess", "any",
                        "attachPolicyToRoles", List.of("analysts")))) {
            Path directory = TestTemplates.assembly(configuration).directory();
            try (Stream<Path> files = Files.list(directory)) {
                files.map(Path::toString)
                        .filter(file -> file.endsWith(".template.json"))
                        .forEach(command::add);
            }
        }
        // Last, since it takes every argument after it for a check.
        command.addAll(List.of("--ignore-checks", "W"));
        Process lint = new ProcessBuilder(command).redirectErrorStream(true).start();

        assertThat(new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(lint.waitFor()).isZero();
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            return new ProcessBuilder("cfn-lint", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
