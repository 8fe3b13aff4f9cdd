package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.TestTemplates.configuration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The views beside those of each bucket, as the template has them: over all buckets, and the administrator's own. */
class StackViewsTest {
    private static final List<String> TWO_BUCKETS = List.of("imaging-a", "imaging-b");
    private static final String LATEST_IMAGES = "test/resources/views/latest_images.sql";
    private static final String IMAGES_PER_PACKAGE = "test/resources/views/images_per_package.sql";

    @ParameterizedTest
    @CsvSource({"1, false", "2, true", "45, true"})
    void thereAreViewsOverAllBucketsWhenThereAreSeveral(int buckets, boolean expected) {
        Map<String, JsonNode> views = views(configuration("quiltBuckets", names(buckets), "inputAccess", "any"));

        assertThat(BucketView.namesOverAll())
                .allSatisfy(view -> assertThat(views.containsKey(view)).isEqualTo(expected));
    }

    /** One query cannot read them all. */
    @Test
    void thereAreNoViewsOverMoreBucketsThanAQueryCanRead() {
        Map<String, Object> groups = new TreeMap<>();
        groups.put("first", names(45));
        groups.put("second", List.of("one-more"));

        assertThat(views(configuration("quiltBuckets", groups, "inputAccess", "any")))
                .isEmpty();
    }

    @Test
    void aViewOverAllBucketsWaitsForTheTablesThatItReads() {
        Map<String, Object> configuration = configuration("quiltBuckets", TWO_BUCKETS);
        List<String> tables = logicalIds(configuration, "AWS::Glue::Table");

        assertThat(tables).hasSize(2 * BucketTable.values().length);
        assertThat(BucketView.values())
                .allSatisfy(view -> assertThat(dependencies(configuration, view.nameOverAll()))
                        .containsAll(tables.stream()
                                .filter(id -> view.reads().stream().anyMatch(table -> id.contains(table.id())))
                                .toList()));
    }

    @Test
    void theViewsOverAllBucketsAreTheSameInWhateverOrderAndGroupsTheBucketsAre() {
        Map<String, Object> ordered = configuration("quiltBuckets", TWO_BUCKETS);
        Map<String, Object> reversed = configuration("quiltBuckets", TWO_BUCKETS.reversed());
        Map<String, Object> groups = configuration(
                "quiltBuckets", new TreeMap<>(Map.of("one", List.of("imaging-b"), "two", List.of("imaging-a"))));

        for (String view : BucketView.namesOverAll()) {
            JsonNode properties = views(ordered).get(view).path("Properties");
            assertThat(views(reversed).get(view).path("Properties")).isEqualTo(properties);
            assertThat(views(groups).get(view).path("Properties")).isEqualTo(properties);
        }
    }

    @Test
    void aViewOverTheBucketsOfGroupsWaitsForTheirNestedStacks() {
        Map<String, Object> configuration = configuration(
                "quiltBuckets", new TreeMap<>(Map.of("one", List.of("imaging-a"), "two", List.of("imaging-b"))));

        List<String> stacks = logicalIds(configuration, "AWS::CloudFormation::Stack");

        assertThat(stacks).hasSize(2);
        assertThat(BucketView.namesOverAll())
                .allSatisfy(
                        view -> assertThat(dependencies(configuration, view)).containsAll(stacks));
    }

    @Test
    void aCustomViewWaitsForWhatItReads() {
        Map<String, Object> configuration = configuration(
                "quiltBuckets",
                TWO_BUCKETS,
                "customViews",
                new TreeMap<>(Map.of("images_per_package", IMAGES_PER_PACKAGE, "latest_images", LATEST_IMAGES)));

        assertThat(dependencies(configuration, "images_per_package"))
                .extracting(id -> id.replaceFirst("[0-9A-F]{8}$", ""))
                .contains("CustomViewslatestimages", "QuiltBucketsimagingaPackagesView")
                .anyMatch(id -> id.startsWith("AthenaViewProviderHandlerRoleViews"));
    }

    @Test
    void aCustomViewWaitsForTheNestedStackOfWhatItReads() {
        Map<String, Object> configuration = configuration(
                "quiltBuckets", Map.of("microscopy", List.of("imaging-a")),
                "customViews", Map.of("latest_images", LATEST_IMAGES));

        assertThat(dependencies(configuration, "latest_images"))
                .contains("QuiltBucketsmicroscopyNestedStackmicroscopyNestedStackResource74368144");
    }

    @Test
    void aCustomViewIsMadeAnewForTheSameReasonsWhereWhatItReadsIsInAGroup() {
        JsonNode listed = properties(configuration("quiltBuckets", List.of("imaging-a")), "latest_images");
        JsonNode grouped =
                properties(configuration("quiltBuckets", Map.of("microscopy", List.of("imaging-a"))), "latest_images");

        assertThat(grouped.path("DefinitionsRead").asText())
                .matches("[0-9a-f]+")
                .isEqualTo(listed.path("DefinitionsRead").asText());
    }

