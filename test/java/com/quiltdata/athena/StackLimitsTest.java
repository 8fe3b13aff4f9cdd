package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The largest configurations that are accepted, with names of full length, against the limits of what they become.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html">Understand
 *     CloudFormation quotas</a>
 */
class StackLimitsTest {
    private static final int MOST_RESOURCES = 500;
    private static final long MOST_BYTES = 1_000_000;
    private static final int MOST_POLICIES_OF_A_ROLE = 10;

    @Test
    void theLongestListFitsIntoOneTemplate() throws IOException {
        assertFits(synthesize(buckets("b", ConfigurationReader.MOST_BUCKETS_IN_A_STACK)), 1);
    }

    @Test
    void theLargestGroupFitsIntoItsTemplate() throws IOException {
        assertFits(synthesize(Map.of("g".repeat(64), buckets("b", ConfigurationReader.MOST_BUCKETS_IN_A_STACK))), 2);
    }

    @Test
    void theMostGroupsFitIntoTheStacksTemplate() throws IOException {
        Map<String, Object> groups = new LinkedHashMap<>();
        for (int group = 0; group < ConfigurationReader.MOST_GROUPS; group++) {
            groups.put("g".repeat(60) + "%04d".formatted(group), buckets("b%d-".formatted(group), 1));
        }

        assertFits(synthesize(groups), 1 + ConfigurationReader.MOST_GROUPS);
    }

    @Test
    void asManyCustomViewsAsThePolicyTakesFitBesideTheLongestList() throws IOException {
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = 0; view < 12; view++) {
            views.put("v".repeat(126) + "%02d".formatted(view), "test/resources/views/everywhere.sql");
        }

        CloudAssembly assembly = synthesize(
                buckets("b", ConfigurationReader.MOST_BUCKETS_BESIDE_CUSTOM_VIEWS), Map.entry("customViews", views));

        assertFits(assembly, 1);
        // While another set of custom views is deployed, the policies of both are there.
        assertThat(policies(assembly.template().path("Resources"))).isLessThan(MOST_POLICIES_OF_A_ROLE);
    }

    /** Characters that JSON escapes, so that the template has twice what the file has. */
    @Test
    void theLargestCustomViewsFitIntoTheTemplate(@TempDir Path project) throws IOException {
        int room = ConfigurationReader.MOST_TEMPLATE_KILOBYTES - QuiltBucketTables.MOST_KILOBYTES;
        String quotes = "SELECT '" + "\"".repeat((room / 4 - 3) * 1000 / 2) + "'";
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = 0; view < 4; view++) {
            Files.writeString(project.resolve(view + ".sql"), quotes);
            views.put("view" + view, view + ".sql");
        }

        CloudAssembly assembly = CloudAssembly.synthesize(
                context(buckets("b", 1), Map.entry("customViews", views)), project, project.resolve("cdk.out"));

        assertFits(assembly, 1);
        assertThat(Files.size(assembly.directory().resolve("QuiltAthena.template.json")))
                .isGreaterThan(800_000);
    }

    private static void assertFits(CloudAssembly assembly, int templates) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(assembly.directory())) {
            files = all.filter(file -> file.toString().endsWith(".template.json"))
                    .toList();
        }
        assertThat(files).hasSize(templates);
        for (Path file : files) {
            JsonNode resources = new ObjectMapper().readTree(file.toFile()).path("Resources");
            assertThat(Files.size(file)).as("bytes of " + file).isLessThanOrEqualTo(MOST_BYTES);
            assertThat(resources.size()).as("resources of " + file).isLessThanOrEqualTo(MOST_RESOURCES);
            assertThat(policies(resources)).as("policies of " + file).isLessThanOrEqualTo(MOST_POLICIES_OF_A_ROLE);
        }
    }

    /** In the stack itself, the policy for users is among them. */
    private static long policies(JsonNode resources) {
        return resources.findValuesAsText("Type").stream()
                .filter("AWS::IAM::ManagedPolicy"::equals)
                .count();
    }

    /** As the CDK CLI has an app synthesized: it writes each resource's path into the template. */
    @SafeVarargs
    private static CloudAssembly synthesize(Object quiltBuckets, Map.Entry<String, Object>... more) {
        return TestTemplates.assembly(context(quiltBuckets, more));
    }

    @SafeVarargs
    private static Map<String, Object> context(Object quiltBuckets, Map.Entry<String, Object>... more) {
        Map<String, Object> context = TestTemplates.configuration(
                "quiltBuckets",
                quiltBuckets,
                "inputAccess",
                "any",
                "databaseName",
                "d".repeat(255),
                "workgroupName",
                "w".repeat(128),
                "aws:cdk:enable-path-metadata",
                true,
                "aws:cdk:enable-asset-metadata",
                true,
                "aws:cdk:version-reporting",
                true);
        for (Map.Entry<String, Object> entry : more) {
            context.put(entry.getKey(), entry.getValue());
        }
        return context;
    }

    private static List<String> buckets(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "%s%s%04d".formatted(prefix, "z".repeat(59 - prefix.length()), i))
                .toList();
    }
}
