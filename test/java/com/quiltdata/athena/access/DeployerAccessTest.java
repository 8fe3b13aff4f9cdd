package com.quiltdata.athena.access;

import static com.quiltdata.athena.access.DeployerPolicies.BOUNDARY;
import static com.quiltdata.athena.access.DeployerPolicies.CHECK;
import static com.quiltdata.athena.access.DeployerPolicies.CLOUDFORMATION;
import static com.quiltdata.athena.access.DeployerPolicies.DEPLOY;
import static com.quiltdata.athena.access.DeployerPolicies.DIRECTORY;
import static com.quiltdata.athena.access.DeployerPolicies.READ;
import static com.quiltdata.athena.access.DeployerPolicies.arns;
import static com.quiltdata.athena.access.DeployerPolicies.filled;
import static com.quiltdata.athena.access.DeployerPolicies.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.calls.Request;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the policies in {@code docs/security/deployer} let CloudFormation and the pipeline's roles do with the resources of a
 * deployment, and how an administrator fills them in. {@link AccessTest} has the calls beside those.
 */
class DeployerAccessTest {

    @Test
    void theHandlersOfEveryTypeThatATemplateCanHaveAreKnown() {
        assertThat(configurations()
                        .map(TestTemplates::assembly)
                        .flatMap(TestTemplates::resources)
                        .map(resource -> resource.path("Type").asText())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ResourceHandlers.BY_TYPE.keySet());
    }

    @ParameterizedTest
    @EnumSource(names = {"AWS", "AWS_US_GOV"})
    void cloudFormationMayDoWhatTheHandlersOfEveryTypeDo(Partition partition) {
        assertDecided("allowed", ResourceHandlers.all(partition), DeployerPolicies.of(partition, CLOUDFORMATION));
    }

    @Test
    void theRoleThatReadsMayReadWhatDriftDetectionReads() {
        assertDecided(
                "allowed",
                ResourceHandlers.reads(Partition.AWS).stream()
                        .filter(request -> !request.action().equals("iam:ListPolicyVersions"))
                        .toList(),
                DeployerPolicies.of(Partition.AWS, List.of(READ)));
    }

    @ParameterizedTest
    @ValueSource(strings = {CHECK, READ, DEPLOY})
    void thePipelinesOwnRolesChangeNothing(String file) {
        assertDecided(
                "denied", ResourceHandlers.writes(Partition.AWS), DeployerPolicies.of(Partition.AWS, List.of(file)));
    }

    @Test
    void aBoundaryThatIsRequiredHindersNothingElse() {
        Map<String, List<String>> hasTheBoundary =
                Map.of("iam:PermissionsBoundary", List.of(names(Partition.AWS).get("<boundary>")));

        assertDecided(
                "allowed",
                ResourceHandlers.all(Partition.AWS).stream()
                        .filter(request -> !request.action().equals("iam:DeleteRolePermissionsBoundary"))
                        .map(request -> new Request(request.action(), request.resource(), hasTheBoundary))
                        .toList(),
                DeployerPolicies.of(
                        Partition.AWS,
                        Stream.concat(CLOUDFORMATION.stream(), Stream.of(BOUNDARY))
                                .toList()));
    }

    @Test
    void withoutAttachedRolesAndWithoutACatalogKeyTheirStatementsAreLeftOut() {
        Map<String, String> names = names(Partition.AWS);
        names.putAll(Map.of("\"<attached-roles>\"", "", "<catalog-key>", ""));

        assertThat(sids(filled(CLOUDFORMATION.getFirst(), names))).doesNotContain("AttachUsersPolicy", "CatalogKey");
        assertThat(sids(filled(READ, names))).doesNotContain("CatalogKey");
    }

