package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.schema.QuiltBucket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What fits into a state machine and its statements, with the longest names that buckets can have. */
class RefreshDefinitionTest {
    private static final int MOST_BYTES_OF_A_DEFINITION = 1_048_576;
    private static final int MOST_BYTES_OF_A_STATEMENT = 262_144;

    @Test
    void theDefinitionForTheMostBucketsFits() {
        RefreshDefinition most = new RefreshDefinition(buckets(SnapshotRefresh.MOST_BUCKETS));

        assertThat(most.json().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(MOST_BYTES_OF_A_DEFINITION);
        assertThat(SnapshotStatements.removeOthers(most.buckets())).hasSizeLessThan(MOST_BYTES_OF_A_STATEMENT);
    }

    @Test
    void theMoreBucketsThereAreTheFewerRoundsEachHasButAtLeastOne() {
        assertThat(IntStream.of(1, 45, 100, 300, SnapshotRefresh.MOST_BUCKETS)
                        .map(number -> new RefreshDefinition(buckets(number)).rounds()))
                .containsExactly(20, 20, 9, 2, 1);
    }

    /** Each of the added buckets is a partition of the table, and Athena writes to 100 in a statement. */
    @Test
    void bucketsAreAddedAHundredAtOnce() {
        assertThat(SnapshotStatements.bucketsToAdd(buckets(201)))
                .extracting(rows -> rows.split(", ").length)
                .containsExactly(100, 100, 1);
    }

    @Test
    void theLongestStatementFits() {
        String manifest = "'s3://%s/.quilt/packages/%s'".formatted("b".repeat(63), "0".repeat(64));
        String manifests = IntStream.range(0, SnapshotStatements.MOST_NAMED_MANIFESTS)
                .mapToObj(number -> manifest)
                .collect(Collectors.joining(", ", "IN (", ")"));
        String names = "IN (" + "n".repeat(SnapshotStatements.MOST_OF_NAMES) + ")";

        assertThat(SnapshotStatements.copy()
                        .replace(SnapshotStatements.PATHS, manifests)
                        .replace(SnapshotStatements.NAMES, names))
                .hasSizeLessThan(MOST_BYTES_OF_A_STATEMENT);
    }

    private static List<QuiltBucket> buckets(int number) {
        return IntStream.range(0, number)
                .mapToObj(bucket -> new QuiltBucket("b".repeat(59) + "%04d".formatted(bucket)))
                .toList();
    }
}
