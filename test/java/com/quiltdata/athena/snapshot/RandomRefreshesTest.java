package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * Whatever happens to registries and refreshes, in whatever order: after a refresh that succeeds the snapshots have the
 * rows of the views, and at any other time a bucket's snapshot is what it was at the end of some refresh's statement, that
 * is for each package either as before or as after, with all of its entries.
 *
 * <p>Every build does the same; {@code -Dsnapshots.histories=100} does more, and {@code -Dsnapshots.seed=…} one alone.
 */
class RandomRefreshesTest {
    private static final int HISTORIES = Integer.getInteger("snapshots.histories", 1);
    private static final int STEPS = Integer.getInteger("snapshots.steps", 6);

    /** Its history has events twice, before and after a refresh is killed, a pointer moved and another one deleted. */
    private static final long FIRST_SEED = 20_265_279;

    private static final List<String> BUCKETS = List.of("histories-a", "histories-b");

    private static final SnapshotStack STACK = new SnapshotStack("histories", BUCKETS, "snapshotEvents", true);

    /** What each bucket's registry holds, by key. */
    private final Map<String, Map<String, String>> objects = new HashMap<>();

    private List<String> configured = BUCKETS;

    /** What a reader must not find: packages that are there twice, and such that have not all of their entries. */
    private static final String BROKEN_PACKAGES = """
            SELECT *
            FROM (
              SELECT "bucket", "user", "name", "timestamp", min("hash") AS "tophash",
                sum(CAST("message" AS bigint)) AS "size", count(*) AS "packages"
              FROM all_quilt_packages_snapshot
              GROUP BY 1, 2, 3, 4
            )
            FULL JOIN (
              SELECT "bucket", "user", "name", "timestamp", "tophash", count(*) AS "entries"
              FROM all_quilt_objects_snapshot
              GROUP BY 1, 2, 3, 4, 5
            ) USING ("bucket", "user", "name", "timestamp", "tophash")
            WHERE coalesce("size", -1) <> coalesce("entries", 0) OR "packages" > 1
            """;

