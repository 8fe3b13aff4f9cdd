package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a refresh does to snapshots. */
class SnapshotsTest {
    private static final String HASH = "%064x";
    private static final SnapshotStack STACK = new SnapshotStack("snapshots", "snap-a");

    private static String manifest(String message, String... keys) {
        StringBuilder manifest = new StringBuilder(
                "{\"version\": \"v0\", \"message\": \"" + message + "\", \"user_meta\": {\"a\": 1}}\n");
        for (String key : keys) {
            manifest.append("{\"logical_key\": \"" + key
                    + "\", \"physical_keys\": [\"s3://b/k\"], \"size\": 7,"
                    + " \"hash\": {\"type\": \"SHA256\", \"value\": \"x\"}, \"meta\": {}}\n");
        }
        return manifest.toString();
    }

    @Test
    void aRefreshFollowsPointers() {
        STACK.refresh();
        assertThat(STACK.everything("snap_a_quilt_packages_snapshot")).isEmpty();

        STACK.put("snap-a", "packages/" + HASH.formatted(1), manifest("one", "a", "b"));
        STACK.put("snap-a", "named_packages/u/n/1", HASH.formatted(1));
        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");
        assertThat(STACK.everything("snap_a_quilt_objects_snapshot")).hasSize(4);

        STACK.put("snap-a", "packages/" + HASH.formatted(2), manifest("two", "c"));
        STACK.put("snap-a", "named_packages/u/n/2", HASH.formatted(2));
        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(2));
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");
        assertThat(STACK.everything("snap_a_quilt_objects_snapshot")).hasSize(4);

        STACK.put("snap-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.delete("snap-a", "named_packages/u/n/2");
        STACK.refresh();
        STACK.assertIsRefreshed("snap-a");
        assertThat(STACK.everything("snap_a_quilt_packages_snapshot")).hasSize(2);
    }
}
