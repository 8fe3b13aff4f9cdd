package com.quiltdata.athena.local.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What schedules start, and when; the time is the test's. */
class SchedulesTest {
    private static final String MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:refresh";

    private final List<String> started = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-25T02:24:05Z");

    private final Schedules schedules = new Schedules(this::call, () -> now, this::after);

    /** A task and the time that it is for. */
    private record Waiting(Instant due, FutureTask<?> task) {}

    @Test
    void aRateStartsItsMachineOneIntervalAfterItWasMadeAndThenAgainAndAgain() {
        call("CreateSchedule", "hourly", schedule("rate(1 hour)"));

        pass(Duration.ofMinutes(59));
        assertThat(started).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(started).containsExactly("{\"stateMachineArn\":\"" + MACHINE + "\"}");
        pass(Duration.ofHours(2));
        assertThat(started).hasSize(3);
    }

    @Test
    void theInputIsTheSchedules() {
        ObjectNode weekly = schedule("cron(0 5 ? * SUN *)");
        weekly.withObjectProperty("Target").put("Input", "{\"compact\":true}");
        call("CreateSchedule", "weekly", weekly);

        pass(Duration.ofDays(7));

        assertThat(started)
                .containsExactly(
                        "{\"stateMachineArn\":\"%s\",\"input\":\"{\\\"compact\\\":true}\"}".formatted(MACHINE));
    }

    @Test
    void aScheduleThatIsChangedStartsByItsNewExpressionAlone() {
        call("CreateSchedule", "hourly", schedule("rate(1 hour)"));
        call("UpdateSchedule", "hourly", schedule("rate(1 day)"));

        pass(Duration.ofHours(23));
        assertThat(started).isEmpty();
        pass(Duration.ofHours(1));
        assertThat(started).hasSize(1);
    }

    @Test
    void aScheduleThatIsDeletedStartsNothing() {
        call("CreateSchedule", "hourly", schedule("rate(1 hour)"));
        call("DeleteSchedule", "hourly", AwsJson.object());

        pass(Duration.ofHours(2));

        assertThat(started).isEmpty();
        assertThatThrownBy(() -> call("GetSchedule", "hourly", AwsJson.object()))
                .hasMessage("Schedule hourly does not exist.");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            {"ScheduleExpression": "rate(1 week)"}                 | Invalid Schedule Expression rate(1 week).
            {"ScheduleExpression": "cron(0 0 1 1 ? 2020)"}         | The schedule other is never due.
            {"State": "DISABLED"}                                  | The schedule: State is unknown here.
            {"Target": {"Arn": "arn:aws:sqs:us-east-1:1:queue"}}   | Only a state machine as a target, and a FlexibleTimeWindow that is OFF, are known here.
            {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}           | Only a state machine as a target, and a FlexibleTimeWindow that is OFF, are known here.
            """)
    void whatIsNotKnownIsRefused(String change, String message) throws Exception {
        ObjectNode schedule = schedule("rate(1 hour)");
        schedule.setAll((ObjectNode) AwsJson.MAPPER.readTree(change));

        assertThatThrownBy(() -> call("CreateSchedule", "other", schedule)).hasMessage(message);
        assertThat(schedules.call("ListSchedules", AwsJson.object()).path("Schedules"))
                .isEmpty();
    }

    private void call(String operation, String name, ObjectNode schedule) {
        schedules.call(operation, schedule.put("Name", name));
    }

    private static ObjectNode schedule(String expression) {
        ObjectNode schedule = AwsJson.object().put("ScheduleExpression", expression);
        schedule.putObject("FlexibleTimeWindow").put("Mode", "OFF");
        schedule.putObject("Target").put("Arn", MACHINE).put("RoleArn", "arn:aws:iam::123456789012:role/starter");
        return schedule;
    }

    private ObjectNode call(String operation, ObjectNode request) {
        assertThat(operation).isEqualTo("StartExecution");
        started.add(request.toString());
        return AwsJson.object();
    }

    private FutureTask<?> after(Duration delay, Runnable task) {
        Waiting next = new Waiting(now.plus(delay), new FutureTask<>(task, null));
        waiting.add(next);
        return next.task();
    }

    /** Lets time pass, in steps of a minute. */
    private void pass(Duration time) {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            now = now.plus(Duration.ofMinutes(1));
            List<Waiting> due =
                    waiting.stream().filter(task -> !task.due().isAfter(now)).toList();
            waiting.removeAll(due);
            due.forEach(task -> task.task().run());
        }
    }
}
