package com.quiltdata.athena.local.stepfunctions;

import static com.quiltdata.athena.local.protocol.AwsJson.object;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One execution of a state machine. It counts what AWS bills and limits: transitions, the events of each history, and the
 * seconds that a definition waits, which pass faster here.
 */
public final class StateMachineRun {
    private static final int MOST_STATE_BYTES = 262_144;
    private static final int LONGEST_CAUSE = 32_768;

    /** The most events of a history; a job of a distributed map has one of its own. */
    public static final int MOST_EVENTS = 25_000;

    private static final String DATA_LIMIT = "States.DataLimitExceeded";
    private static final String TASK_FAILED = "States.TaskFailed";
    private static final String RESOURCE_PREFIX = "arn:aws:states:::";

    private final StateMachineDefinition definition;
    private final Calls calls;
    private final Pace pace;
    private final ObjectNode context;
    private final ObjectNode description = object().put("status", "RUNNING");
    private final Map<String, Jsonata> expressions = new HashMap<>();
    private volatile boolean isStopped;
    private int transitions;
    private int mostEvents;
    private double seconds;

    /** Calls services. */
    @FunctionalInterface
    public interface Calls {
        /**
         * Makes a call.
         *
         * @param integration the end of a task's resource, such as {@code athena:startQueryExecution}
         * @throws AwsServiceException with the error's name in the language as its type
         */
        JsonNode call(String integration, ObjectNode arguments);
    }

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pace {
        /** Pauses for as long as a number of seconds in the definition's time takes. */
        void pause(double seconds) throws InterruptedException;
    }

    /** Prepares an execution; it and its machine are named by their ARNs. */
    public StateMachineRun(StateMachineDefinition definition, Calls calls, Pace pace, String machine, String arn) {
        this.definition = definition;
        this.calls = calls;
        this.pace = pace;
        context = object();
        context.putObject("Execution").put("Id", arn);
        context.putObject("StateMachine").put("Id", machine);
    }

    /** How many states were entered, and how many jobs of distributed maps begun. */
    public int transitions() {
        return transitions;
    }

    /** How many events the longest history has. */
    public int mostEvents() {
        return mostEvents;
    }

    /** How many seconds were waited for. */
    public double seconds() {
        return seconds;
    }

    /** What has gone wrong, by its name in the language. */
    private static final class StateException extends Exception {
        private static final long serialVersionUID = 1;

        private final String error;

        private StateException(String error, String cause) {
            super(cause.substring(0, Math.min(cause.length(), LONGEST_CAUSE)));
            this.error = error;
        }

        private boolean isOneOf(JsonNode names) {
            if (error.equals(DATA_LIMIT)) {
                return false;
            }
            for (JsonNode name : names) {
                String text = name.asText();
                if (text.equals(error) || text.equals("States.ALL") || text.equals(TASK_FAILED) && isOfTask()) {
                    return true;
                }
            }
            return false;
        }

        private boolean isOfTask() {
            return !error.startsWith("States.") || error.equals(TASK_FAILED);
        }
    }

    /** What states share: variables by name, and how many events the history has. */
    private record Scope(Map<String, JsonNode> variables, AtomicInteger events) {
        private Scope() {
            this(new HashMap<>(), new AtomicInteger());
        }
    }

