package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.RegistryReads;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.SnapshotStatements;
import org.junit.jupiter.api.Test;

/** What a refresh does to snapshots. */
class SnapshotsTest {
    private static final String HASH = "%064x";
    private static final SnapshotStack STACK = new SnapshotStack("snapshots", "snap-a", "snap-b", "snap-c");

    @Test
    void aRefreshFollowsPointersAndOpensNewManifestsOnly() {
        push("snap-a", 1, "n");
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");
        assertThat(STACK.everything("snap_a_quilt_objects_snapshot")).hasSize(4);

        push("snap-a", 2, "n");
        RegistryReads reads = RegistryReads.during(SharedEmbeddedAws.get(), () -> {
                    STACK.refresh();
                    return 0;
                })
                .reads();
        STACK.assertIsRefreshed("snap-a");
        assertThat(reads.manifests()).containsOnly("snap-a/" + HASH.formatted(2));

        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.delete("snap-a", "named_packages/u/n/2");
        reads = RegistryReads.during(SharedEmbeddedAws.get(), () -> {
                    STACK.refresh();
                    return 0;
                })
                .reads();
        STACK.assertIsRefreshed("snap-a");
        assertThat(reads.manifests()).as("both are copied already").isEmpty();
        assertThat(STACK.everything("snap_a_quilt_packages_snapshot")).hasSize(2);
    }

    @Test
    void aBucketWithMoreManifestsThanARefreshCopiesIsCompleteInTheEnd() {
        for (int number = 11; number < 16; number++) {
            push("snap-b", number, "package" + number);
        }
        STACK.change(definition -> definition
                .replace("> %d, false".formatted(SnapshotStatements.MOST_MANIFESTS), "> 2, false")
                .replace("<= %d\\\\n".formatted(SnapshotStatements.MOST_NAMED_MANIFESTS), "<= 1\\\\n")
                .replace("<= %d\\\"".formatted(SnapshotStatements.MOST_MANIFESTS), "<= 2\\\"")
                .replace("$rounds < 20", "$rounds < 1"));

        STACK.refresh();
        assertThat(STACK.everything("snap_b_quilt_packages_snapshot")).hasSize(4);
        assertThat(STACK.everything("snap_b_quilt_objects_snapshot")).hasSize(8);
        STACK.refresh();
        assertThat(STACK.everything("snap_b_quilt_packages_snapshot")).hasSize(8);
        STACK.refresh();
        STACK.assertIsRefreshed("snap-b");
    }

    @Test
    void aBucketThatFailsIsNamedAndKeepsNoOtherFromBeingRefreshed() {
        STACK.change(definition -> definition.replace("\"prefix\":\"snap_a\"", "\"prefix\":\"nothing\""));
        push("snap-c", 21, "n");

        JsonNode end = STACK.await(STACK.start());

        assertThat(end.path("status").asText()).isEqualTo("FAILED");
        assertThat(end.path("error").asText()).isEqualTo("BucketsNotRefreshed");
        assertThat(end.path("cause").asText())
                .startsWith("snap-a: ")
                .contains("Table 'awsdatacatalog.snapshots.nothing_quilt_packages' does not exist");
        STACK.assertIsRefreshed("snap-c");
        STACK.change(definition -> definition.replace("\"prefix\":\"nothing\"", "\"prefix\":\"snap_a\""));
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
