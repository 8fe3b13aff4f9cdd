package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.RegistryReads;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.SnapshotStatements;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What a refresh does to snapshots. */
class SnapshotsTest {
    private static final String HASH = "%064x";
    private static final SnapshotStack STACK = new SnapshotStack("snapshots", List.of("snap-a", "snap-b"));

    @Test
    void aRefreshFollowsPointersAndOpensNewManifestsOnly() {
        STACK.refreshOnly("snap-a");
        push("snap-a", 1, "n");
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");

        push("snap-a", 2, "n");
        assertThat(manifestsOpenedByARefresh()).containsOnly("snap-a/" + HASH.formatted(2));
        STACK.assertIsRefreshed("snap-a");

        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.delete("snap-a", "named_packages/u/n/2");
        assertThat(manifestsOpenedByARefresh()).as("both are copied already").isEmpty();
        STACK.assertIsRefreshed("snap-a");
    }

    private static List<String> manifestsOpenedByARefresh() {
        return RegistryReads.during(SharedEmbeddedAws.get(), () -> {
                    STACK.refresh();
                    return 0;
                })
                .reads()
                .manifests();
    }

    @Test
    void aBucketWithMoreManifestsThanARefreshCopiesIsCompleteInTheEnd() {
        STACK.refreshOnly("snap-b");
        STACK.change(definition -> definition
                .replace("> %d, false".formatted(SnapshotStatements.MOST_MANIFESTS), "> 2, false")
                .replace("<= %d\\\\n".formatted(SnapshotStatements.MOST_NAMED_MANIFESTS), "<= 1\\\\n")
                .replace("<= %d\\\"".formatted(SnapshotStatements.MOST_MANIFESTS), "<= 2\\\"")
                .replace("$rounds < 20", "$rounds < 1"));
        for (int number = 11; number < 14; number++) {
            push("snap-b", number, "package" + number);
        }

        STACK.refresh();
        assertThat(STACK.everything("snap_b_quilt_packages_snapshot")).hasSize(4);
        assertThat(STACK.everything("snap_b_quilt_objects_snapshot")).hasSize(8);
        STACK.refresh();
        STACK.assertIsRefreshed("snap-b");
        STACK.change(definition -> definition.replace("$rounds < 1", "$rounds < 20"));
    }

    @Test
    void aBucketThatFailsIsNamedAndKeepsNoOtherFromBeingRefreshed() {
        STACK.configure(List.of("snap-a", "snap-b"));
        STACK.refreshOnly("snap-b");
        STACK.change(definition -> definition.replace(
                "[{\"bucket\":\"snap-b\"", "[{\"bucket\":\"snap-a\",\"prefix\":\"nothing\"},{\"bucket\":\"snap-b\""));
        push("snap-b", 21, "failing");

        JsonNode end = STACK.await(STACK.start());

        assertThat(end.path("status").asText()).isEqualTo("FAILED");
        assertThat(end.path("error").asText()).isEqualTo("BucketsNotRefreshed");
        assertThat(end.path("cause").asText())
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

        STACK.statement("snap-a", overtaken);
        STACK.assertIsRefreshed("snap-a");
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

    /** A package is moved from one manifest to another, with entries of its own. */
    @Test
    void whoReadsDuringARefreshSeesTheStateBeforeItOrTheStateAfterIt() throws Exception {
        STACK.refreshOnly("snap-a");
        push("snap-a", 41, "read");
        STACK.refresh();
        STACK.put("snap-a", "packages/" + HASH.formatted(42), """
                {"version": "v0", "message": "42"}
                {"logical_key": "other", "physical_keys": ["s3://b/other"], "size": 1}
                """);
        STACK.put("snap-a", "named_packages/u/read/latest", HASH.formatted(42));
        Callable<List<List<String>>> read = () -> STACK.rows("""
                SELECT 'package', hash, message FROM snap_a_quilt_packages_snapshot
                WHERE name = 'read' AND timestamp = 'latest'
                UNION ALL
                SELECT 'entry', tophash, logical_key FROM snap_a_quilt_objects_snapshot
                WHERE name = 'read' AND timestamp = 'latest'
                ORDER BY 1, 2, 3
                """);
        List<List<String>> before = read.call();
        String execution = STACK.start();
        List<List<List<String>>> seen = new ArrayList<>();
        do {
            seen.add(read.call());
        } while (STACK.isRunning(execution));
        STACK.await(execution);
        List<List<String>> after = read.call();

        assertThat(before)
                .containsExactly(
                        List.of("entry", HASH.formatted(41), "a"),
                        List.of("entry", HASH.formatted(41), "b/"),
                        List.of("package", HASH.formatted(41), "41"));
        assertThat(after)
                .containsExactly(
                        List.of("entry", HASH.formatted(42), "other"), List.of("package", HASH.formatted(42), "42"));
        assertThat(seen).contains(before).isSubsetOf(List.of(before, after));
    }

    private static void push(String bucket, int number, String name) {
        STACK.put(bucket, "packages/" + HASH.formatted(number), """
                {"version": "v0", "message": "%d", "user_meta": {"a": 1}}
                {"logical_key": "a", "physical_keys": ["s3://b/k"], "size": 7, "hash": {"type": "SHA256", "value": "x"}}
                {"logical_key": "b/", "meta": {"user_meta": {"b": [1, null]}}}
                """.formatted(number));
        STACK.put(bucket, "named_packages/u/" + name + "/" + number, HASH.formatted(number));
        STACK.put(bucket, "named_packages/u/" + name + "/latest", HASH.formatted(number));
    }
}
