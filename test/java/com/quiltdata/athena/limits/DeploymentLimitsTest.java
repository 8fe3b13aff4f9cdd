package com.quiltdata.athena.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments beside AWS's limits, with names of full length where length counts. */
class DeploymentLimitsTest {

    @TempDir
    Path directory;

    /** Five resources a bucket, and about 11 kB. */
    @Test
    void aGroupThatIsTooLargeIsToBeDivided() {
        synthesize(Map.of("imaging", buckets(85)));

        assertThat(problems(Map.of("imaging", buckets(110))))
                .containsExactly(
                        "quiltBuckets.imaging: the nested stack of group imaging must have at most 500 resources "
                                + "(CloudFormation's limit for a template), but would have 562: divide the group",
                        "quiltBuckets.imaging: the nested stack of group imaging must have at most 1,000,000 bytes "
                                + "(CloudFormation's limit for a template), but would have 1,194,640: divide the group");
    }

    @Test
    void aListThatIsTooLongIsToBeMadeGroups() {
        assertThat(problems(buckets(110)))
                .first(InstanceOfAssertFactories.STRING)
                .isEqualTo("quiltBuckets: the stack must have at most 500 resources (CloudFormation's limit for a "
                        + "template), but would have 567: use groups of buckets, an object of group name → list");
    }

    @Test
    void resourcesOfAllNestedStacksCountTogether() {
        Map<String, Object> groups = new LinkedHashMap<>();
        List<String> buckets = buckets(520);
        for (int group = 0; group < 8; group++) {
            groups.put("group" + group, buckets.subList(65 * group, 65 * (group + 1)));
        }

        assertThat(problems(groups))
                .containsExactly("quiltBuckets: the stack and its nested stacks must have at most 2,500 resources "
                        + "(CloudFormation's limit for one operation on nested stacks), but would have 2,693: leave "
                        + "some buckets to a second deployment, with names of its own");
    }

    @Test
    void thePoliciesOfARoleDependOnTheLengthOfNames() {
        List<String> longNames = IntStream.range(0, 60)
                .mapToObj(number -> "b".repeat(59) + "%04d".formatted(number))
                .toList();

        assertThat(problems(Map.of("imaging", longNames), "databaseName", "d".repeat(255)))
                .containsExactly(
                        "quiltBuckets.imaging: the role AthenaViewProviderHandlerRoleAA180914 in the nested stack "
                                + "of group imaging must have at most 10 managed policies (IAM's limit for a role), but would "
                                + "have 11: divide the group");
    }

    @Test
    void theTextOfCustomViewsCountsInTheTemplate() throws IOException {
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = 0; view < 5; view++) {
            Files.writeString(directory.resolve(view + ".sql"), "SELECT '" + "x".repeat(200_000) + "'");
            views.put("view" + view, view + ".sql");
        }

        assertThatThrownBy(() -> synthesize(buckets(1), "customViews", views))
                .hasMessageMatching(
                        "quiltBuckets: the stack must have at most 1,000,000 bytes \\(CloudFormation's limit for "
                                + "a template\\), but would have 1,0\\d\\d,\\d{3}: use groups of buckets, an object of group name → list, "
                                + "or leave out or shorten custom views");
    }

    @Test
    void thePolicyThatNamesCustomViewsHasALimit() throws IOException {
        Files.writeString(directory.resolve("a.sql"), "SELECT 1 AS one");
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = 0; view < 60; view++) {
            views.put("v".repeat(26) + "%02d".formatted(view), "a.sql");
        }

        assertThatThrownBy(() -> synthesize(buckets(1), "customViews", views))
                .hasMessage(
                        "customViews: the handler's policy that names the 60 views must have at most 6,144 characters "
                                + "(IAM's limit for a managed policy), but would have 6,231: leave out some views, or give them "
                                + "shorter names");
    }

    /** Athena takes the statement, since it has less than 262,144 bytes; in the stored text, each quote has a backslash. */
    @Test
    void theTextThatGlueStoresOfAViewHasALimit() throws IOException {
        Files.writeString(directory.resolve("quotes.sql"), "SELECT '" + "\"".repeat(160_000) + "' AS quotes");

        assertThatThrownBy(() -> synthesize(buckets(1), "customViews", Map.of("quotes", "quotes.sql")))
                .hasMessage("customViews.quotes: the view \"quotes\" must have at most 409,600 bytes as it is stored "
                        + "(Glue's limit for the text of a view; its columns come on top), but would have 426,819: "
                        + "shorten its query, or divide it into several views");
    }

    @Test
    void nothingThatCouldBeDeployedIsLeft() throws IOException {
        Path output = directory.resolve("cdk.out");
        synthesize(buckets(1));
        assertThat(output.resolve("manifest.json")).exists();

        assertThatThrownBy(() -> synthesize(Map.of("imaging", buckets(120))))
                .isInstanceOf(ConfigurationException.class);

        try (Stream<Path> files = Files.list(output)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.equals("manifest.json") || name.endsWith(".template.json"));
        }
    }

    private List<String> problems(Object quiltBuckets, Object... more) {
        try {
            synthesize(quiltBuckets, more);
        } catch (ConfigurationException e) {
            return e.problems();
        }
        throw new AssertionError("The deployment was accepted");
    }

    /** As the CDK CLI has an app synthesized: it writes each resource's path into the template. */
    private CloudAssembly synthesize(Object quiltBuckets, Object... more) {
        Map<String, Object> context = TestTemplates.configuration(
                "quiltBuckets",
                quiltBuckets,
                "inputAccess",
                "any",
                "aws:cdk:enable-path-metadata",
                true,
                "aws:cdk:enable-asset-metadata",
                true);
        for (int i = 0; i < more.length; i += 2) {
            context.put((String) more[i], more[i + 1]);
        }
        return CloudAssembly.synthesize(context, directory, directory.resolve("cdk.out"));
    }

    private static List<String> buckets(int count) {
        return IntStream.range(0, count).mapToObj("bucket-%03d"::formatted).toList();
    }
}