    /** Runs to the end; what goes wrong ends up in the description. */
    public void run(JsonNode input) {
        try {
            JsonNode output = run(definition, input, new Scope());
            end("SUCCEEDED", "output", output.toString());
        } catch (StateException e) {
            synchronized (description) {
                description.put("error", e.error);
            }
            String failure = e.error.equals("States.Timeout") ? "TIMED_OUT" : "FAILED";
            end(isStopped ? "ABORTED" : failure, "cause", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end("ABORTED", "cause", "The service is shutting down");
        } catch (RuntimeException e) {
            end("FAILED", "cause", e.toString());
        }
    }

    private void end(String status, String field, String value) {
        synchronized (description) {
            description
                    .put(field, value)
                    .put("stopDate", AwsJson.seconds(Instant.now()))
                    .put("status", status);
        }
    }

    /** Stops before the next state, and stops the query that runs. */
    void stop() {
        isStopped = true;
    }

    /** Returns what is known of the execution, in the fields of {@code DescribeExecution}. */
    public ObjectNode describe() {
        synchronized (description) {
            return description.deepCopy();
        }
    }

    private JsonNode run(StateMachineDefinition part, JsonNode input, Scope scope)
            throws StateException, InterruptedException {
        String name = part.start();
        JsonNode data = input;
        while (true) {
            if (isStopped) {
                throw new StateException("Stopped", "The execution was stopped");
            }
            requireSmall(data, "The input of " + name);
            transitions++;
            count(scope, 2);
            JsonNode state = part.states().path(name);
            ObjectNode states = object();
            states.set("input", data);
            states.set("context", context);
            switch (state.path("Type").asText()) {
                case "Choice" -> {
                    JsonNode choice = choice(state, scope, states);
                    assign(choice, scope, states);
                    name = choice.path("Next").asText();
                    continue;
                }
                case "Fail" ->
                    throw new StateException(
                            value(state.path("Error"), scope, states).asText(),
                            value(state.path("Cause"), scope, states).asText());
                case "Succeed" -> {
                    return data;
                }
                case "Pass" -> data = finish(state, scope, states, data);
                case "Wait" -> {
                    pause(value(state.path("Seconds"), scope, states).asDouble());
                    data = finish(state, scope, states, data);
                }
                default -> {
                    try {
                        JsonNode result = state.has("Items") ? map(state, scope, states) : task(state, scope, states);
                        states.set("result", result);
                        data = finish(state, scope, states, result);
                    } catch (StateException e) {
                        JsonNode caught = catcher(state, e);
                        if (caught == null || isStopped) {
                            throw e;
                        }
                        name = caught.path("Next").asText();
                        data = object().put("Error", e.error).put("Cause", e.getMessage());
                        states.set("errorOutput", data);
                        assign(caught, scope, states);
                        continue;
                    }
                }
            }
            if (state.path("End").asBoolean()) {
                return data;
            }
            name = state.path("Next").asText();
        }
    }

    private void count(Scope scope, int more) throws StateException {
        mostEvents = Math.max(mostEvents, scope.events().addAndGet(more));
        if (scope.events().get() > MOST_EVENTS) {
            throw new StateException(DATA_LIMIT, "The execution reached the maximum number of history events (25000).");
        }
    }

    private void pause(double more) throws StateException, InterruptedException {
        seconds += more;
        pace.pause(more);
        if (seconds > definition.timeoutSeconds()) {
            throw new StateException("States.Timeout", "");
        }
    }

    private static void requireSmall(JsonNode data, String what) throws StateException {
        if (data.toString().getBytes(StandardCharsets.UTF_8).length > MOST_STATE_BYTES) {
            throw new StateException(DATA_LIMIT, what + " has more than " + MOST_STATE_BYTES + " bytes");
        }
    }

    private static JsonNode catcher(JsonNode state, StateException error) {
        for (JsonNode caught : state.path("Catch")) {
            if (error.isOneOf(caught.path("ErrorEquals"))) {
                return caught;
            }
        }
        return null;
    }

    private JsonNode finish(JsonNode state, Scope scope, ObjectNode states, JsonNode result) throws StateException {
        JsonNode output = state.has("Output") ? value(state.path("Output"), scope, states) : result;
        assign(state, scope, states);
        return output;
    }

    private void assign(JsonNode state, Scope scope, ObjectNode states) throws StateException {
        // All of them see the variables as they were.
        Map<String, JsonNode> assigned = new HashMap<>();
        for (Map.Entry<String, JsonNode> variable : state.path("Assign").properties()) {
            JsonNode value = value(variable.getValue(), scope, states);
            requireSmall(value, "The variable " + variable.getKey());
            assigned.put(variable.getKey(), value);
        }
        scope.variables().putAll(assigned);
    }

    private JsonNode choice(JsonNode state, Scope scope, ObjectNode states) throws StateException {
        for (JsonNode choice : state.path("Choices")) {
            if (value(choice.path("Condition"), scope, states).asBoolean()) {
                return choice;
            }
        }
        return object().put("Next", state.path("Default").asText());
    }

    /** One item after the other, whatever the concurrency. A distributed map shares nothing with its jobs. */
    private JsonNode map(JsonNode state, Scope scope, ObjectNode states) throws StateException, InterruptedException {
        StateMachineDefinition processor = StateMachineDefinition.of(state.path("ItemProcessor"));
        boolean isDistributed =
                state.at("/ItemProcessor/ProcessorConfig/Mode").asText().equals("DISTRIBUTED");
        ArrayNode outputs = AwsJson.array();
        for (JsonNode item : value(state.path("Items"), scope, states)) {
            if (isDistributed) {
                transitions++;
            } else {
                count(scope, 2);
            }
            outputs.add(run(
                    processor,
                    item,
                    isDistributed ? new Scope() : new Scope(new HashMap<>(scope.variables()), scope.events())));
        }
        return outputs;
    }

    private JsonNode task(JsonNode state, Scope scope, ObjectNode states) throws StateException, InterruptedException {
        JsonNode retriers = state.path("Retry");
        int[] attempts = new int[retriers.size()];
        while (true) {
            count(scope, 3);
            try {
                return call(
                        state.path("Resource").asText(), (ObjectNode) value(state.path("Arguments"), scope, states));
            } catch (StateException e) {
                int retry = 0;
                while (retry < attempts.length
                        && !e.isOneOf(retriers.path(retry).path("ErrorEquals"))) {
                    retry++;
                }
                JsonNode retrier = retriers.path(retry);
                if (isStopped
                        || retry == attempts.length
                        || attempts[retry] == retrier.path("MaxAttempts").asInt(3)) {
                    throw e;
                }
                transitions++;
                pause(Math.min(
                        retrier.path("MaxDelaySeconds").asInt(Integer.MAX_VALUE),
                        retrier.path("IntervalSeconds").asInt(1)
                                * Math.pow(retrier.path("BackoffRate").asDouble(2), attempts[retry]++)));
            }
        }
    }

    private JsonNode call(String resource, ObjectNode arguments) throws StateException {
        if (!resource.startsWith(RESOURCE_PREFIX)) {
            throw new StateException("States.Runtime", "The resource " + resource + " is unknown here");
        }
        try {
            JsonNode result = calls.call(resource.substring(RESOURCE_PREFIX.length()), arguments);
            requireSmall(result, "The result of " + resource);
            return result;
        } catch (AwsServiceException e) {
            throw new StateException(e.type(), e.getMessage());
        }
    }

    /** Evaluates the expressions in a value. */
    private JsonNode value(JsonNode template, Scope scope, ObjectNode states) throws StateException {
        if (template.isObject()) {
            ObjectNode evaluated = object();
            for (Map.Entry<String, JsonNode> field : template.properties()) {
                evaluated.set(field.getKey(), value(field.getValue(), scope, states));
            }
            return evaluated;
        }
        if (template.isArray()) {
            ArrayNode evaluated = AwsJson.array();
            for (JsonNode item : template) {
                evaluated.add(value(item, scope, states));
            }
            return evaluated;
        }
        String text = template.asText();
        if (!template.isTextual() || !text.startsWith("{%") || !text.endsWith("%}")) {
            return template;
        }
        return expression(text.substring(2, text.length() - 2).strip(), scope, states);
    }

    private JsonNode expression(String expression, Scope scope, ObjectNode states) throws StateException {
        try {
            Jsonata jsonata = expressions.computeIfAbsent(expression, Jsonata::jsonata);
            Jsonata.Frame frame = jsonata.createFrame();
            jsonata.registerFunction("parse", (Jsonata.Fn1<String, Object>) text -> plain(AwsJson.parse(text)));
            frame.bind("states", plain(states));
            scope.variables().forEach((name, value) -> frame.bind(name, plain(value)));
            Object result = jsonata.evaluate(null, frame);
            if (result == null) {
                throw new StateException("States.QueryEvaluationError", "This gave nothing: " + expression);
            }
            return result instanceof String text ? TextNode.valueOf(text) : AwsJson.MAPPER.valueToTree(result);
        } catch (JException e) {
            throw new StateException("States.QueryEvaluationError", e.getMessage() + " in: " + expression);
        }
    }

    private static Object plain(JsonNode value) {
        return AwsJson.MAPPER.convertValue(value, Object.class);
    }
}