    /** Together, they would be more at once than Athena takes. */
    @Test
    void theViewsOfTheStackItselfWaitForAllGroupsWhateverTheyRead() {
        Map<String, Object> configuration = configuration(
                "quiltBuckets", groups("a", "b", "c"), "customViews", Map.of("latest_images", LATEST_IMAGES));

        assertThat(dependencies(configuration, "latest_images"))
                .containsAll(logicalIds(configuration, "AWS::CloudFormation::Stack"));
    }

    @Test
    void threeGroupsAreMadeAtOnce() {
        Map<String, Object> configuration = configuration("quiltBuckets", groups("a", "b", "c", "d", "e"));
        List<String> stacks = logicalIds(configuration, "AWS::CloudFormation::Stack");
        JsonNode resources = TestTemplates.assembly(configuration).template().path("Resources");

        assertThat(stacks)
                .extracting(stack -> texts(resources.path(stack).path("DependsOn")).stream()
                        .filter(stacks::contains)
                        .toList())
                .containsExactly(List.of(), List.of(), List.of(), List.of(stacks.get(0)), List.of(stacks.get(1)));
    }

    @Test
    void aCustomViewIsMadeAnewWhenWhatItReadsChanges() {
        JsonNode ours = properties(configuration("quiltBuckets", TWO_BUCKETS), "everywhere");
        JsonNode others = properties(configuration("quiltBuckets", List.of("imaging-a", "imaging-c")), "everywhere");

        assertThat(ours.path("Query")).isEqualTo(others.path("Query"));
        assertThat(ours.path("DefinitionsRead").asText())
                .matches("[0-9a-f]+")
                .isNotEqualTo(others.path("DefinitionsRead").asText());
    }

    /** The permission for a view is there as long as the view: also when it leaves, or another one comes. */
    @Test
    void anotherSetOfCustomViewsHasAnotherPolicy() {
        Map<String, String> one = customPolicies(Map.of("latest_images", LATEST_IMAGES));
        Map<String, String> two =
                customPolicies(new TreeMap<>(Map.of("latest_images", LATEST_IMAGES, "more_images", LATEST_IMAGES)));

        assertThat(one).hasSize(1).doesNotContainKeys(two.keySet().toArray(new String[0]));
        assertThat(two).hasSize(1);
        assertThat(two.values()).allSatisfy(policy -> assertThat(policy).contains("/latest_images", "/more_images"));
    }

    @Test
    void aBucketWhoseViewsWouldHaveTheNamesOfThoseOverAllIsRefused() {
        assertThat(views(configuration("quiltBuckets", List.of("all")))).containsKey("all_quilt_packages_view");
        assertThatThrownBy(() -> TestTemplates.assembly(configuration("quiltBuckets", List.of("all", "imaging-a"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("quiltBuckets: \"all\" must be the only bucket: beside others, its views would have the "
                        + "names of those over all buckets");
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj("bucket-%02d"::formatted).toList();
    }

    /** Each with a bucket that is named after it. */
    private static Map<String, Object> groups(String... names) {
        Map<String, Object> groups = new TreeMap<>();
        for (String name : names) {
            groups.put(name, List.of("bucket-" + name));
        }
        return groups;
    }

    private static JsonNode properties(Map<String, Object> configuration, String view) {
        configuration.put("customViews", Map.of(view, "test/resources/views/" + view + ".sql"));
        return views(configuration).get(view).path("Properties");
    }

    private static Map<String, String> customPolicies(Map<String, String> customViews) {
        return resources(
                        configuration("quiltBuckets", TWO_BUCKETS, "customViews", customViews),
                        "AWS::IAM::ManagedPolicy")
                .entrySet()
                .stream()
                .filter(policy -> policy.getKey().startsWith("AthenaViewProviderHandlerRoleViews"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, policy -> policy.getValue().toString()));
    }

    private static List<String> logicalIds(Map<String, Object> configuration, String type) {
        return List.copyOf(resources(configuration, type).keySet());
    }

    private static Map<String, JsonNode> resources(Map<String, Object> configuration, String type) {
        return TestTemplates.resources(TestTemplates.assembly(configuration).template(), type);
    }

    private static List<String> dependencies(Map<String, Object> configuration, String view) {
        return texts(views(configuration).get(view).path("DependsOn"));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    /** The views of the stack itself, by name. */
    private static Map<String, JsonNode> views(Map<String, Object> configuration) {
        return resources(configuration, "Custom::AthenaView").values().stream()
                .collect(
                        Collectors.toMap(view -> view.at("/Properties/ViewName").asText(), Function.identity()));
    }
}
