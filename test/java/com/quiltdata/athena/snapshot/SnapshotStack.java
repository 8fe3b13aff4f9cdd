package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

/** A stack with snapshots in the shared account on loopback, and the registries of its buckets. */
final class SnapshotStack {
    private final String name;
    private final Object[] more;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final LocalStack stack = SharedEmbeddedAws.stack(log::add);
    private final Set<String> created = new TreeSet<>();
    private DeployedStack deployed;

    /**
     * Deploys the stack.
     *
     * @param name tells it from others; lower-case letters
     * @param quiltBuckets as in the configuration; they are made
     * @param more keys and values in turn, added to the configuration
     */
    SnapshotStack(String name, Object quiltBuckets, Object... more) {
        this.name = name;
        this.more = more;
        configure(quiltBuckets, "snapshotSchedule", "rate(1 hour)");
    }

    /** Deploys the stack with other buckets; new ones are made, and none is deleted. */
    void configure(Object quiltBuckets) {
        configure(quiltBuckets, "snapshotSchedule", "rate(1 hour)");
    }

    /** Deploys the stack without snapshots. */
    void configureWithoutSnapshots(Object quiltBuckets) {
        configure(quiltBuckets, new String[0]);
    }

    private void configure(Object quiltBuckets, String... snapshots) {
        Collection<?> groups = quiltBuckets instanceof Map<?, ?> map ? map.values() : List.of(quiltBuckets);
        for (Object group : groups) {
            for (Object bucket : (List<?>) group) {
                if (created.add((String) bucket)) {
                    SharedEmbeddedAws.s3().createBucket(create -> create.bucket((String) bucket));
                }
            }
        }
        Object[] all = Stream.of(snapshots, more).flatMap(Stream::of).toArray();
        deployed = new DeployedStack(stack.deploy(DeployedStack.assembly(name, quiltBuckets, all)));
    }

    /** Deletes the stack. */
    void delete() {
        stack.delete();
    }

    /** Returns what the stack's functions have logged. */
    List<String> log() {
        return log;
    }

    /** Returns the stack's outputs, by name. */
    Map<String, String> outputs() {
        return deployed.outputs();
    }

    /** Tells whether a bucket is one of those that were made for the stack. */
    boolean hasRegistry(String bucket) {
        return created.contains(bucket);
    }

    /** Puts an object into a registry. */
    void put(String bucket, String key, String content) {
        SharedEmbeddedAws.s3()
                .putObject(put -> put.bucket(bucket).key(".quilt/" + key), RequestBody.fromString(content));
    }

    /** Pushes a package of two entries, the second that of a folder: as a revision, and as the latest one. */
    void push(String bucket, int number, String name, String key) {
        String hash = "%064x".formatted(number);
        put(bucket, "packages/" + hash, """
                {"version": "v0", "message": "%d", "user_meta": {"a": 1}}
                {"logical_key": "%s", "physical_keys": ["s3://b/k"], "size": 7, "hash": {"type": "SHA256", "value": "x"}}
                {"logical_key": "%s/", "meta": {"user_meta": {"b": [1, null]}}}
                """.formatted(number, key, key));
        put(bucket, "named_packages/u/" + name + "/" + number, hash);
        put(bucket, "named_packages/u/" + name + "/latest", hash);
    }

    /** Deletes an object of a registry. */
    void delete(String bucket, String key) {
        SharedEmbeddedAws.s3().deleteObject(delete -> delete.bucket(bucket).key(".quilt/" + key));
    }

    /** Starts a refresh, and returns the execution's ARN. */
    String start() {
        return start("{}");
    }

    /** Starts what an input asks for, and returns the execution's ARN. */
    String start(String input) {
        return start(deployed.outputs().get("SnapshotStateMachineArn"), input);
    }

    /** Waits for an execution's end, and returns its description. */
    DescribeExecutionResponse await(String execution) {
        return SharedEmbeddedAws.clients().await(execution);
    }

    private static boolean isRunning(String execution) {
        return client().describeExecution(describe -> describe.executionArn(execution))
                        .status()
                == ExecutionStatus.RUNNING;
    }

    /** Reads at once, and again after each change of the snapshots, until an execution has come to its end. */
    void readMeanwhile(String execution, Runnable read) {
        readWhile(() -> isRunning(execution), read);
    }

