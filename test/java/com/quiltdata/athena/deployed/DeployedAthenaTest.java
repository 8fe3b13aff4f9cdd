package com.quiltdata.athena.deployed;

import static com.quiltdata.athena.deployed.CheckedDeployment.BUCKET;
import static com.quiltdata.athena.deployed.CheckedDeployment.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.deployed.CheckedDeployment.Outcome;
import com.quiltdata.athena.deployed.StubbedHttp.Answer;
import com.quiltdata.athena.deployed.StubbedHttp.Call;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.glue.model.Table;

/** The command on a deployment on loopback that is right, and on one that is not. */
@ResourceLock(CheckedDeployment.BUCKET)
class DeployedAthenaTest {
    private static final String PACKAGES_VIEW = "checked_bucket_quilt_packages_view";
    private static final String MANIFEST = "packages/" + "%064x".formatted(3);

    private static final String STACK = "Stack";
    private static final String CATALOG = "Tables and views";
    private static final String ROWS = "Rows";
    private static final String READS = "What a query reads";
    private static final String ACCESS = "Access";
    private static final String QUILT = "Quilt";
    private static final String LEFTOVERS = "Leftovers";

    @Test
    void whatWasDeployedIsRightAndWhatTheServicesDoNotHaveIsNotChecked() {
        Outcome outcome = CheckedDeployment.check();

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output().lines().filter(line -> line.matches("\\S.*")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("✔ Stack +Checked is CREATE_COMPLETE, and what this checkout synthesizes"),
                        line -> assertThat(line)
                                .matches("✔ Tables and views +%d tables and %d views are as they were deployed"
                                        .formatted(CheckedDeployment.TABLES, CheckedDeployment.VIEWS)),
                        line -> assertThat(line)
                                .matches("✔ Rows +840 rows are those that S3 has, of 10 packages of 2 buckets .*"),
                        line -> assertThat(line).matches("✔ What a query reads +This Athena skips files: .*"),
                        line -> assertThat(line)
                                .matches("– Access +The endpoint does not know the call SimulateCustomPolicy of Iam"),
                        line -> assertThat(line).matches("– Quilt +Not asked for: --quilt-stack NAME"),
                        line -> assertThat(line).matches("✔ Leftovers +Nothing is left from before, .*"));
        assertThat(outcome.output().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(outcome.errors())
                .contains("Checking Checked in account 123456789012, region us-east-1.")
                .containsPattern("At most 13 queries will read at most [\\d,]+ bytes")
                .containsPattern("13 queries have read [\\d,]+ bytes");
    }

    @Test
    void forProgramsThereIsAnObjectForEachCheck() {
        Outcome outcome = CheckedDeployment.check("--format", "json", "--sample", "1");

        JsonNode first = TestFiles.json(outcome.output()).path(0);
        assertThat(first.path("check").asText()).isEqualTo(STACK);
        assertThat(first.path("status").asText()).isEqualTo("pass");
        assertThat(first.path("message").asText()).startsWith("Checked is CREATE_COMPLETE");
        assertThat(first.path("details").isArray()).isTrue();
        assertThat(statuses(outcome))
                .isEqualTo(Map.of(
                        STACK, "pass",
                        CATALOG, "pass",
                        ROWS, "pass",
                        READS, "pass",
                        ACCESS, "not_checked",
                        QUILT, "not_checked",
                        LEFTOVERS, "pass"));
    }

    @Test
    void aViewThatWasDroppedIsNamed() {
        Table view = table(PACKAGES_VIEW);
        SharedEmbeddedAws.glue()
                .deleteTable(delete -> delete.databaseName(DATABASE).name(PACKAGES_VIEW));
        try {
            Outcome outcome = check("--format", "json");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .contains("The view %s is gone".formatted(PACKAGES_VIEW))
                    .anyMatch(text ->
                            text.startsWith(PACKAGES_VIEW + ": the query ") && text.contains("TABLE_NOT_FOUND"));
        } finally {
            SharedEmbeddedAws.glue()
                    .createTable(create -> create.databaseName(DATABASE).tableInput(SharedEmbeddedAws.input(view)));
        }
    }

    @Test
    void aRowThatDiffersIsPrintedWithItsPackageAndWhatTheSnapshotCannotHaveYetIsNoDifference() {
        String hash = "%064x".formatted(3);
        String manifest = CheckedDeployment.get(BUCKET, MANIFEST);
        CheckedDeployment.put(BUCKET, MANIFEST, manifest.replace("\"size\": 7,", "\"size\": 8,"));
        CheckedDeployment.put(BUCKET, "named_packages/user/new/latest", "%064x".formatted(5));
        try {
            Outcome outcome = check("--sample", "9", "--format", "json");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .containsExactly("checked_bucket_quilt_objects_snapshot: package user/it's-3, revision 1700000000,"
                            + " manifest %s: of data/größe-7.csv, \"size\" is 7 in the view and 8 in S3"
                                    .formatted(hash));
        } finally {
            CheckedDeployment.delete(BUCKET, "named_packages/user/new/latest");
            CheckedDeployment.put(BUCKET, MANIFEST, manifest);
        }
    }

    @Test
    void aMissingPermissionIsNamedAndTheRestIsChecked() {
        Outcome outcome = stubbed(
                call -> call.operation().equals("GetTables")
                        ? Optional.of(Answer.jsonError(
                                "AccessDeniedException",
                                "User: arn:aws:iam::123456789012:user/a is not authorized to perform: glue:GetTables on"
                                        + " resource: arn:aws:glue:us-east-1:123456789012:catalog because no identity-based"
                                        + " policy allows it"))
                        : Optional.empty(),
                "--sample",
                "1",
                "--format",
                "json");

        assertThat(outcome.status()).isZero();
        assertThat(statuses(outcome)).containsEntry(CATALOG, "not_checked").containsEntry(ROWS, "pass");
        assertThat(finding(outcome, CATALOG).path("message").asText())
                .isEqualTo("The permission is missing: glue:GetTables on arn:aws:glue:us-east-1:123456789012:catalog");
    }

    @Test
    void aServiceThatDoesNotSayWhatIsMissingIsAskedForByTheCallsName() {
        Outcome outcome = stubbed(
                call -> call.operation().equals("StartQueryExecution")
                        ? Optional.of(Answer.jsonError("AccessDeniedException", "No"))
                        : Optional.empty(),
                "--sample",
                "1",
                "--format",
                "json");

        assertThat(statuses(outcome)).containsEntry(ROWS, "not_checked").containsEntry(READS, "not_checked");
        assertThat(finding(outcome, ROWS).findValuesAsText("text"))
                .contains(PACKAGES_VIEW + ": The permission is missing: athena:StartQueryExecution");
    }

    @Test
    void aStackThatCannotBeReadIsNothingToCheck() {
        Outcome outcome = stubbed(call -> call.operation().equals("GetTemplate")
                ? Optional.of(Answer.queryError(
                        "AccessDenied",
                        "User: arn:aws:iam::123456789012:user/a is not authorized to perform: cloudformation:GetTemplate on"
                                + " resource: arn:aws:cloudformation:us-east-1:123456789012:stack/QuiltAthena/1"))
                : Optional.empty());

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors())
                .endsWith(" cannot be read: The permission is missing: cloudformation:GetTemplate on"
                        + " arn:aws:cloudformation:us-east-1:123456789012:stack/QuiltAthena/1\n");
    }

