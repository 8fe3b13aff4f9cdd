package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The policies within IAM's limits: 6,144 characters for a managed policy, 10,240 for all policies that lie in a role,
 * ten managed policies to a role. White space does not count.
 *
 * <p>The buckets here have names of 20 characters, like {@code quilt-bucket-name-07}.
 */
class PolicySizeTest {
    private static final int MANAGED_POLICY = 6_144;

    private static final int INLINE_POLICIES = 10_240;

    private static final int MANAGED_POLICIES = 10;

    /** The same in every deployment whose account and region are not known at synthesis. */
    private static final int MOST_BUCKETS = 23;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 3037", "20, 5665", MOST_BUCKETS + ", 6079"})
    void countsAsIamDoes(int buckets, int size) {
        SynthesizedPolicies policies = SynthesizedPolicies.of(configuration(buckets), Partition.LONGEST, directory);
        assertThat(SynthesizedPolicies.size(policies.userPolicy().path("PolicyDocument")))
                .isEqualTo(size)
                .isLessThanOrEqualTo(MANAGED_POLICY);
    }

    @Test
    void refusesOneBucketMoreThanFits() {
        Map<String, Object> configuration = configuration(MOST_BUCKETS + 1);
        assertThatThrownBy(() -> SynthesizedPolicies.of(configuration, Partition.LONGEST, directory))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "quiltBuckets: the policy \"AthenaQuiltAccess\" for 24 buckets must have at most 6,144"
                                                + " characters (IAM's limit for a managed policy), but would have 6,217: list"
                                                + " fewer buckets, or set inputAccess to \"any\", which lets users read"
                                                + " .quilt/ of every bucket"));
    }

    @Test
    void refusesMoreKeysThanFitWhateverTheInputAccess() {
        List<String> keys = IntStream.range(0, 60)
                .mapToObj("arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-0000000000%02d"::formatted)
                .toList();
        Map<String, Object> configuration = new LinkedHashMap<>(configuration(1));
        configuration.put("inputAccess", "any");
        configuration.put("quiltBucketKmsKeyArns", keys);
        assertThatThrownBy(() -> SynthesizedPolicies.of(configuration, Partition.LONGEST, directory))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "quiltBucketKmsKeyArns: the policy \"AthenaQuiltAccess\" for 60 keys must"
                                                + " have at most 6,144 characters (IAM's limit for a managed policy), but would"
                                                + " have 8,149: list fewer keys"));
    }

    @Test
    void readingOfEveryBucketFitsHoweverManyAreConfigured() {
        Map<String, Object> configuration = new LinkedHashMap<>(configuration(BucketView.MOST_BUCKETS));
        configuration.put("inputAccess", "any");
        SynthesizedPolicies policies = SynthesizedPolicies.of(configuration, Partition.LONGEST, directory);
        assertThat(SynthesizedPolicies.size(policies.userPolicy().path("PolicyDocument")))
                .isEqualTo(3142);
    }

    /** Names as long as S3 allows, and as many buckets as there are views over all of. */
    @Test
    void theHandlersPermissionsFitForAStackFullOfBuckets() {
        List<String> names = bucketNames("b".repeat(61) + "%02d", BucketView.MOST_BUCKETS);
        SynthesizedPolicies policies = SynthesizedPolicies.of(
                Map.of(
                        "companyName", "mycompany",
                        "inputAccess", "any",
                        "quiltBuckets", names),
                Partition.LONGEST,
                directory);
        assertThat(policies.handlerPolicies()).singleElement().satisfies(handler -> {
            assertHandlerPoliciesFit(handler);
            assertDefinesExactly(handler.values(), names, BucketView.namesOverAll());
        });
    }

    @Test
    void theHandlerOfEachGroupDefinesTheViewsOfThatGroupAlone() {
        List<String> first = bucketNames("first-group-%03d", 40);
        List<String> second = bucketNames("second-group-%03d", 40);
        SynthesizedPolicies policies = SynthesizedPolicies.of(
                Map.of(
                        "companyName",
                        "mycompany",
                        "inputAccess",
                        "any",
                        "quiltBuckets",
                        new TreeMap<>(Map.of("first", first, "second", second))),
                Partition.LONGEST,
                directory);
        assertThat(policies.handlerPolicies())
                .satisfiesExactly(
                        handler -> {
                            assertHandlerPoliciesFit(handler);
                            assertDefinesExactly(handler.values(), first, List.of());
                        },
                        handler -> {
                            assertHandlerPoliciesFit(handler);
                            assertDefinesExactly(handler.values(), second, List.of());
                        });
    }

    /** CloudFormation deletes in reverse order, and a view cannot be dropped when the permission is gone. */
    @Test
    void everyViewDependsOnAllOfTheHandlersPolicies() {
        Map<String, Object> configuration = new LinkedHashMap<>(configuration(BucketView.MOST_BUCKETS));
        configuration.put("inputAccess", "any");
        SynthesizedPolicies policies = SynthesizedPolicies.of(configuration, Partition.AWS, directory);
        Set<String> names = policies.handlerPolicies().get(0).keySet();
        assertThat(names).as("more than one").hasSizeGreaterThan(1);
        assertThat(policies.viewDependencies().get(0))
                .hasSize((BucketView.MOST_BUCKETS + 1) * BucketView.values().length)
                .allSatisfy(dependencies -> assertThat(dependencies).containsAll(names));
    }

    private static void assertHandlerPoliciesFit(Map<String, JsonNode> policies) {
        Map<Boolean, List<Integer>> sizes = policies.entrySet().stream()
                .collect(Collectors.partitioningBy(
                        policy -> policy.getKey().contains("OverflowPolicy"),
                        Collectors.mapping(
                                policy -> SynthesizedPolicies.size(policy.getValue()), Collectors.toList())));
        assertThat(sizes.get(true))
                .hasSizeLessThanOrEqualTo(MANAGED_POLICIES)
                .allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(MANAGED_POLICY));
        assertThat(sizes.get(false))
                .singleElement(InstanceOfAssertFactories.INTEGER)
                .isLessThanOrEqualTo(INLINE_POLICIES);
    }

    private static void assertDefinesExactly(Collection<JsonNode> policies, List<String> buckets, List<String> more) {
        Set<String> expected = Stream.concat(
                        more.stream(),
                        buckets.stream()
                                .map(QuiltBucket::new)
                                .flatMap(
                                        bucket -> Stream.of(BucketView.values()).map(view -> view.nameIn(bucket))))
                .map(view -> Partition.LONGEST.arn("glue", "table/quilt_query/" + view))
                .collect(Collectors.toSet());
        Set<String> allowed = policies.stream()
                .flatMap(policy -> stream(policy.path("Statement")))
                .filter(statement -> statement.path("Action").toString().contains("glue:CreateTable"))
                .flatMap(statement -> stream(statement.path("Resource")))
                .map(JsonNode::asText)
                .filter(arn -> arn.contains(":table/"))
                .collect(Collectors.toSet());
        assertThat(allowed).isEqualTo(expected);
    }

    private static Stream<JsonNode> stream(JsonNode items) {
        return StreamSupport.stream(items.spliterator(), false);
    }

    private static Map<String, Object> configuration(int buckets) {
        return Map.of("companyName", "mycompany", "quiltBuckets", bucketNames("quilt-bucket-name-%02d", buckets));
    }

    private static List<String> bucketNames(String format, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(format::formatted).toList();
    }
}
