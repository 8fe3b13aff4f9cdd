package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.schema.BucketView;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
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
    private static final String PAGE = TestFiles.text(TestTemplates.PROJECT.resolve("docs/security/access.md"));

    /** The same in every deployment whose account and region are not known at synthesis. */
    private static final int MOST_BUCKETS = 23;

    @ParameterizedTest
    @CsvSource({"1, 3037", "20, 5665", MOST_BUCKETS + ", 6079"})
    void countsAsIamDoes(int buckets, int size) {
        assertThat(SynthesizedPolicies.size(policies(buckets).users()))
                .isEqualTo(size)
                .isLessThanOrEqualTo(MANAGED_POLICY);
        assertThat(PAGE).contains(" | %,d |".formatted(size));
    }

    @Test
    void refusesOneBucketMoreThanFits() {
        String problem = """
                quiltBuckets: the policy "AthenaQuiltAccess" for 24 buckets must have at most 6,144 characters (IAM's limit for a \
                managed policy), but would have 6,217: list fewer buckets, or set inputAccess to "any", which lets users read \
                .quilt/ of every bucket""";

        assertRefused(problem, MOST_BUCKETS + 1);
        assertThat(PAGE).contains(problem);
    }

    @Test
    void refusesMoreKeysThanFitWhateverTheInputAccess() {
        List<String> keys = IntStream.range(0, 60)
                .mapToObj("arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-0000000000%02d"::formatted)
                .toList();

        assertRefused("""
                quiltBucketKmsKeyArns: the policy "AthenaQuiltAccess" for 60 keys must have at most 6,144 characters (IAM's limit \
                for a managed policy), but would have 8,149: list fewer keys""", 1, "quiltBucketKmsKeyArns", keys, "inputAccess", "any");
    }

    @Test
    void readingOfEveryBucketFitsHoweverManyAreConfigured() {
        assertThat(SynthesizedPolicies.size(
                        policies(BucketView.MOST_BUCKETS, "inputAccess", "any").users()))
                .isEqualTo(3142);
    }

    /** Names as long as AWS allows, and everything that the handler's permissions depend on. */
    @Test
    void theHandlersPermissionsFit() {
        String key = Partition.LONGEST.arn("kms", "key/" + "k".repeat(36));
        Map<String, Object> configuration = TestTemplates.configuration(
                "companyName",
                "c".repeat(63 - "-quilt-query-snapshot".length()),
                "databaseName",
                "d".repeat(255),
                "resultsKmsKeyArn",
                key,
                "catalogKmsKeyArn",
                key,
                "snapshotSchedule",
                "rate(1 hour)");

        assertThat(SynthesizedPolicies.of(configuration, Partition.LONGEST).handler())
                .hasSize(2)
                .allSatisfy(
                        policy -> assertThat(SynthesizedPolicies.size(policy)).isLessThanOrEqualTo(MANAGED_POLICY));
    }

    private static void assertRefused(String problem, int buckets, Object... more) {
        assertThatThrownBy(() -> policies(buckets, more))
                .asInstanceOf(InstanceOfAssertFactories.type(ConfigurationException.class))
                .extracting(ConfigurationException::problems)
                .isEqualTo(List.of(problem));
    }

    private static SynthesizedPolicies policies(int buckets, Object... more) {
        List<String> names = IntStream.rangeClosed(1, buckets)
                .mapToObj("quilt-bucket-name-%02d"::formatted)
                .toList();
        return SynthesizedPolicies.of(
                TestTemplates.with(TestTemplates.configuration("quiltBuckets", names), more), Partition.LONGEST);
    }
}