    @Test
    void throttlingIsRiddenOut() {
        AtomicInteger throttled = new AtomicInteger();
        Outcome outcome = stubbed(
                call -> call.operation().equals("StartQueryExecution") && throttled.incrementAndGet() == 1
                        ? Optional.of(Answer.jsonError("TooManyRequestsException", "Rate exceeded"))
                        : Optional.empty(),
                "--sample",
                "1");

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(throttled).hasValueGreaterThan(1);
    }

    @Test
    void aRegionWithoutTheStackIsNothingToCheck() {
        Outcome outcome = CheckedDeployment.run(
                new StubbedHttp(call -> call.authorization().contains("/eu-west-1/cloudformation/")
                        ? Optional.of(Answer.queryError("ValidationError", "Stack with id QuiltAthena does not exist"))
                        : Optional.empty()),
                List.of(),
                "eu-west-1");

        assertThat(outcome).isEqualTo(new Outcome(2, "", "There is no stack QuiltAthena in eu-west-1\n"));
    }

    @Test
    void aStackThatIsNotThereIsNothingToCheck() {
        Outcome outcome = CheckedDeployment.check("--stack", "NoSuchStack");

        assertThat(outcome).isEqualTo(new Outcome(2, "", "There is no stack NoSuchStack in us-east-1\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--sample | 0 | --sample: 0 must be a number from 1 to 100",
                "--sample | five | Invalid value for option '--sample'",
                "--as | ReadQuilt | --as: ReadQuilt must be a role's ARN",
                "--format | xml | Invalid value for option '--format'",
                "--bucket | b | Unknown options: '--bucket', 'b'",
            })
    void wrongArgumentsAreTwoLines(String option, String value, String message) {
        Outcome outcome = CheckedDeployment.check(option, value);

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors().lines()).hasSize(2).satisfies(lines -> {
            assertThat(lines.getFirst()).contains(message);
            assertThat(lines.getLast()).isEqualTo("test/deployed-athena --help lists the options.");
        });
    }

    private static Outcome stubbed(Function<Call, Optional<Answer>> stub, String... arguments) {
        return CheckedDeployment.check(new StubbedHttp(stub), List.of(), notSynthesized(arguments));
    }

    private static Outcome check(String... arguments) {
        return CheckedDeployment.check(notSynthesized(arguments));
    }

    private static String[] notSynthesized(String... arguments) {
        return Stream.concat(CheckedDeployment.NOT_SYNTHESIZED.stream(), Stream.of(arguments))
                .toArray(String[]::new);
    }

    private static Map<String, String> statuses(Outcome outcome) {
        Map<String, String> statuses = new LinkedHashMap<>();
        TestFiles.json(outcome.output())
                .forEach(check -> statuses.put(
                        check.path("check").asText(), check.path("status").asText()));
        return statuses;
    }

    private static JsonNode finding(Outcome outcome, String check) {
        return TestFiles.json(outcome.output())
                .valueStream()
                .filter(finding -> finding.path("check").asText().equals(check))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the details that are wrong, of all checks. */
    private static List<String> failures(Outcome outcome) {
        return TestFiles.json(outcome.output())
                .valueStream()
                .flatMap(finding -> finding.path("details").valueStream())
                .filter(detail -> detail.path("status").asText().equals("fail"))
                .map(detail -> detail.path("text").asText())
                .toList();
    }

    private static Table table(String name) {
        return SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName(DATABASE).name(name))
                .table();
    }
}