    /** Reads at once, and again after each change of the snapshots, until a condition holds no more; its end included. */
    void readWhile(BooleanSupplier condition, Runnable read) {
        String seen = "";
        boolean goesOn;
        do {
            goesOn = condition.getAsBoolean();
            String now = metadataLocation();
            if (!now.equals(seen)) {
                seen = now;
                read.run();
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        } while (goesOn);
    }

    /** Returns where the snapshots' table has its metadata now. */
    String metadataLocation() {
        return SharedEmbeddedAws.glue()
                .getTable(get -> get.databaseName(name).name(SnapshotTable.NAME))
                .table()
                .parameters()
                .get("metadata_location");
    }

    /** Stops an execution where it stands, and waits for its end. */
    void kill(String execution) {
        client().stopExecution(stop -> stop.executionArn(execution));
        await(execution);
    }

    /** Does what an input asks for, to its end. */
    void run(String input) {
        assertSucceeds(start(input));
    }

    private void assertSucceeds(String execution) {
        DescribeExecutionResponse end = await(execution);
        assertThat(end.status()).as(end.toString()).isEqualTo(ExecutionStatus.SUCCEEDED);
    }

    /** Hands over events, and returns the execution's ARN. */
    String startEvents(String events) {
        String machine = client().listStateMachines().stateMachines().stream()
                .map(StateMachineListItem::stateMachineArn)
                .filter(arn ->
                        arn.contains("EventsStateMachine") && definition(arn).contains(name + "-snapshot\""))
                .findFirst()
                .orElseThrow();
        return start(machine, events);
    }

    private static String start(String machine, String input) {
        return client().startExecution(start -> start.stateMachineArn(machine).input(input))
                .executionArn();
    }

    private static String definition(String machine) {
        return client().describeStateMachine(describe -> describe.stateMachineArn(machine))
                .definition();
    }

    /** Changes the state machine's definition until the next deployment. */
    void change(UnaryOperator<String> definition) {
        String machine = deployed.outputs().get("SnapshotStateMachineArn");
        client().updateStateMachine(
                        update -> update.stateMachineArn(machine).definition(definition.apply(definition(machine))));
    }

    /** Has the state machine refresh one bucket alone, which a refresh has added, and nothing of the table itself. */
    void refreshOnly(String bucket) {
        change(definition -> definition
                .replace("\"jobs\":[{\"step\":\"RemoveOtherBuckets\"}]", "\"jobs\":[]")
                .replace(", { 'step': 'FindCompaction' }]", "]")
                .replaceAll(
                        "(\"buckets\":)\\[.*?]",
                        "$1[{\"bucket\":\"%s\",\"prefix\":\"%s\"}]"
                                .formatted(bucket, new QuiltBucket(bucket).tablePrefix())));
    }

    /** Runs one of the statements of a refresh, and returns its rows. */
    List<List<String>> statement(String bucket, String statement) {
        return ResultTable.query(
                        SharedEmbeddedAws.clients(),
                        name + "-snapshot",
                        name,
                        statement
                                .replace("<from>", "")
                                .replace("<to>", "t")
                                .replace("<read_at>", "current_timestamp")
                                .replace(SnapshotStatements.NAMED, SnapshotStatements.NONE_NAMED)
                                .replace(SnapshotStatements.BUCKET, bucket)
                                .replace(SnapshotStatements.PREFIX, new QuiltBucket(bucket).tablePrefix()))
                .rows();
    }

    /** Refreshes all snapshots. */
    void refresh() {
        run("{}");
    }

    private static SfnClient client() {
        return SharedEmbeddedAws.clients().stepFunctions();
    }

    /** Checks that the snapshots of a bucket have the rows of its views. */
    void assertIsRefreshed(String bucket) {
        QuiltBucket quilt = new QuiltBucket(bucket);
        assertThat(everything(SnapshotView.PACKAGES.nameIn(quilt)))
                .as("packages of " + bucket)
                .containsExactlyInAnyOrderElementsOf(everything(BucketView.PACKAGES.nameIn(quilt)));
        assertThat(everything(SnapshotView.OBJECTS.nameIn(quilt)))
                .as("entries of " + bucket)
                .containsExactlyInAnyOrderElementsOf(everything(BucketView.OBJECTS.nameIn(quilt)));
    }

    /** Returns the rows of a view with all of its columns, column → value. */
    List<Map<String, String>> everything(String view) {
        return deployed.records("SELECT * FROM " + view);
    }

    /** Runs a query. */
    List<List<String>> rows(String sql) {
        return deployed.rows(sql);
    }
}
