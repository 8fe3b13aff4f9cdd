package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.schema.BucketView;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The policies within IAM's limit of 6,144 characters for a managed policy; those that lie in a role may have 10,240
 * together. White space does not count.
 *
 * <p>The buckets here have names of 20 characters, like {@code quilt-bucket-name-07}.
 */
class PolicySizeTest {
    private static final int MANAGED_POLICY = 6_144;

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

    /** Names as long as AWS allows, and everything that the handler's permissions depend on. */
    @Test
    void theHandlersPermissionsFit() {
        SynthesizedPolicies policies = SynthesizedPolicies.of(
                Map.of(
                        "companyName", "c".repeat(63 - "-quilt-query-snapshot".length()),
                        "databaseName", "d".repeat(255),
                        "resultsKmsKeyArn", Partition.LONGEST.arn("kms", "key/" + "k".repeat(36)),
                        "catalogKmsKeyArn", Partition.LONGEST.arn("kms", "key/" + "k".repeat(36)),
                        "snapshotSchedule", "rate(1 hour)",
                        "quiltBuckets", List.of("bucket-a")),
                Partition.LONGEST,
                directory);

        assertThat(policies.handlerPolicies())
                .hasSize(2)
                .allSatisfy((id, policy) ->
                        assertThat(SynthesizedPolicies.size(policy)).isLessThanOrEqualTo(MANAGED_POLICY));
    }

    private static Map<String, Object> configuration(int buckets) {
        return Map.of("companyName", "mycompany", "quiltBuckets", bucketNames("quilt-bucket-name-%02d", buckets));
    }

    private static List<String> bucketNames(String format, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(format::formatted).toList();
    }
}
