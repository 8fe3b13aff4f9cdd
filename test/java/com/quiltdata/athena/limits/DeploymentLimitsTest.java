package com.quiltdata.athena.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.CdkLock;
import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;

/** Deployments beside AWS's limits, with names of full length where length counts. */
@ExtendWith(CdkLock.class)
class DeploymentLimitsTest {

    private static final String STACK = "QuiltAthena.template.json";
    private static final String GROUP = ".nested.template.json";

    @TempDir
    Path directory;

    @Test
    void asManyBucketsFitIntoAGroupAsThePageSays() {
        int most = onThePage("buckets in a group");
        synthesize(Map.of("imaging", buckets(most)));

        Synthesized tooMany = unchecked(Map.of("imaging", buckets(most + 1)));

        String resources = number(tooMany.resources(GROUP));
        assertThat(tooMany.problems())
                .containsExactly(
                        "quiltBuckets.imaging: the nested stack of group imaging must have at most 500 resources "
                                + "(CloudFormation's limit for a template), but would have "
                                + resources + ": divide the group");
    }

    @Test
    void asManyBucketsFitIntoAListAsThePageSays() {
        int most = onThePage("buckets in a list");
        synthesize(buckets(most));

        Synthesized tooMany = unchecked(buckets(most + 1));

        String resources = number(tooMany.resources(STACK));
        assertThat(tooMany.problems())
                .containsExactly(
                        "quiltBuckets: the stack must have at most 500 resources (CloudFormation's limit for a "
                                + "template), but would have " + resources
                                + ": use groups of buckets, an object of group name → list");
    }

    @Test
    void resourcesOfAllNestedStacksCountTogether() {
        int most = onThePage("buckets in groups of 100");
        synthesize(groupsOf100(most));

        Synthesized tooMany = unchecked(groupsOf100(most + 1));

        String resources = number(tooMany.resources(STACK) + tooMany.resources(GROUP));
        assertThat(tooMany.problems())
                .containsExactly("quiltBuckets: the stack and its nested stacks must have at most 2,500 resources "
                        + "(CloudFormation's limit for one operation on nested stacks), but would have "
                        + resources
                        + ": leave some buckets to a second deployment, with names of its own");
    }

    private static Map<String, Object> groupsOf100(int count) {
        Map<String, Object> groups = new LinkedHashMap<>();
        List<String> buckets = buckets(count);
        for (int from = 0; from < count; from += 100) {
            groups.put("group" + from, buckets.subList(from, Math.min(from + 100, count)));
        }
        return groups;
    }

    private static int onThePage(String words) {
        Matcher number = Pattern.compile("(\\d+) " + words)
                .matcher(TestFiles.text(TestTemplates.PROJECT.resolve("docs/operate/many-buckets.md")));
        assertThat(number.find()).as(words).isTrue();
        return Integer.parseInt(number.group(1));
    }

    /** CloudFormation's limits come first today; so the configuration alone has that many buckets. */
    @Test
    void snapshotsHaveALimitOfTheirOwn() {
        Synthesized few = unchecked(buckets(1), "snapshotSchedule", "rate(1 hour)");
        assertThat(few.withConfigurationOf(buckets(1001)).problems())
                .containsExactly(
                        "quiltBuckets: a stack with snapshots must have at most 1,000 buckets (Step Functions' "
                                + "limit for the data of an execution), but would have 1,001: leave some buckets to a second "
                                + "deployment, with names of its own, or leave out snapshotSchedule");
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
        Map<String, Object> views = moreViewsThanThePolicyCanName();

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
        Object group = Map.of("imaging", buckets(1));
        synthesize(group);
        assertThat(output()).contains("manifest.json").anyMatch(name -> name.endsWith(".nested.template.json"));
        Map<String, Object> views = moreViewsThanThePolicyCanName();

        assertThatThrownBy(() -> synthesize(group, "customViews", views)).isInstanceOf(ConfigurationException.class);

        assertThat(output()).noneMatch(name -> name.equals("manifest.json") || name.endsWith(".template.json"));
    }

    private List<String> output() {
        return TestFiles.list(directory.resolve("cdk.out")).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private Map<String, Object> moreViewsThanThePolicyCanName() throws IOException {
        Files.writeString(directory.resolve("a.sql"), "SELECT 1 AS one");
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = 0; view < 60; view++) {
            views.put("v".repeat(26) + "%02d".formatted(view), "a.sql");
        }
        return views;
    }

    /** What the app synthesizes, before it is measured. */
    private Synthesized unchecked(Object quiltBuckets, Object... more) {
        Map<String, Object> context = context(quiltBuckets, more);
        context.put("@aws-cdk/core:stackResourceLimit", 0);
        Configuration configuration = ConfigurationReader.read(context, directory);
        App app = App.Builder.create()
                .context(context)
                .outdir(directory.resolve("unchecked").toString())
                .build();
        QuiltAthenaApp.declareStack(app, configuration);
        return new Synthesized(Path.of(app.synth().getDirectory()), configuration);
    }

    private record Synthesized(Path assembly, Configuration configuration) {

        private Synthesized withConfigurationOf(List<String> buckets) {
            return new Synthesized(
                    assembly, ConfigurationReader.read(context(buckets, "snapshotSchedule", "rate(1 hour)"), assembly));
        }

        private long resources(String suffix) {
            return templates(suffix)
                    .mapToLong(file -> TestFiles.json(TestFiles.text(file))
                            .path("Resources")
                            .size())
                    .sum();
        }

        private Stream<Path> templates(String suffix) {
            return TestFiles.list(assembly).stream()
                    .filter(file -> file.toString().endsWith(suffix));
        }

        private List<String> problems() {
            try {
                DeploymentLimits.check(assembly, QuiltAthenaApp.STACK_ID, configuration);
            } catch (ConfigurationException e) {
                return e.problems();
            }
            throw new AssertionError("The deployment was accepted");
        }
    }

    private CloudAssembly synthesize(Object quiltBuckets, Object... more) {
        return CloudAssembly.synthesize(context(quiltBuckets, more), directory, directory.resolve("cdk.out"));
    }

    /** As the CDK CLI has an app synthesized: it writes each resource's path into the template. */
    private static Map<String, Object> context(Object quiltBuckets, Object... more) {
        Map<String, Object> context = TestTemplates.configuration(
                "quiltBuckets",
                quiltBuckets,
                "inputAccess",
                "any",
                "aws:cdk:enable-path-metadata",
                true,
                "aws:cdk:enable-asset-metadata",
                true);
        return TestTemplates.with(context, more);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static List<String> buckets(int count) {
        return IntStream.range(0, count).mapToObj("bucket-%03d"::formatted).toList();
    }
}
