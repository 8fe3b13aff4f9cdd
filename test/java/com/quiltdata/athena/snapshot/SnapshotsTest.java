package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.benchmark.RegistryReads;
import com.quiltdata.athena.local.NodePackages;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.SnapshotTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** What a refresh does to snapshots. */
class SnapshotsTest {
    private static final String HASH = "%064x";
    /** In the definition: the number of manifests up to which a statement names them one by one. */
    private static final String MOST_NAMED = "<= %d\\\\n".formatted(SnapshotStatements.MOST_NAMED_MANIFESTS);

    private static final SnapshotStack STACK = new SnapshotStack("snapshots", List.of("snap-a", "snap-b"));

    static {
        STACK.refresh();
    }

    @Test
    void aRefreshOpensNewManifestsAloneAndReadersSeeAllOfItOrNothing() throws Exception {
        STACK.refreshOnly("snap-a");
        STACK.push("snap-a", 1, "n", "old");
        STACK.refresh();
        Supplier<List<List<String>>> read = () -> STACK.rows("""
                SELECT 'package', hash, message FROM snap_a_quilt_packages_snapshot
                WHERE name = 'n' AND timestamp = 'latest'
                UNION ALL
                SELECT 'entry', tophash, logical_key FROM snap_a_quilt_objects_snapshot
                WHERE name = 'n' AND timestamp = 'latest'
                ORDER BY 1, 2, 3
                """);
        List<List<String>> before = read.get();
        assertThat(before).isEqualTo(latest(1, "old"));

        STACK.push("snap-a", 2, "n", "new");
        List<List<List<String>>> seen = new ArrayList<>();
        assertThat(manifestsOpenedByARefresh(() -> seen.add(read.get()))).containsOnly("snap-a/" + HASH.formatted(2));
        assertThat(seen).contains(before).isSubsetOf(List.of(before, latest(2, "new")));
        STACK.assertIsRefreshed("snap-a");

        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.delete("snap-a", "named_packages/u/n/2");
        assertThat(manifestsOpenedByARefresh(read::get))
                .as("both are copied already")
                .isEmpty();
        STACK.assertIsRefreshed("snap-a");
    }

    private static List<List<String>> latest(int number, String key) {
        String hash = HASH.formatted(number);
        return List.of(
                List.of("entry", hash, key),
                List.of("entry", hash, key + "/"),
                List.of("package", hash, String.valueOf(number)));
    }

    private static List<String> manifestsOpenedByARefresh(Runnable meanwhile) {
        return RegistryReads.during(SharedEmbeddedAws.get(), STACK::hasRegistry, () -> {
                    String execution = STACK.start();
                    STACK.readMeanwhile(execution, meanwhile);
                    return STACK.await(execution);
                })
                .reads()
                .manifests();
    }

    @Test
    void aBucketWithMoreManifestsThanARefreshCopiesIsCompleteInTheEnd() {
        STACK.refreshOnly("snap-b");
        STACK.change(definition -> definition
                // First, for the next number is what it begins with.
                .replace("% 50000 = 1", "% 2 = 1")
                .replace(" " + SnapshotStatements.MOST_MANIFESTS, " 2")
                .replace(MOST_NAMED, "<= 1\\\\n")
                .replace("\"mostRounds\":20", "\"mostRounds\":1"));
        for (int number = 11; number < 14; number++) {
            push("snap-b", number, "package" + number);
        }

        STACK.refresh();
        assertThat(STACK.rows("""
                SELECT p.name, p.timestamp, count(*)
                FROM snap_b_quilt_packages_snapshot AS p
                JOIN snap_b_quilt_objects_snapshot AS o ON p.name = o.name AND p.timestamp = o.timestamp
                WHERE p.name LIKE 'package%'
                GROUP BY 1, 2
                """))
                .as("two manifests, and all of their entries")
                .hasSize(4)
                .allSatisfy(row -> assertThat(row).endsWith("2"));
        assertThat(lastRefresh("snap-b")).as("the pointers of one manifest").endsWith("2");
        STACK.refresh();
        STACK.assertIsRefreshed("snap-b");
        assertThat(lastRefresh("snap-b")).endsWith("0").doesNotContainNull();
        STACK.change(definition -> definition.replace("\"mostRounds\":1", "\"mostRounds\":20"));
    }

    @Test
    void whatIsCopiedBetweenTheFirstAndTheLastOfTheNewManifestsStaysClosed() {
        STACK.refreshOnly("snap-a");
        STACK.change(definition -> definition.replace(MOST_NAMED, "<= 1\\\\n"));
        push("snap-a", 52, "between");
        STACK.refresh();
        push("snap-a", 51, "before");
        push("snap-a", 53, "after");

        assertThat(RegistryReads.during(SharedEmbeddedAws.get(), STACK::hasRegistry, () -> STACK.await(STACK.start()))
                        .reads()
                        .manifests())
                .containsOnly("snap-a/" + HASH.formatted(51), "snap-a/" + HASH.formatted(53));
        STACK.assertIsRefreshed("snap-a");
    }