    /** What the page tells an administrator to run, with the page's names. */
    @Test
    void theCommandsOfThePageFillInThePolicies(@TempDir Path directory) throws Exception {
        assumeThat(List.of(System.getenv("PATH").split(File.pathSeparator)))
                .as("The page asks for jq")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "jq")));
        Path deployer = Files.createDirectories(directory.resolve("docs/security/deployer"));
        for (Path file : TestFiles.list(DIRECTORY)) {
            Files.copy(file, deployer.resolve(file.getFileName()));
        }
        Matcher commands = Pattern.compile("```bash\n(# The roles of attachPolicyToRoles.*?)```", Pattern.DOTALL)
                .matcher(TestFiles.text(TestTemplates.PROJECT.resolve("docs/security/deployer.md")));
        assertThat(commands.find()).isTrue();
        Map<String, String> names = names(Partition.AWS);
        names.putAll(Map.of(
                "<qualifier>", "hnb659fds",
                "<role-path>", "/",
                "<catalog-key>", "",
                "<boundary>", Partition.AWS.arn("iam", "policy/developers")));

        Process process = new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands.group(1))
                .directory(directory.toFile())
                .inheritIO()
                .start();

        assertThat(process.waitFor()).isZero();
        List<Path> filled = TestFiles.list(directory.resolve("target/deployer"));
        assertThat(filled)
                .extracting(file -> file.getFileName().toString())
                .containsExactlyElementsOf(files().toList());
        assertThat(filled)
                .allSatisfy(file -> assertThat(TestFiles.json(TestFiles.text(file)))
                        .isEqualTo(filled(file.getFileName().toString(), names)));
    }

    static Stream<String> files() {
        return Stream.concat(Stream.of(CHECK, READ, DEPLOY, BOUNDARY), CLOUDFORMATION.stream())
                .sorted();
    }

    /** A managed policy has at most 6,144 characters, white space not counted. */
    @ParameterizedTest
    @MethodSource("files")
    void eachFitsIntoAManagedPolicyWithNamesOfSixtyCharacters(String file) {
        Partition longest = Partition.LONGEST;
        Map<String, String> names = names(longest);
        Stream.of("results-bucket", "snapshot-bucket", "workgroup", "database", "policy", "role-path", "quilt-stack")
                .forEach(name -> names.put("<" + name + ">", "n".repeat(60)));
        names.putAll(Map.of(
                "<qualifier>", "q".repeat(10),
                "<boundary>", longest.arn("iam", "policy/" + "n".repeat(60)),
                "<catalog-key>", longest.arn("kms", "key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"),
                "\"<attached-roles>\"", arns(longest, "iam", "role/" + "n".repeat(60))));

        assertThat(SynthesizedPolicies.size(filled(file, names))).isLessThanOrEqualTo(6_144);
    }

    private static void assertDecided(String decision, List<Request> requests, List<JsonNode> policies) {
        PolicyEvaluator policy = new PolicyEvaluator(policies);
        assertThat(requests)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(policy.decide(request))
                        .extracting(Decision::word)
                        .as(request.toString())
                        .isEqualTo(decision));
    }

    /** Configurations that have, together, everything that there can be. */
    private static Stream<Map<String, Object>> configurations() {
        Partition partition = Partition.AWS;
        return Stream.of(
                TestTemplates.configuration("aws:cdk:version-reporting", true),
                TestTemplates.configuration(
                        "quiltBuckets", Map.of("imaging", List.of("bucket-a")),
                        "removalPolicy", "destroy",
                        "attachPolicyToRoles", List.of("Analysts"),
                        "resultsKmsKeyArn", partition.arn("kms", "key/results"),
                        "quiltBucketKmsKeyArns", List.of(partition.arn("kms", "key/bucket-a")),
                        "catalogKmsKeyArn", partition.arn("kms", "key/catalog"),
                        "snapshotSchedule", "rate(1 hour)",
                        "snapshotEvents", true,
                        "dashboard", true,
                        "alarmTopicArn", partition.arn("sns", "alarms"),
                        "bytesScannedAlarmPerDay", 1_000_000_000_000L,
                        "rolePath", "/quilt/",
                        "customViews", Map.of("latest_images", "test/resources/views/latest_images.sql")),
                TestTemplates.configuration(
                        "inputAccess",
                        "any",
                        "quiltBuckets",
                        IntStream.range(0, 50)
                                .mapToObj(i -> "bucket-%s-%d".formatted("z".repeat(40), i))
                                .toList()));
    }

    private static Stream<String> sids(JsonNode policy) {
        return policy.path("Statement")
                .valueStream()
                .map(statement -> statement.path("Sid").asText());
    }
}
