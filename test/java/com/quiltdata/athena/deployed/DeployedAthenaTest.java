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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.glue.model.TableInput;

/** The command on a deployment on loopback that is right, and on one that is not. */
class DeployedAthenaTest {
    private static final String PACKAGES_VIEW = "checked_bucket_quilt_packages_view";
    private static final String POINTERS_TABLE = "checked_bucket_quilt_packages";
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
                                .matches("✔ Stack +QuiltAthena is CREATE_COMPLETE, and what this checkout synthesizes"),
                        line -> assertThat(line)
                                .matches("✔ Tables and views +5 tables and 12 views are as they were deployed"),
                        line -> assertThat(line)
                                .matches("✔ Rows +840 rows are those that S3 has, of 10 packages of 2 buckets .*"),
                        line -> assertThat(line).matches("✔ What a query reads +This Athena skips files: .*"),
                        line -> assertThat(line)
                                .matches("– Access +The endpoint does not know the call SimulateCustomPolicy of Iam"),
                        line -> assertThat(line).matches("– Quilt +Not asked for: --quilt-stack NAME"),
                        line -> assertThat(line).matches("✔ Leftovers +Nothing is left from before, .*"));
        assertThat(outcome.output().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(outcome.errors())
                .contains("Checking QuiltAthena in account 123456789012, region us-east-1.")
                .containsPattern("At most 13 queries will read at most [\\d,]+ bytes")
                .containsPattern("13 queries have read [\\d,]+ bytes");
    }

    @Test
    void forProgramsThereIsAnObjectForEachCheck() {
        Outcome outcome = CheckedDeployment.check("--format", "json");

        JsonNode first = TestFiles.json(outcome.output()).path(0);
        assertThat(first.path("check").asText()).isEqualTo(STACK);
        assertThat(first.path("status").asText()).isEqualTo("pass");
        assertThat(first.path("message").asText()).startsWith("QuiltAthena is CREATE_COMPLETE");
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
    void theSeedThatIsPrintedChoosesTheSamePackages() {
        assertThat(read(CheckedDeployment.check("--seed", "7", "--sample", "1")))
                .isEqualTo(read(CheckedDeployment.check("--seed", "7", "--sample", "1")));
    }

    private static List<String> read(Outcome outcome) {
        return outcome.errors()
                .lines()
                .filter(line -> line.contains("have read"))
                .toList();
    }

    @Test
    void aCheckoutThatIsConfiguredOtherwiseDiffersByNamedProperties() {
        Outcome outcome =
                CheckedDeployment.check("-c", "resultsExpireAfterDays=31", "--sample", "1", "--format", "json");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(finding(outcome, STACK).path("message").asText())
                .endsWith("it differs from this checkout in 1 places: another commit or another configuration");
        assertThat(failures(outcome))
                .containsExactly(
                        "QueryResultsBucket8914DAAE (AWS::S3::Bucket):"
                                + " Properties.LifecycleConfiguration.Rules[0].ExpirationInDays is 30, and in this checkout 31");
    }

    @Test
    void aViewThatWasDroppedIsNamed() {
        Table view = table(PACKAGES_VIEW);
        SharedEmbeddedAws.glue()
                .deleteTable(delete -> delete.databaseName(DATABASE).name(PACKAGES_VIEW));
        try {
            Outcome outcome = CheckedDeployment.check("--format", "json");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .contains("The view %s is gone".formatted(PACKAGES_VIEW))
                    .anyMatch(text ->
                            text.startsWith(PACKAGES_VIEW + ": the query ") && text.contains("TABLE_NOT_FOUND"));
        } finally {
            SharedEmbeddedAws.glue()
                    .createTable(create -> create.databaseName(DATABASE).tableInput(input(view)));
        }
    }

    @Test
    void aViewThatSomebodyReplacedIsNamed() {
        Table view = table(PACKAGES_VIEW);
        CheckedDeployment.stack()
                .query("CREATE OR REPLACE VIEW %s AS SELECT 'somebody' AS \"user\", 1 AS n".formatted(PACKAGES_VIEW));
        try {
            Outcome outcome = CheckedDeployment.check("--format", "json", "--sample", "1");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .anyMatch(
                            text -> text.startsWith("The view %s was replaced by another one".formatted(PACKAGES_VIEW))
                                    && text.contains("'somebody' \"user\""));
        } finally {
            change(view, UnaryOperator.identity());
        }
    }

    @Test
    void aViewThatCannotBeReadIsNotChecked() {
        Table view = table(PACKAGES_VIEW);
        change(view, input -> input.viewOriginalText("/* Hive */ SELECT 1"));
        try {
            JsonNode finding = finding(CheckedDeployment.check("--format", "json", "--sample", "1"), CATALOG);

            assertThat(finding.path("status").asText()).isEqualTo("not_checked");
            assertThat(finding.at("/details/0/text").asText())
                    .isEqualTo("The view %s: its definition is not in the form that Athena stores"
                            .formatted(PACKAGES_VIEW));
        } finally {
            change(view, UnaryOperator.identity());
        }
    }

    @Test
    void aTableThatWasMovedIsNamedAndItsRowsDiffer() {
        Table table = table(POINTERS_TABLE);
        change(
                table,
                input -> input.storageDescriptor(
                        storage -> storage.location("s3://checked.second/.quilt/named_packages/")
                                .columns(table.storageDescriptor().columns())));
        try {
            Outcome outcome = CheckedDeployment.check("--format", "json", "--sample", "1");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .contains("The table %s is over s3://checked.second/.quilt/named_packages/, and was deployed over"
                                    .formatted(POINTERS_TABLE)
                            + " s3://checked-bucket/.quilt/named_packages/");
        } finally {
            change(table, UnaryOperator.identity());
        }
    }

    @Test
    void aRowThatDiffersIsPrintedWithItsPackageAndManifest() {
        String hash = "%064x".formatted(3);
        String manifest = CheckedDeployment.get(BUCKET, MANIFEST);
        CheckedDeployment.put(BUCKET, MANIFEST, manifest.replace("\"size\": 7,", "\"size\": 8,"));
        try {
            Outcome outcome = CheckedDeployment.check("--sample", "8", "--format", "json");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .containsExactly("checked_bucket_quilt_objects_snapshot: package user/it's-3, revision 1700000000,"
                            + " manifest %s: of data/größe-7.csv, \"size\" is 7 in the view and 8 in S3"
                                    .formatted(hash));
        } finally {
            CheckedDeployment.put(BUCKET, MANIFEST, manifest);
        }
    }

    @Test
    void aPackageThatWasPushedSinceTheLastRefreshIsNotExpectedInTheSnapshot() {
        CheckedDeployment.put(BUCKET, "named_packages/user/new/latest", "%064x".formatted(5));
        try {
            Outcome outcome = CheckedDeployment.check("--sample", "100", "--format", "json");

            assertThat(outcome.status()).as(outcome.output()).isZero();
            assertThat(finding(outcome, ROWS).findValuesAsText("text"))
                    .anyMatch(text -> text.startsWith(
                            "checked-bucket: 1 of 17 pointers have changed since the snapshots were refreshed"));
        } finally {
            CheckedDeployment.delete(BUCKET, "named_packages/user/new/latest");
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
                call -> call.operation().equals("StartQueryExecution") && throttled.incrementAndGet() <= 3
                        ? Optional.of(Answer.jsonError("TooManyRequestsException", "Rate exceeded"))
                        : Optional.empty(),
                "--sample",
                "1");

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(throttled).hasValueGreaterThan(3);
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

    @Test
    void theQuiltStackHasThePolicyAmongItsExtraOnes() {
        String policy = CheckedDeployment.stack().outputs().get("PolicyArn");

        assertThat(quilt("arn:aws:iam::123456789012:policy/other," + policy)).isEqualTo("pass []");
        assertThat(quilt(""))
                .isEqualTo("fail [ManagedUserRoleExtraPolicies does not have %s, but \"\"]".formatted(policy));
        assertThat(quilt("a,b,c,d,e," + policy))
                .isEqualTo("fail [ManagedUserRoleExtraPolicies has 6 policies; Quilt takes 5 at most]");
        assertThat(quilt("a, " + policy))
                .isEqualTo(
                        "fail [ManagedUserRoleExtraPolicies must have no spaces in it: \"a, %s\"]".formatted(policy));
    }

    /** Returns what is found when the Quilt Platform's parameter has a value. */
    private static String quilt(String value) {
        JsonNode finding = finding(
                stubbed(
                        call -> call.operation().equals("DescribeStacks")
                                        && call.form().get("StackName").equals(List.of("Quilt"))
                                ? Optional.of(new Answer(200, """
                                        <DescribeStacksResponse><DescribeStacksResult><Stacks><member>
                                        <StackName>Quilt</StackName><Parameters><member>
                                        <ParameterKey>ManagedUserRoleExtraPolicies</ParameterKey>
                                        <ParameterValue>%s</ParameterValue></member></Parameters>
                                        </member></Stacks></DescribeStacksResult></DescribeStacksResponse>
                                        """.formatted(value)))
                                : Optional.empty(),
                        "--quilt-stack",
                        "Quilt",
                        "--sample",
                        "1",
                        "--format",
                        "json"),
                QUILT);
        return finding.path("status").asText() + " " + finding.findValuesAsText("text");
    }

    @Test
    void aViewThatNoTemplateHasIsLeftOverAndOtherPeoplesAreCounted() {
        SharedEmbeddedAws.createTextTable(DATABASE, "gone_bucket_quilt_packages_view", "s3://checked-bucket/a/");
        SharedEmbeddedAws.createTextTable(DATABASE, "somebodys_quilt_table", "s3://checked-bucket/b/");
        try {
            Outcome outcome = CheckedDeployment.check("--format", "json", "--sample", "1");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(failures(outcome))
                    .containsExactly("gone_bucket_quilt_packages_view is in the database, and no template has it");
            assertThat(finding(outcome, LEFTOVERS).findValuesAsText("text"))
                    .contains("The database also has 1 tables and views of other people");
        } finally {
            for (String table : List.of("gone_bucket_quilt_packages_view", "somebodys_quilt_table")) {
                SharedEmbeddedAws.glue()
                        .deleteTable(delete -> delete.databaseName(DATABASE).name(table));
            }
        }
    }

    private static Outcome stubbed(Function<Call, Optional<Answer>> stub, String... arguments) {
        return CheckedDeployment.check(new StubbedHttp(stub), List.of(), arguments);
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

    private static TableInput input(Table table) {
        return TableInput.builder()
                .name(table.name())
                .description(table.description())
                .tableType(table.tableType())
                .parameters(table.parameters())
                .storageDescriptor(table.storageDescriptor())
                .viewOriginalText(table.viewOriginalText())
                .viewExpandedText(table.viewExpandedText())
                .build();
    }

    private static void change(Table table, UnaryOperator<TableInput.Builder> change) {
        SharedEmbeddedAws.glue()
                .updateTable(update -> update.databaseName(DATABASE)
                        .tableInput(change.apply(input(table).toBuilder()).build()));
    }
}
