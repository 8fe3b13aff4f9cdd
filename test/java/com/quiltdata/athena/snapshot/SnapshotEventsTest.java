package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.benchmark.RegistryReads;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.engine.EngineVersion;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.EventBridgeConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/** What events of Quilt buckets do to snapshots, from the object that is written to the row. */
@Order(1)
class SnapshotEventsTest {
    private static final String HASH = "%064x";
    private static final String ODD_NAME = "odd 'name' $1 {% x %} <named> &amp;";
    private static final SnapshotStack STACK =
            new SnapshotStack("followed", List.of("follow-a", "follow-b"), "snapshotEvents", true);

    static {
        STACK.refresh();
        STACK.refreshOnly("follow-b");
        SharedEmbeddedAws.s3()
                .putBucketNotificationConfiguration(put -> put.bucket("follow-a")
                        .notificationConfiguration(configuration -> configuration.eventBridgeConfiguration(
                                EventBridgeConfiguration.builder().build())));
    }

    @Test
    void whatIsPushedMovedAndDeletedIsInTheSnapshotsSoonAfter() {
        push("follow-a", 1, ODD_NAME);
        push("follow-a", 2, "n");
        // In no view, and so in no snapshot.
        push("follow-a", 3, "_draft");
        STACK.put("follow-a", "named_packages/u/n/_3", HASH.formatted(3));
        if (EngineVersion.current().skipsFilesByAnyCondition()) {
            STACK.put("follow-a", "named_packages/u/n/3.gz", HASH.formatted(3));
        }
        awaitRefreshed("follow-a");

        STACK.put("follow-a", "named_packages/u/n/latest", HASH.formatted(1));
        STACK.delete("follow-a", "named_packages/u/n/2");
        SharedEmbeddedAws.s3()
                .deleteObjects(delete -> delete.bucket("follow-a")
                        .delete(those -> those.objects(Stream.of("1", "latest")
                                .map(name -> ObjectIdentifier.builder()
                                        .key(".quilt/named_packages/u/" + ODD_NAME + "/" + name)
                                        .build())
                                .toList())));
        STACK.put("follow-a", "named_packages/u/n/v1.0", HASH.formatted(1));
        STACK.put("follow-a", "named_packages/u/n/README", "no hash");
        awaitRefreshed("follow-a");
        assertThat(STACK.rows("SELECT timestamp, hash FROM follow_a_quilt_packages_snapshot WHERE name NOT LIKE 'p%'"))
                .containsExactlyInAnyOrder(List.of("latest", HASH.formatted(1)), List.of("v1.0", HASH.formatted(1)));
    }

    @Test
    void aBucketThatSendsNothingIsLeftToTheSchedule() throws Exception {
        push("follow-b", 1, "silent");
        TimeUnit.SECONDS.sleep(4);
        assertThat(STACK.rows("SELECT * FROM follow_b_quilt_packages_snapshot WHERE name = 'silent'"))
                .isEmpty();
        STACK.refresh();
        STACK.assertIsRefreshed("follow-b");
    }

    /** Whatever else the registry has. */
    @Test
    void eventsReadThePointersThatTheyNameAndNewManifestsAlone() {
        RegistryReads few = readsOfAPush(100, 104);
        RegistryReads many = readsOfAPush(300, 340);

        assertThat(many.manifests()).containsOnly("follow-b/" + HASH.formatted(340));
        assertThat(few.manifests()).hasSameSizeAs(many.manifests());
        assertThat(few.pointers()).hasSize(2);
        assertThat(many.pointers()).hasSize(2);
        STACK.assertIsRefreshed("follow-b");
    }

    private static RegistryReads readsOfAPush(int first, int last) {
        for (int number = first; number < last; number++) {
            push("follow-b", number, "many" + number);
        }
        STACK.refresh();
        push("follow-b", last, "many" + first);
        return RegistryReads.during(
                        SharedEmbeddedAws.get(),
                        STACK::hasRegistry,
                        () -> STACK.await(STACK.startEvents("""
                        [{"bucket": "follow-b", "key": ".quilt/named_packages/u/many%1$d/%2$d"},
                         {"bucket": "follow-b", "key": ".quilt/named_packages/u/many%1$d/latest"},
                         {"bucket": "follow-b", "key": ".quilt/named_packages/u/many%1$d/latest"},
                         {"bucket": "follow-b", "key": ".quilt/packages/whatever"},
                         {"bucket": "not-configured", "key": ".quilt/named_packages/u/n/1"}]
                        """.formatted(first, last))))
                .reads();
    }

    @Test
    void aBurstIsHandedOverInBatches() {
        STACK.put("follow-a", "packages/" + HASH.formatted(7), "{\"version\": \"v0\"}");
        for (int number = 0; number < 120; number++) {
            STACK.put("follow-a", "named_packages/burst/p" + number + "/1", HASH.formatted(7));
        }
        awaitRefreshed("follow-a");
    }

    /** Readers have every package's old rows until the new ones are there. */
    @Test
    void aDamagedSnapshotIsRebuilt() {
        push("follow-b", 200, "damaged");
        STACK.refresh();
        STACK.statement("follow-b", """
                INSERT INTO quilt_snapshot_rows ("bucket", "kind", "user", "name", "timestamp", "tophash")
                VALUES ('follow-b', 'package', 'u', 'invented', '1', 'x'), ('follow-b', 'package', NULL, NULL, NULL, 'y'),
                  ('follow-b', 'entry', 'u', 'damaged', 'latest', 'z'), ('follow-b', 'pointer', 'u', 'damaged', '200', 'z')
                """);

        STACK.run("{\"rebuild\": [\"follow-b\"]}");

        STACK.assertIsRefreshed("follow-b");
        STACK.run("{\"rebuild\": [\"follow-b\"], \"discard\": true}");
        STACK.assertIsRefreshed("follow-b");
    }

    /** Nothing may change in the bucket meanwhile. */
    private static void awaitRefreshed(String bucket) {
        QuiltBucket quilt = new QuiltBucket(bucket);
        Set<Map<String, String>> expected = Set.copyOf(STACK.everything(BucketView.PACKAGES.nameIn(quilt)));
        Instant end = Instant.now().plusSeconds(300);
        AtomicBoolean isRefreshed = new AtomicBoolean();
        STACK.readWhile(
                () -> !isRefreshed.get() && Instant.now().isBefore(end),
                () -> isRefreshed.set(
                        expected.equals(Set.copyOf(STACK.everything(SnapshotView.PACKAGES.nameIn(quilt))))));
        STACK.assertIsRefreshed(bucket);
    }

    private static void push(String bucket, int number, String name) {
        STACK.push(bucket, number, name, "a");
    }
}