    /** Events of pointers that were not dropped and may still come. */
    private final List<String> events = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("seeds")
    void snapshotsFollowTheViews(long seed) {
        Random random = new Random(seed);
        List<String> history = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            history.add(step(random));
            String past = "seed %d: %s".formatted(seed, history);
            if (history.getLast().matches("(refresh|killed|events).*")) {
                assertIsAsAfterAStatement(history.getLast().startsWith("refresh"), past);
            }
        }
        STACK.refresh();
        assertIsAsAfterAStatement(true, "seed %d at its end".formatted(seed));
    }

    private String step(Random random) {
        String bucket = BUCKETS.get(random.nextInt(BUCKETS.size()));
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> {
                push(bucket, random);
                return "push " + bucket;
            }
            case 3 -> {
                // The manifest may be missing.
                put(bucket, name(random) + "/latest", hash(random));
                return "move latest " + bucket;
            }
            case 4 -> {
                List<String> pointers = registry(bucket).keySet().stream()
                        .filter(key -> key.startsWith("named_packages/"))
                        .toList();
                if (!pointers.isEmpty()) {
                    String pointer = pointers.get(random.nextInt(pointers.size()));
                    registry(bucket).remove(pointer);
                    STACK.delete(bucket, pointer);
                    notify(bucket, pointer);
                }
                return "delete " + bucket;
            }
            case 5 -> {
                configured = configured.size() == 1 ? BUCKETS : List.of(bucket);
                STACK.configure(configured);
                return "configure " + configured;
            }
            case 6, 7 -> {
                String execution = STACK.start();
                pause(random.nextInt(2_000));
                STACK.kill(execution);
                return "killed refresh";
            }
            case 8, 9 -> {
                String first = STACK.start();
                push(bucket, random);
                pause(random.nextInt(300));
                String second = STACK.start();
                STACK.await(first);
                STACK.await(second);
                STACK.refresh();
                return "refresh after two at once";
            }
            case 10 -> {
                STACK.change(definition -> definition
                        .replaceFirst("(?<=file_count.{1,15}> )" + SnapshotStatements.MOST_FILES, "0")
                        .replace("INTERVAL '8' HOUR", "INTERVAL '0' HOUR"));
                STACK.refresh();
                assertThat(STACK.rows("SELECT sum(file_count - 1) FROM \"quilt_snapshot_rows$partitions\""))
                        .containsExactly(List.of("0"));
                return "refresh and compaction";
            }
            case 11, 12 -> {
                // Late, out of order, doubled, and beside a refresh; the pipe has forgotten those that fail.
                Collections.shuffle(events, random);
                List<String> some = events.subList(0, random.nextInt(events.size() + 1));
                String input =
                        Stream.concat(some.stream(), some.stream().limit(2)).collect(Collectors.joining(",", "[", "]"));
                if (random.nextBoolean()) {
                    some.clear();
                }
                String refresh = STACK.start();
                String batch = STACK.startEvents(input);
                push(bucket, random);
                STACK.readMeanwhile(
                        batch,
                        () -> assertThat(STACK.rows(BROKEN_PACKAGES)).as(input).isEmpty());
                assertThat(STACK.await(batch).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
                STACK.await(refresh);
                return "events " + input;
            }
            default -> {
                STACK.refresh();
                return "refresh";
            }
        }
    }

    private void push(String bucket, Random random) {
        String hash = hash(random);
        String name = name(random);
        put(bucket, "packages/" + hash, manifest(hash));
        put(bucket, name + "/" + random.nextInt(3), hash);
        put(bucket, name + "/latest", hash);
    }

    /**
     * No package without its entries, and none twice: what a manifest has does not change, so it tells the whole. After a
     * refresh, the rows are those of the views.
     */
    private void assertIsAsAfterAStatement(boolean isRefreshed, String past) {
        assertThat(STACK.rows(BROKEN_PACKAGES)).as(past).isEmpty();
        if (isRefreshed) {
            for (SnapshotView view : SnapshotView.values()) {
                assertThat(STACK.everything(view.nameOverAll()))
                        .as(past)
                        .containsExactlyInAnyOrderElementsOf(rows(BucketView.valueOf(view.name())));
            }
        }
    }

    /** The rows of all buckets; there is no view over all of them when there is one alone. */
    private List<Map<String, String>> rows(BucketView view) {
        if (configured.size() > 1) {
            return STACK.everything(view.nameOverAll());
        }
        List<Map<String, String>> rows = STACK.everything(view.nameIn(new QuiltBucket(configured.getFirst())));
        rows.forEach(row -> row.put("bucket", configured.getFirst()));
        return rows;
    }

    private void put(String bucket, String key, String content) {
        String path = key.startsWith("packages/") ? key : "named_packages/" + key;
        registry(bucket).put(path, content);
        STACK.put(bucket, path, content);
        notify(bucket, path);
    }

    private void notify(String bucket, String key) {
        if (key.startsWith("named_packages/") && key.hashCode() % 5 != 0) {
            events.add("{\"bucket\": \"%s\", \"key\": \".quilt/%s\"}".formatted(bucket, key));
        }
    }

    private Map<String, String> registry(String bucket) {
        return objects.computeIfAbsent(bucket, name -> new TreeMap<>());
    }

    private static String hash(Random random) {
        return "%064x".formatted(random.nextInt(12));
    }

    private static String name(Random random) {
        return "user/" + List.of("a", "b", "it's").get(random.nextInt(3));
    }

    /** A manifest depends on nothing but its hash, and its message says how many entries it has. */
    private static String manifest(String hash) {
        int size = Integer.parseInt(hash.substring(60), 16) % 4;
        StringBuilder manifest = new StringBuilder("{\"version\": \"v0\", \"message\": \"%d\"}\n".formatted(size));
        for (int entry = 0; entry < size; entry++) {
            manifest.append("{\"logical_key\": \"%d\", \"physical_keys\": [\"s3://b/%s\"], \"size\": %d}\n"
                    .formatted(entry, hash, entry));
        }
        return manifest.toString();
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static LongStream seeds() {
        Long seed = Long.getLong("snapshots.seed");
        return seed == null ? new Random(FIRST_SEED).longs(HISTORIES) : LongStream.of(seed);
    }
}
