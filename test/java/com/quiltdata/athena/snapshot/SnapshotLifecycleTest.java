package com.quiltdata.athena.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.SnapshotTable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.GetScheduleResponse;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

/** Snapshots of buckets in groups come and go with their configuration, and with the stack. */
class SnapshotLifecycleTest {
    @Test
    void withoutTheirScheduleTheyGoAndTheirBucketAndWorkgroupStay() {
        Object groups = Map.of("imaging", List.of("life-a"), "sequencing", List.of("life-b"));
        SnapshotStack stack = new SnapshotStack("lifeoff", groups);
        List.of("life-a", "life-b").forEach(bucket -> stack.push(bucket, 1, "n", "a"));
        stack.refresh();
        assertThat(stack.rows("""
                SELECT bucket, name, logical_key FROM all_quilt_objects_snapshot
                WHERE timestamp = 'latest' AND size IS NOT NULL ORDER BY 1
                """)).containsExactly(List.of("life-a", "n", "a"), List.of("life-b", "n", "a"));
        String machine = stack.outputs().get("SnapshotStateMachineArn");
        assertThat(schedulesOf(machine))
                .extracting(
                        schedule -> schedule.scheduleExpression(),
                        schedule -> schedule.target().input(),
                        schedule -> schedule.target().retryPolicy().maximumRetryAttempts())
                .containsExactly(tuple("rate(1 hour)", null, 2));

        stack.configureWithoutSnapshots(groups);

        assertThat(tables("lifeoff"))
                .noneMatch(table -> table.endsWith("_snapshot") || table.equals(SnapshotTable.NAME))
                .contains("life_a_quilt_packages_view", "all_quilt_objects_view");
        assertThat(machines()).doesNotContain(machine);
        assertThat(schedulesOf(machine)).isEmpty();
        assertThat(SharedEmbeddedAws.buckets()).contains("lifeoff-quilt-query-snapshot");
        assertThat(SharedEmbeddedAws.objects("lifeoff-quilt-query-snapshot"))
                .anyMatch(key -> key.startsWith(SnapshotTable.FOLDER + "data/"));
        assertThat(workGroups()).contains("lifeoff-snapshot");
    }

    /** The views go first, then the table, and then the bucket is closed, emptied and deleted. */
    @Test
    void underDestroyNothingOfThemStays() {
        Object groups = Map.of("imaging", List.of("end-a"), "sequencing", List.of("end-b"));
        SnapshotStack stack = new SnapshotStack("lifeend", groups, "removalPolicy", "destroy");
        assertThat(SharedEmbeddedAws.objects("lifeend-quilt-query-snapshot"))
                .as("the metadata of the table")
                .isNotEmpty();

        stack.delete();

        assertThat(dropped(stack.log(), "lifeend"))
                .contains(
                        "end_a_quilt_packages_snapshot",
                        "end_a_quilt_objects_snapshot",
                        "end_b_quilt_packages_snapshot",
                        "end_b_quilt_objects_snapshot",
                        "all_quilt_packages_snapshot",
                        "all_quilt_objects_snapshot");
        assertThat(SharedEmbeddedAws.buckets()).noneMatch(bucket -> bucket.startsWith("lifeend-"));
        assertThat(workGroups()).noneMatch(workGroup -> workGroup.startsWith("lifeend"));
        assertThat(machines()).noneMatch(stack.outputs().get("SnapshotStateMachineArn")::equals);
    }

    private static List<String> dropped(List<String> log, String database) {
        String start = "Requested type=DELETE view=" + database + ".";
        return log.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).split(" ")[0])
                .toList();
    }

    private static List<String> tables(String database) {
        return SharedEmbeddedAws.glue().getTables(get -> get.databaseName(database)).tableList().stream()
                .map(Table::name)
                .toList();
    }

    private static List<String> workGroups() {
        return SharedEmbeddedAws.workGroups().stream()
                .map(WorkGroupSummary::name)
                .toList();
    }

    private static Stream<String> machines() {
        return SharedEmbeddedAws.clients().stepFunctions().listStateMachines().stateMachines().stream()
                .map(StateMachineListItem::stateMachineArn);
    }

    private static List<GetScheduleResponse> schedulesOf(String machine) {
        SchedulerClient scheduler = SharedEmbeddedAws.clients().scheduler();
        return scheduler.listSchedules(list -> {}).schedules().stream()
                .map(schedule -> scheduler.getSchedule(get -> get.name(schedule.name())))
                .filter(schedule -> schedule.target().arn().equals(machine))
                .toList();
    }
}
