package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.CommandLine.Outcome;
import com.quiltdata.athena.local.athena.AthenaLimits;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import software.amazon.awssdk.services.glue.model.Table;

/**
 * The CDK CLI that pipelines use, the AWS CLI and the pipelines' own scripts on the local services, in the life of one
 * stack: each command takes seconds, so that one test begins where the one before has ended.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
class CdkCliTest {
    private static final String BUCKET = "cli-bucket";
    private static final String TEMPLATE = "QuiltAthena.template.json";
    private static final String DEPLOY = ".ci/cdk deploy --require-approval never --app ";
    private static final Map<String, Object> CONFIGURATION = Map.of(
            "companyName", "cli",
            "quiltBuckets", Map.of("imaging", List.of(BUCKET), "others", List.of("cli-empty-bucket")),
            "databaseName", "cli",
            "workgroupName", "cli");

    @TempDir
    private static Path directory;

    private static CommandLine shell;

    @BeforeAll
    static void prepare() throws Exception {
        SampleRegistry.write(directory.resolve("sample"));
        RegistryUpload.upload(SharedEmbeddedAws.clients(), BUCKET, directory.resolve("sample"));
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("cli-empty-bucket"));
        shell = new CommandLine(directory);
        // npm takes a second of every command to find out that it has the CLI.
        shell.standIn("npx", """
                shift
                package=$1
                shift
                [ -e cdk-path ] || "$(type -ap npx | tail -n +2 | head -n 1)" --yes --package "$package" -c 'command -v cdk' >cdk-path
                exec "$(cat cdk-path)" "$@"
                """);
        Files.delete(shell.folder().resolve("cdk.context.json"));
        Files.writeString(
                shell.folder().resolve("cdk.context.json"), new ObjectMapper().writeValueAsString(CONFIGURATION));
        assembly("original", template -> {});
        assembly(
                "broken",
                template -> DeployedStack.view(template, "all_quilt_objects_view")
                        .put("Query", "SELECT massage -- " + "x".repeat(70_000)));
        assembly("changed", template -> {
            ObjectNode view = DeployedStack.view(template, "all_quilt_packages_view");
            view.put("Query", "-- A later version\n" + view.path("Query").asText());
        });
        use("original");
    }

    /** Whatever has failed, or statements of all other classes would wait. */
    @AfterEach
    void takeTheLimitsBack() {
        SharedEmbeddedAws.get().limit(AthenaLimits.DEFAULTS);
    }

    @Test
    @Order(0)
    void aFirstDeploymentThatFailsSaysWhatAthenaSaidAndIsTakenBack() throws Exception {
        Outcome outcome = shell.run(DEPLOY + "broken");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output())
                .containsSubsequence("CREATE_FAILED", "COLUMN_NOT_FOUND: line 2:8: Column 'massage' cannot be resolved")
                .containsSubsequence("ROLLBACK_IN_PROG", "ROLLBACK_COMPLETE");
        assertThat(status()).isEqualTo("ROLLBACK_COMPLETE");
        // What people would put things into is there. They have not, yet.
        SharedEmbeddedAws.athena()
                .deleteWorkGroup(delete -> delete.workGroup("cli").recursiveDeleteOption(true));
        SharedEmbeddedAws.glue().deleteDatabase(delete -> delete.name("cli"));
        run(List.of("aws s3 rb --force s3://cli-quilt-query-results"));
    }

    /** The stack that has failed is replaced by itself. */
    @Test
    @Order(1)
    void theFirstDeploymentGoesAsItsPageSays() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("npx aws-cdk@2 synth --quiet", "");
        expected.put("aws athena get-work-group --work-group quilt-query", "WorkGroup is not found");
        expected.put("aws glue get-database --name quilt_query", "EntityNotFoundException");
        expected.put("npx aws-cdk@2 bootstrap", "Environment aws://123456789012/us-east-1 bootstrapped");
        expected.put("npx aws-cdk@2 diff", "Number of stacks with differences: 1");
        expected.put("npx aws-cdk@2 deploy", "QuiltAthena.WorkgroupName = cli");
        expected.put(
                "test/deployed-athena",
                "✔ Stack               QuiltAthena is CREATE_COMPLETE, and what this checkout synthesizes");

        assertThat(blocks("docs/start/deploy.md", "bash").stream().flatMap(String::lines))
                .containsSubsequence(expected.keySet());
        for (Map.Entry<String, String> command : expected.entrySet()) {
            Outcome outcome = shell.run(command.getKey()
                    .replace("npx aws-cdk@2", ".ci/cdk --app cdk.out")
                    .replace(" deploy", " deploy --require-approval never")
                    .replace("test/deployed-athena", ".ci/check-deployment"));
            assertThat(outcome.output()).as(command.getKey()).contains(command.getValue());
            assertThat(outcome.status() == 0).isEqualTo(!command.getKey().contains(" get-"));
        }
    }

    /** A page's blocks in a language. */
    private static List<String> blocks(String page, String language) {
        return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```")
                .matcher(shell.read(page))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @Test
    @Order(2)
    void theAwsCliTellsOfItsResourcesAndEvents() throws Exception {
        Outcome answers = shell.run("""
                aws cloudformation wait stack-create-complete --stack-name QuiltAthena
                aws cloudformation list-stack-resources --stack-name QuiltAthena --output text \\
                  --query "StackResourceSummaries[?ResourceType=='Custom::AthenaView'].[PhysicalResourceId, ResourceStatus]"
                aws cloudformation describe-stack-events --stack-name QuiltAthena --output text \\
                  --query "StackEvents[?PhysicalResourceId==StackId].ResourceStatus"
                """);

        assertThat(answers).isEqualTo(new Outcome(0, """
                cli.all_quilt_objects_view\tCREATE_COMPLETE
                cli.all_quilt_packages_view\tCREATE_COMPLETE
                CREATE_COMPLETE\tCREATE_IN_PROGRESS\tREVIEW_IN_PROGRESS
                """));
    }

    @Test
    @Order(3)
    void whatIsDeployedAlreadyIsNoChange() throws Exception {
        assertThat(shell.run(DEPLOY + "cdk.out").output()).contains("QuiltAthena (no changes)");
        assertThat(shell.run(".ci/diff").output()).contains("There were no differences");
        assertThat(shell.run(".ci/diff broken").output())
                .contains(" characters; the rest is left out)\n``````\n")
                .hasSizeBetween(60_000, 65_536);
        assertThat(shell.run(".ci/diff no-such-assembly 2>/dev/null")).isEqualTo(new Outcome(1, ""));
    }

    /** The pull request's job and the deploying ones, with what is in their workflows. */
    @Test
    @Order(5)
    void whatWasComparedIsDeployedAndNotWhatSomebodyChangesInBetween() throws Exception {
        shell.standIn("gh", "cp \"$7\" comment.md");
        shell.set("GITHUB_STEP_SUMMARY", "summary.md");
        shell.set("PULL_REQUEST", "7");
        use("changed");

        run(steps("diff.yml", "diff"));
        assertThat(shell.read("comment.md"))
                .startsWith("What a deployment would change:\n\n``````\n")
                .contains("[~] Custom::AthenaView", "[+] -- A later version")
                .doesNotContain("not assumed");
        // Somebody changes what would be synthesized.
        Files.writeString(shell.folder().resolve("cdk.context.json"), "{\"companyName\": \"another\"}");
        run(steps("deploy.yml", "diff"));
        run(steps("deploy.yml", "deploy"));

        assertThat(shell.read("summary.md")).contains("[+] -- A later version", "\"WorkgroupName\": \"cli\"");
        assertThat(TestFiles.json(
                        shell.run("aws cloudformation get-template --stack-name QuiltAthena --query TemplateBody")
                                .output()))
                .isEqualTo(TestFiles.json(shell.read("cdk.out/QuiltAthena.template.json")));
    }

    @Test
    @Order(6)
    void aTableThatSomebodyChangedIsDrift() throws Exception {
        shell.standIn("gh", "echo \"$@\" >> gh.txt");
        Table table = SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName("cli").name("cli_bucket_quilt_packages"))
                .table();
        SharedEmbeddedAws.glue()
                .updateTable(update -> update.databaseName("cli")
                        .tableInput(SharedEmbeddedAws.input(table).toBuilder()
                                .parameters(Map.of("EXTERNAL", "FALSE"))
                                .build()));

        Outcome outcome = shell.run(".ci/drift > drift.md");

        assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
        assertThat(shell.read("drift.md")).matches("""
                The stack `arn:aws:cloudformation:us-east-1:123456789012:stack/QuiltAthena-QuiltBucketsimaging\\S+` has drifted:

                - MODIFIED: AWS::Glue::Table `cli_bucket_quilt_packages`

                """);
        assertThat(shell.run(".github/scripts/report-drift drift.md").status()).isZero();
        assertThat(shell.read("gh.txt"))
                .contains("issue create --title The deployed stack has drifted --body-file drift.md");
        assertThat(shell.run(".ci/drift CDKToolkit")).isEqualTo(new Outcome(0, ""));
        assertThat(shell.run(".ci/drift NoSuchStack").status()).isEqualTo(2);
    }

    @Test
    @Order(7)
    void aChangeSetThatIsNotExecutedCanBeLookedAt() throws Exception {
        Outcome outcome = shell.run(DEPLOY + "original --no-execute --change-set-name look\n"
                + "aws cloudformation describe-change-set --stack-name QuiltAthena --change-set-name look --output text"
                + " --query 'Changes[].ResourceChange.[Action, PhysicalResourceId, Details[0].Target.Name]'");

        assertThat(outcome.output()).endsWith("\nModify\tcli.all_quilt_packages_view\tQuery\n");
        assertThat(status()).isEqualTo("UPDATE_COMPLETE");
    }

    @Test
    @Order(8)
    void aDeploymentWhoseCliIsKilledGoesOnAndASecondOneMeanwhileIsRefused() throws Exception {
        // The update does not end as long as its view is not made.
        SharedEmbeddedAws.get().limit(new AthenaLimits(AthenaLimits.DEFAULTS.activeDdlQueries(), Duration.ofHours(1)));
        Process killed = shell.start("exec " + DEPLOY + "original");
        while (!status().equals("UPDATE_IN_PROGRESS")) {
            assertThat(killed.isAlive()).isTrue();
            Thread.sleep(20);
        }
        killed.descendants().forEach(ProcessHandle::destroyForcibly);
        killed.destroyForcibly();

        assertThat(shell.run("aws cloudformation update-stack --stack-name QuiltAthena --use-previous-template"
                                + " --capabilities CAPABILITY_NAMED_IAM")
                        .output())
                .containsPattern(
                        "ValidationError.*Stack:arn:aws:cloudformation:\\S+ is in UPDATE_IN_PROGRESS state and can"
                                + " not be updated");
        assertThat(shell.run(DEPLOY + "original").output()).contains("QuiltAthena (no changes)");
        takeTheLimitsBack();
        // The CLI compares templates, and does not wait for the update that it finds under way; the AWS CLI looks twice
        // a
        // minute.
        while (status().equals("UPDATE_IN_PROGRESS")) {
            Thread.sleep(20);
        }
        assertThat(shell.run("aws cloudformation wait stack-update-complete --stack-name QuiltAthena"))
                .isEqualTo(new Outcome(0, ""));
        assertThat(status()).isEqualTo("UPDATE_COMPLETE");
    }

    @Test
    @Order(9)
    void theStackIsDestroyedAndWhatPeoplePutThingsIntoStays() throws Exception {
        Outcome outcome = shell.run(".ci/cdk destroy --force --app original");

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .containsPattern("DELETE_COMPLETE +\\| Custom::AthenaView")
                .containsPattern("DELETE_SKIPPED +\\| AWS::S3::Bucket");
        assertThat(views()).isEmpty();
        assertThat(SharedEmbeddedAws.buckets()).contains("cli-quilt-query-results");
    }

    /** The retained bucket, workgroup and database are what somebody has who has run the notebook. */
    @Test
    @Order(10)
    void whatTheNotebookMadeIsAdoptedWithTheCommandsOfItsPage() throws Exception {
        List<String> blocks = blocks("docs/start/adopt.md", "sh");
        String write = only(blocks, "cat > import.template.json");
        String execute = only(blocks, "--change-set-type IMPORT");

        Outcome outcome = shell.run("""
                results_bucket=cli-quilt-query-results workgroup=cli database=cli policy=AthenaQuiltAccess
                policy_arn=arn:aws:iam::123456789012:policy/AthenaQuiltAccess
                echo '{"Version": "2012-10-17", "Statement": []}' > policy.json
                """ + write + execute);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output().lines().filter(line -> line.contains("|  Import|")))
                .hasSize(4);
        outcome = shell.run(
                ".ci/cdk deploy --require-approval never --method prepare-change-set QuiltAthena --app original\n"
                        + ".ci/cdk deploy --require-approval never --method execute-change-set QuiltAthena --app original");

        assertThat(outcome.output()).containsPattern("UPDATE_COMPLETE +\\| AWS::Athena::WorkGroup");
        assertThat(status()).isEqualTo("UPDATE_COMPLETE");
    }

    private static String only(List<String> blocks, String text) {
        List<String> found =
                blocks.stream().filter(block -> block.contains(text)).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static void run(List<String> steps) throws Exception {
        assertThat(steps).isNotEmpty();
        for (String step : steps) {
            Outcome outcome = shell.run(step);
            assertThat(outcome.status()).as(step + "\n" + outcome.output()).isZero();
        }
    }

    /** The commands of a job, in their order. */
    private static List<String> steps(String workflow, String job) {
        Map<?, ?> jobs =
                (Map<?, ?>) ((Map<?, ?>) new Yaml().load(shell.read(".github/workflows/" + workflow))).get("jobs");
        return ((List<?>) ((Map<?, ?>) jobs.get(job)).get("steps"))
                .stream()
                        .map(step -> ((Map<?, ?>) step).get("run"))
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList();
    }

    /** Takes another assembly for what a pipeline has synthesized. */
    private static void use(String assembly) throws Exception {
        run(List.of("rm -rf cdk.out; cp -R " + assembly + " cdk.out"));
    }

    /** Synthesizes what a pipeline hands on, and changes its template. */
    private static void assembly(String name, Consumer<ObjectNode> change) throws IOException {
        CloudAssembly original = TestTemplates.assembly(CONFIGURATION);
        Path copy = Files.createDirectory(shell.folder().resolve(name));
        ObjectNode template = (ObjectNode) original.template();
        change.accept(template);
        String content = template.toPrettyString();
        String hash =
                Hashing.sha256().hashString(content, StandardCharsets.UTF_8).toString();
        String manifest = TestFiles.text(original.directory().resolve("QuiltAthena.assets.json"));
        String oldHash = TestFiles.json(manifest).path("files").properties().stream()
                .filter(file -> file.getValue().at("/source/path").asText().equals(TEMPLATE))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        for (Path file : TestFiles.list(original.directory())) {
            Path target = copy.resolve(file.getFileName());
            if (file.endsWith(TEMPLATE)) {
                Files.writeString(target, content);
            } else if (file.toString().endsWith(".json")) {
                Files.writeString(target, TestFiles.text(file).replace(oldHash, hash));
            } else if (Files.isDirectory(file)) {
                Files.createSymbolicLink(target, file.toAbsolutePath());
            } else {
                Files.copy(file, target);
            }
        }
    }

    private static String status() throws Exception {
        return SharedEmbeddedAws.get().stack("QuiltAthena").status();
    }

    /** The views' definitions, by name. */
    private static Map<String, String> views() {
        return SharedEmbeddedAws.glue().getTables(get -> get.databaseName("cli")).tableList().stream()
                .filter(table -> table.tableType().equals("VIRTUAL_VIEW"))
                .collect(Collectors.toMap(Table::name, Table::viewOriginalText));
    }
}