    /** By a library in JavaScript that has nothing of Trino or Athena; some of the rows are deleted ones. */
    @Test
    void anotherEngineReadsTheRowsOfTheViews() throws Exception {
        STACK.refreshOnly("snap-a");
        push("snap-a", 41, "elsewhere");
        STACK.refresh();
        push("snap-a", 42, "elsewhere");
        STACK.refresh();

        JsonNode rows = TestFiles.json(NodePackages.install("iceberg")
                .run(
                        "read.js",
                        List.of(SharedEmbeddedAws.endpoint().toString(), STACK.metadataLocation()),
                        Map.of(),
                        ""));

        List<String> columns = List.of("user", "name", "timestamp", "tophash", "logical_key", "meta", "size");
        assertThat(rows)
                .filteredOn(row -> row.path("bucket").asText().equals("snap-a")
                        && row.path("kind").asText().equals("entry"))
                .extracting(row -> columns.stream()
                        .map(column -> row.path(column).asText(null))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(
                        STACK.rows("SELECT \"" + String.join("\", \"", columns) + "\" FROM snap_a_quilt_objects_view"));
    }

    private static List<String> lastRefresh(String bucket) {
        return STACK.rows(SnapshotTable.lastRefreshes()).stream()
                .filter(row -> row.getFirst().equals(bucket))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void thePageHasTheQueryThatTellsHowFreshRowsAre() {
        assertThat(TestFiles.text(TestTemplates.PROJECT.resolve("docs/query/snapshots.md"))
                        .replace("\"quilt_query\".", ""))
                .contains("```sql\n" + SnapshotTable.lastRefreshes() + "\n```");
    }

    @Test
    void aBucketThatFailsIsNamedAndKeepsNoOtherFromBeingRefreshed() {
        STACK.refreshOnly("snap-b");
        STACK.change(definition ->
                definition.replace("\"buckets\":[", "\"buckets\":[{\"bucket\":\"snap-a\",\"prefix\":\"nothing\"},"));
        push("snap-b", 21, "failing");

        DescribeExecutionResponse end = STACK.await(STACK.start());

        assertThat(end.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(end.error()).isEqualTo("BucketsNotRefreshed");
        assertThat(end.cause())
                .startsWith("snap-a: ")
                .contains("Table 'awsdatacatalog.snapshots.nothing_quilt_packages' does not exist");
        STACK.assertIsRefreshed("snap-b");
    }

    /** A refresh that is slow carries out what it has planned after another one has been through. */
    @Test
    void aPlanThatAnotherRefreshCameBeforeChangesNothingThatIsWrong() {
        STACK.refreshOnly("snap-a");
        push("snap-a", 31, "race");
        STACK.refresh();
        push("snap-a", 32, "race");
        String overtaken = plannedCopy();

        // Its manifest is not one of those that were planned, and its package's other pointer is.
        STACK.put("snap-a", "named_packages/u/race/latest", HASH.formatted(33));
        push("snap-a", 33, "overtaking");
        STACK.statement("snap-a", SnapshotStatements.readPointers());
        STACK.statement("snap-a", overtaken);
        assertThat(STACK.rows("SELECT timestamp, hash FROM snap_a_quilt_packages_snapshot WHERE name = 'race'"))
                .as("latest keeps the rows that it had")
                .containsExactlyInAnyOrder(
                        List.of("31", HASH.formatted(31)),
                        List.of("32", HASH.formatted(32)),
                        List.of("latest", HASH.formatted(31)));
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");

        List<Map<String, String>> refreshed = STACK.everything("snap_a_quilt_objects_snapshot");
        STACK.statement("snap-a", overtaken);
        assertThat(STACK.everything("snap_a_quilt_objects_snapshot")).containsExactlyInAnyOrderElementsOf(refreshed);
    }

    /** What a refresh would copy now. */
    private static String plannedCopy() {
        STACK.statement("snap-a", SnapshotStatements.readPointers());
        List<String> plan =
                STACK.statement("snap-a", SnapshotStatements.findChanges()).getFirst();
        return SnapshotStatements.copy()
                .replace(SnapshotStatements.PATHS, plan.get(2))
                .replace(SnapshotStatements.NAMES, plan.get(3));
    }

    private static void push(String bucket, int number, String name) {
        STACK.push(bucket, number, name, "a");
    }
}
