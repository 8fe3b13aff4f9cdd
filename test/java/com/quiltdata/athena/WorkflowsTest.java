package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** What every workflow has to have, so that none asks for more than it needs and each says what it needs. */
class WorkflowsTest {
    private static final Path GITHUB = TestTemplates.PROJECT.resolve(".github");

    /** YAML 1.1, which the parser reads, takes the word for a boolean. */
    private static final Object ON = true;

    private static final Pattern VARIABLE = Pattern.compile("\\b(?:vars|secrets)\\.(\\w+)");
    private static final Pattern PINNED = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)+@[0-9a-f]{40}");

    static Stream<Path> workflows() {
        return TestFiles.list(GITHUB.resolve("workflows")).stream();
    }

    @Test
    void thereAreWorkflowsForCheckingComparingDeployingAndDrift() {
        assertThat(workflows())
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder("check.yml", "deploy.yml", "diff.yml", "drift.yml");
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void beginsWithWhatItDoesWhenAndWhatItNeeds(Path file) {
        assertThat(header(file))
                .containsSubsequence("# What: ", "# When: ", "# Needs: ")
                .startsWith("# What: ");
    }

    @Test
    void eachNamesTheVariablesAndSecretsThatItUsesInItsHeader() {
        Map<String, Set<String>> used = new TreeMap<>();
        workflows()
                .forEach(file -> VARIABLE.matcher(TestFiles.text(file))
                        .results()
                        .forEach(match -> {
                            assertThat(header(file)).contains(match.group(1));
                            used.computeIfAbsent(file.getFileName().toString(), name -> new TreeSet<>())
                                    .add(match.group(1));
                        }));

        assertThat(used)
                .isEqualTo(Map.of(
                        "deploy.yml",
                                Set.of("AWS_CHECK_ROLE_ARN", "AWS_DEPLOY_ROLE_ARN", "AWS_READ_ROLE_ARN", "AWS_REGION"),
                        "diff.yml", Set.of("AWS_READ_ROLE_ARN", "AWS_REGION"),
                        "drift.yml", Set.of("AWS_READ_ROLE_ARN", "AWS_REGION")));
    }

    /** The deploying role trusts the environment, which somebody approves. */
    @Test
    void onlyTheJobThatDeploysIsInAnEnvironmentWhichItsHeaderNames() {
        assertThat(byJob(job -> Optional.ofNullable(job.get("environment"))))
                .isEqualTo(Map.of("deploy.yml deploy", "production"));
        assertThat(header(workflow("deploy.yml"))).contains("\"production\"");
    }

    @Test
    void whatIsDeployedComesFromTheMainBranchAndWasCheckedAndShown() {
        Map<String, Map<?, ?>> jobs = jobs(workflow("deploy.yml"));

        assertThat(object(yaml(workflow("deploy.yml")).get(ON)).get("push"))
                .isEqualTo(Map.of("branches", List.of("main")));
        assertThat(jobs.get("diff").get("if"))
                .isEqualTo("vars.AWS_DEPLOY_ROLE_ARN != '' && github.ref == 'refs/heads/main'");
        assertThat(jobs.get("diff").get("needs")).isEqualTo("check");
        assertThat(jobs.get("deploy").get("needs")).isEqualTo("diff");
        assertThat(jobs.get("deploy").containsKey("if")).isFalse();
        assertThat(jobs.get("check-deployment").get("needs")).isEqualTo("deploy");
        assertThat(jobs.get("check-deployment").get("if")).isEqualTo("vars.AWS_CHECK_ROLE_ARN != ''");
    }

    /** What a pull request changes in them would otherwise run with the credentials. */
    @Test
    void scriptsThatRunWithCredentialsForAPullRequestAreTheBaseBranchs() {
        assertThat(byJob(job -> notEmpty(values(job.get("steps"), "with")
                        .map(with -> object(with).get("ref"))
                        .filter(Objects::nonNull)
                        .toList())))
                .isEqualTo(Map.of("diff.yml diff", List.of("${{ github.event.pull_request.base.sha }}")));
    }

    @Test
    void eachJobRunsItsCommandsAndNoOthers() {
        assertThat(byJob(job -> notEmpty(values(job.get("steps"), "run").toList())))
                .isEqualTo(Map.of(
                        "check.yml verify",
                        List.of("shellcheck .ci/* .github/scripts/*", ".ci/run", ".ci/cdk synth --quiet"),
                        "check.yml older-engine",
                        List.of("mvn -B -ntp verify -Polder-engine"),
                        "deploy.yml diff",
                        List.of(".ci/diff cdk.out | tee -a \"$GITHUB_STEP_SUMMARY\""),
                        "deploy.yml deploy",
                        List.of(
                                ".ci/cdk deploy --app cdk.out --require-approval never --outputs-file outputs.json"
                                        + " QuiltAthena",
                                "jq . outputs.json | tee -a \"$GITHUB_STEP_SUMMARY\""),
                        "deploy.yml check-deployment",
                        List.of(
                                "test/deployed-athena --version",
                                ".ci/check-deployment | tee -a \"$GITHUB_STEP_SUMMARY\""),
                        "diff.yml synthesize",
                        List.of(".ci/cdk synth --quiet"),
                        "diff.yml diff",
                        List.of(
                                ".ci/diff cdk.out > diff.md",
                                "gh pr comment \"$PULL_REQUEST\" --edit-last --create-if-none --body-file diff.md"),
                        "drift.yml drift",
                        List.of(".ci/drift > drift.md", ".github/scripts/report-drift drift.md")));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void mayOnlyReadTheRepositoryUnlessAJobSaysMore(Path file) {
        assertThat(yaml(file).get("permissions")).isEqualTo(Map.of("contents", "read"));
    }

    @Test
    void onlyJobsWithAReasonMayWrite() {
        assertThat(byJob(job -> notEmpty(object(job.get("permissions")).entrySet().stream()
                        .filter(permission -> !permission.getValue().equals("read"))
                        .map(permission -> permission.getKey() + ": " + permission.getValue())
                        .sorted()
                        .toList())))
                .isEqualTo(Map.of(
                        "deploy.yml diff", List.of("id-token: write"),
                        "deploy.yml deploy", List.of("id-token: write"),
                        "deploy.yml check-deployment", List.of("id-token: write"),
                        "diff.yml diff", List.of("id-token: write", "pull-requests: write"),
                        "drift.yml drift", List.of("id-token: write", "issues: write")));
    }

    /** It would run with the repository's secrets on what a stranger proposes. */
    @ParameterizedTest
    @MethodSource("workflows")
    void isNotTriggeredWithTheBaseBranchsRightsByAPullRequest(Path file) {
        assertThat(triggers(file)).isNotEmpty().doesNotContain("pull_request_target", "workflow_run");
    }

    /** With its credentials, which last an hour, at the latest. */
    @ParameterizedTest
    @MethodSource("workflows")
    void endsEachJob(Path file) {
        assertThat(jobs(file).values())
                .filteredOn(job -> !job.containsKey("uses"))
                .allSatisfy(job -> assertThat(job.get("timeout-minutes"))
                        .isInstanceOfSatisfying(
                                Integer.class, minutes -> assertThat(minutes).isBetween(1, 60)));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void failsWhereTheFirstOfSeveralCommandsFails(Path file) {
        assertThat(object(object(yaml(file).get("defaults")).get("run"))).isEqualTo(Map.of("shell", "bash"));
    }

    @Test
    void everyActionOfOthersIsPinnedToACommit() {
        List<String> used = Stream.concat(workflows(), Stream.of(setUp()))
                .flatMap(file -> values(yaml(file), "uses"))
                .map(String::valueOf)
                .filter(action -> !action.startsWith("./"))
                .toList();

        assertThat(used).isNotEmpty().allMatch(action -> PINNED.matcher(action).matches());
    }

    @Test
    void everyActionHasOneVersion() {
        Map<String, Set<String>> versions = new TreeMap<>();
        Stream.concat(workflows(), Stream.of(setUp()))
                .flatMap(file -> TestFiles.text(file).lines())
                .filter(line -> line.contains("uses: ") && line.contains("@"))
                .map(line -> line.substring(line.indexOf("uses: ") + 6).split("@", 2))
                .forEach(action -> versions.computeIfAbsent(action[0], name -> new TreeSet<>())
                        .add(action[1]));

        assertThat(versions)
                .isNotEmpty()
                .allSatisfy((action, commits) ->
                        assertThat(commits).singleElement().asString().matches("[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"));
    }

    /** What runs with credentials was not built by the pull request: the assembly comes as an artifact, and is data. */
    @Test
    void noJobThatHasCredentialsBuildsTheApp() {
        Map<String, Map<?, ?>> jobs = byJob(
                job -> object(job.get("permissions")).containsKey("id-token") ? Optional.of(job) : Optional.empty());
        // It comes after the deployment of the same commit, and may only read.
        jobs.remove("deploy.yml check-deployment");

        assertThat(jobs).hasSize(4);
        assertThat(jobs.values())
                .flatMap(job ->
                        Stream.concat(values(job, "run"), values(job, "uses")).toList())
                .map(String::valueOf)
                .contains(".ci/diff cdk.out > diff.md")
                .noneMatch(step -> step.matches(".*(synth|set-up|mvn|\\.ci/run).*"));
    }

    @Test
    void theCheckOfADeploymentIsBuiltBeforeItHasCredentials() {
        List<String> steps = values(jobs(workflow("deploy.yml")).get("check-deployment"), "steps")
                .flatMap(all -> ((Collection<?>) all).stream())
                .map(step -> object(step).containsKey("run")
                        ? object(step).get("run")
                        : object(step).get("uses"))
                .map(String::valueOf)
                .toList();

        assertThat(steps.indexOf("test/deployed-athena --version"))
                .isNotNegative()
                .isLessThan(steps.indexOf(steps.stream()
                        .filter(step -> step.contains("configure-aws-credentials"))
                        .findFirst()
                        .orElseThrow()));
    }

    /** The documentation shows the pipelines' commands, for other pipelines. */
    @Test
    void everyCommandOfThePipelinesIsInTheDocumentation() {
        String documentation = TestFiles.text(TestTemplates.PROJECT.resolve("docs/operate/pipelines.md"));
        List<String> commands = workflows()
                .flatMap(file -> values(yaml(file), "run"))
                .filter(String.class::isInstance)
                .map(command -> ((String) command).split(" [|>] ")[0].strip())
                .filter(command -> command.startsWith(".ci/"))
                .toList();

        assertThat(commands).isNotEmpty().allMatch(documentation::contains);
    }

    private static Path workflow(String name) {
        return GITHUB.resolve("workflows").resolve(name);
    }

    private static Path setUp() {
        return GITHUB.resolve("actions/set-up/action.yml");
    }

    private static List<String> triggers(Path file) {
        return object(yaml(file).get(ON)).keySet().stream().map(String::valueOf).toList();
    }

    private static String header(Path file) {
        return TestFiles.text(file)
                .lines()
                .takeWhile(line -> line.startsWith("#"))
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Map<?, ?>> jobs(Path file) {
        Map<String, Map<?, ?>> jobs = new TreeMap<>();
        object(yaml(file).get("jobs")).forEach((name, job) -> jobs.put(String.valueOf(name), object(job)));
        return jobs;
    }

    /** What the jobs of all workflows have, by their names; those that have nothing are left out. */
    private static <T> Map<String, T> byJob(Function<Map<?, ?>, Optional<T>> of) {
        Map<String, T> found = new TreeMap<>();
        workflows()
                .forEach(file -> jobs(file)
                        .forEach((name, job) ->
                                of.apply(job).ifPresent(value -> found.put(file.getFileName() + " " + name, value))));
        return found;
    }

    private static <T> Optional<List<T>> notEmpty(List<T> list) {
        return Optional.of(list).filter(items -> !items.isEmpty());
    }

    private static Map<?, ?> yaml(Path file) {
        return object(new Yaml().load(TestFiles.text(file)));
    }

    private static Map<?, ?> object(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /** The values of a key, wherever it is. */
    private static Stream<Object> values(Object node, String key) {
        if (node instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .flatMap(entry ->
                            key.equals(entry.getKey()) ? Stream.of(entry.getValue()) : values(entry.getValue(), key));
        }
        return node instanceof Collection<?> list ? list.stream().flatMap(item -> values(item, key)) : Stream.empty();
    }
}
