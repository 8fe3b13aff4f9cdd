package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private static final int MOST_BUCKETS = 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 0", "20, 0", "21, 0"})
    void countsAsIamDoes(int buckets, int size) {
        SynthesizedPolicies policies = SynthesizedPolicies.of(configuration(buckets), Partition.LONGEST, directory);
        assertThat(SynthesizedPolicies.size(policies.userPolicy().path("PolicyDocument")))
                .isEqualTo(size)
                .isLessThanOrEqualTo(MANAGED_POLICY);
    }

    @Test
    void refusesOneBucketMoreThanFitsAndWritesNothing() throws IOException {
        Map<String, Object> configuration = configuration(MOST_BUCKETS + 1);
        assertThatThrownBy(() -> SynthesizedPolicies.of(configuration, Partition.LONGEST, directory))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems()).containsExactly("quiltBuckets: "));
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private static Map<String, Object> configuration(int buckets) {
        return Map.of("companyName", "mycompany", "quiltBuckets", bucketNames("quilt-bucket-name-%02d", buckets));
    }

    private static List<String> bucketNames(String format, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(format::formatted).toList();
    }
}
