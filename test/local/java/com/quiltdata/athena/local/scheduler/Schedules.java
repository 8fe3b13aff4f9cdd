package com.quiltdata.athena.local.scheduler;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An EventBridge Scheduler, of schedules that start state machines again and again, in UTC and at the very time. The first
 * time of a {@code rate(…)} is one interval after the schedule was made.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html">Operations</a>
 */
public final class Schedules implements AwsService {
    private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);
    private static final String GROUP = "default";
    private static final String ARN =
            "arn:aws:scheduler:%s:%s:schedule/%s/".formatted(LocalAccount.REGION, LocalAccount.ACCOUNT_ID, GROUP);

    private static final Set<String> KNOWN =
            Set.of("ClientToken", "FlexibleTimeWindow", "ScheduleExpression", "Target");

    private static final Set<String> KNOWN_OF_TARGETS = Set.of("Arn", "Input", "RetryPolicy", "RoleArn");

    private final AwsService stepFunctions;
    private final InstantSource clock;
    private final Timer timer;
    private final Map<String, Schedule> schedules = new TreeMap<>();

    /** Runs something later. */
    @FunctionalInterface
    public interface Timer {
        /** Runs a task after a delay, unless the answer is cancelled. */
        Future<?> after(Duration delay, Runnable task);
    }

    /** A schedule, and the next time that it is due. */
    private record Schedule(ObjectNode input, ScheduleExpression expression, Instant created, Future<?> next) {}

    /** Makes a Scheduler without schedules. */
    public Schedules(AwsService stepFunctions, InstantSource clock, Timer timer) {
        this.stepFunctions = stepFunctions;
        this.clock = clock;
        this.timer = timer;
    }

    @Override
    public synchronized ObjectNode call(String operation, ObjectNode request) {
        ObjectNode input = request.deepCopy();
        String name = input.path("Name").asText();
        input.remove("Name");
        return switch (operation) {
            case "CreateSchedule" -> create(name, input);
            case "DeleteSchedule" -> delete(name);
            case "GetSchedule" -> get(name);
            case "ListSchedules" -> list();
            case "UpdateSchedule" -> update(name, input);
            default ->
                throw new AwsServiceException(
                        "UnknownOperationException", "The embedded Scheduler does not know " + operation);
        };
    }

    private ObjectNode create(String name, ObjectNode input) {
        if (schedules.containsKey(name)) {
            throw new AwsServiceException("ConflictException", "Schedule %s already exists.".formatted(name));
        }
        return put(name, input, clock.instant());
    }

    private ObjectNode update(String name, ObjectNode input) {
        Schedule replaced = schedule(name);
        ObjectNode output = put(name, input, replaced.created());
        replaced.next().cancel(false);
        return output;
    }

    private ObjectNode put(String name, ObjectNode input, Instant created) {
        requireKnown(input, KNOWN, "The schedule");
        JsonNode target = input.path("Target");
        requireKnown(target, KNOWN_OF_TARGETS, "Target");
        if (!text(target, "Arn").contains(":stateMachine:")
                || !input.at("/FlexibleTimeWindow/Mode").asText().equals("OFF")) {
            throw invalid("Only a state machine as a target, and a FlexibleTimeWindow that is OFF, are known here.");
        }
        ScheduleExpression expression;
        try {
            expression = ScheduleExpression.parse(text(input, "ScheduleExpression"));
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
        schedules.put(name, new Schedule(input, expression, created, next(name, expression)));
        return object().put("ScheduleArn", ARN + name);
    }

    private static void requireKnown(JsonNode input, Set<String> known, String what) {
        for (Map.Entry<String, JsonNode> field : input.properties()) {
            if (!known.contains(field.getKey())) {
                throw invalid("%s: %s is unknown here.".formatted(what, field.getKey()));
            }
        }
    }

    private static AwsServiceException invalid(String message) {
        return new AwsServiceException("ValidationException", message);
    }

    private Future<?> next(String name, ScheduleExpression expression) {
        Instant now = clock.instant();
        Instant due = expression.next(now).orElseThrow(() -> invalid("The schedule " + name + " is never due."));
        return timer.after(Duration.between(now, due), () -> start(name));
    }

    private synchronized void start(String name) {
        Schedule schedule = schedules.get(name);
        if (schedule == null) {
            return;
        }
        JsonNode target = schedule.input().path("Target");
        ObjectNode request = object().put("stateMachineArn", text(target, "Arn"));
        if (target.has("Input")) {
            request.set("input", target.path("Input"));
        }
        try {
            stepFunctions.call("StartExecution", request);
            schedules.put(
                    name,
                    new Schedule(
                            schedule.input(),
                            schedule.expression(),
                            schedule.created(),
                            next(name, schedule.expression())));
        } catch (AwsServiceException e) {
            LOG.warn("The schedule {} ends: {}", name, e.getMessage());
        }
    }

    private ObjectNode get(String name) {
        Schedule schedule = schedule(name);
        ObjectNode description = summary(name, schedule).put("ScheduleExpressionTimezone", "UTC");
        description.setAll(schedule.input().deepCopy());
        return description.without("ClientToken");
    }

    private ObjectNode list() {
        ObjectNode answer = object();
        ArrayNode list = answer.putArray("Schedules");
        schedules.forEach((name, schedule) -> {
            JsonNode target = schedule.input().path("Target");
            list.add(summary(name, schedule).set("Target", object().put("Arn", text(target, "Arn"))));
        });
        return answer;
    }

    private static ObjectNode summary(String name, Schedule schedule) {
        return object().put("Arn", ARN + name)
                .put("CreationDate", AwsJson.seconds(schedule.created()))
                .put("GroupName", GROUP)
                .put("Name", name)
                .put("State", "ENABLED");
    }

    /** What it has started goes on. */
    private ObjectNode delete(String name) {
        schedule(name).next().cancel(false);
        schedules.remove(name);
        return object();
    }

    private Schedule schedule(String name) {
        Schedule schedule = schedules.get(name);
        if (schedule == null) {
            throw new AwsServiceException("ResourceNotFoundException", "Schedule %s does not exist.".formatted(name));
        }
        return schedule;
    }
}
