package com.quiltdata.athena.local.stepfunctions;

import static com.quiltdata.athena.local.protocol.AwsJson.object;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.local.athena.Athena;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * One execution of a state machine.
 *
 * <p>It pauses a hundredth of the time that a definition asks for before it tries again: nobody else is to be waited for
 * here.
 */
final class StateMachineRun {
    private static final int MOST_STATE_BYTES = 262_144;
    private static final int LONGEST_CAUSE = 32_768;
    private static final long MILLIS_FOR_A_SECOND = 10;
    private static final long POLL_MILLIS = 20;
    private static final String TASK_FAILED = "States.TaskFailed";
    private static final String RESOURCE_PREFIX = "arn:aws:states:::athena:";

    private final StateMachineDefinition definition;
    private final Athena athena;
    private final ObjectNode description = object().put("status", "RUNNING");
    private volatile boolean isStopped;

    /** Prepares an execution. */
    StateMachineRun(StateMachineDefinition definition, Athena athena) {
        this.definition = definition;
        this.athena = athena;
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

    /**
     * Variables and the context of states.
     *
     * @param variables by name
     * @param context what {@code $states.context} is
     */
    private record Scope(Map<String, JsonNode> variables, ObjectNode context) {}

    /** Runs to the end; what goes wrong ends up in the description. */
    void run(JsonNode input) {
        try {
            JsonNode output = run(definition, input, new Scope(new HashMap<>(), object()));
            end("SUCCEEDED", "output", output.toString());
        } catch (StateException e) {
            synchronized (description) {
                description.put("error", e.error);
            }
            end(isStopped ? "ABORTED" : "FAILED", "cause", e.getMessage());
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
    ObjectNode describe() {
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
            if (data.toString().getBytes(StandardCharsets.UTF_8).length > MOST_STATE_BYTES) {
                throw new StateException(
                        "States.DataLimitExceeded", "The input of " + name + " has more than " + MOST_STATE_BYTES);
            }
            JsonNode state = part.states().path(name);
            ObjectNode states = object();
            states.set("input", data);
            states.set("context", scope.context());
            switch (state.path("Type").asText()) {
                case "Choice" -> {
                    name = choice(state, scope, states);
                    continue;
                }
                case "Fail" ->
                    throw new StateException(
                            value(state.path("Error"), scope, states).asText(),
                            value(state.path("Cause"), scope, states).asText());
                case "Map" -> data = map(state, scope, states);
                case "Succeed" -> {
                    return data;
                }
                case "Pass" -> data = finish(state, scope, states, data);
                default -> {
                    try {
                        JsonNode result = task(state, scope, states);
                        states.set("result", result);
                        data = finish(state, scope, states, result);
                    } catch (StateException e) {
                        JsonNode caught = catcher(state, e);
                        if (caught == null || isStopped) {
                            throw e;
                        }
                        name = caught.path("Next").asText();
                        data = object().put("Error", e.error).put("Cause", e.getMessage());
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

    private static JsonNode catcher(JsonNode state, StateException error) {
        for (JsonNode caught : state.path("Catch")) {
            if (error.isOneOf(caught.path("ErrorEquals"))) {
                return caught;
            }
        }
        return null;
    }

    private static JsonNode finish(JsonNode state, Scope scope, ObjectNode states, JsonNode result)
            throws StateException {
        JsonNode output = state.has("Output") ? value(state.path("Output"), scope, states) : result;
        // All of them see the variables as they were.
        Map<String, JsonNode> assigned = new HashMap<>();
        for (Map.Entry<String, JsonNode> variable : state.path("Assign").properties()) {
            assigned.put(variable.getKey(), value(variable.getValue(), scope, states));
        }
        scope.variables().putAll(assigned);
        return output;
    }

    private String choice(JsonNode state, Scope scope, ObjectNode states) throws StateException {
        for (JsonNode choice : state.path("Choices")) {
            if (value(choice.path("Condition"), scope, states).asBoolean()) {
                return choice.path("Next").asText();
            }
        }
        return state.path("Default").asText();
    }

    private JsonNode map(JsonNode state, Scope scope, ObjectNode states) throws StateException, InterruptedException {
        StateMachineDefinition processor = StateMachineDefinition.of(state.path("ItemProcessor"));
        ArrayNode outputs = AwsJson.array();
        for (JsonNode item : value(state.path("Items"), scope, states)) {
            ObjectNode context = object();
            context.putObject("Map")
                    .putObject("Item")
                    .put("Index", outputs.size())
                    .set("Value", item);
            outputs.add(run(processor, item, new Scope(new HashMap<>(scope.variables()), context)));
        }
        return outputs;
    }

    private JsonNode task(JsonNode state, Scope scope, ObjectNode states) throws StateException, InterruptedException {
        int[] attempts = new int[state.path("Retry").size()];
        while (true) {
            try {
                return call(
                        state.path("Resource").asText(), (ObjectNode) value(state.path("Arguments"), scope, states));
            } catch (StateException e) {
                int retry = 0;
                while (retry < attempts.length
                        && !e.isOneOf(state.path("Retry").path(retry).path("ErrorEquals"))) {
                    retry++;
                }
                if (isStopped
                        || retry == attempts.length
                        || attempts[retry]
                                == state.path("Retry")
                                        .path(retry)
                                        .path("MaxAttempts")
                                        .asInt(3)) {
                    throw e;
                }
                JsonNode retrier = state.path("Retry").path(retry);
                double seconds = retrier.path("IntervalSeconds").asInt(1)
                        * Math.pow(retrier.path("BackoffRate").asDouble(2), attempts[retry]++);
                Thread.sleep((long) (seconds * MILLIS_FOR_A_SECOND));
            }
        }
    }

    private JsonNode call(String resource, ObjectNode arguments) throws StateException, InterruptedException {
        try {
            return switch (resource.startsWith(RESOURCE_PREFIX) ? resource.substring(RESOURCE_PREFIX.length()) : "") {
                case "getQueryResults" -> athena.call("GetQueryResults", arguments);
                case "startQueryExecution.sync" -> query(arguments);
                default -> throw new StateException("States.Runtime", "The resource " + resource + " is unknown here");
            };
        } catch (AwsServiceException e) {
            throw new StateException("Athena." + e.type(), e.getMessage());
        }
    }

    private JsonNode query(ObjectNode arguments) throws AwsServiceException, StateException, InterruptedException {
        ObjectNode request = arguments.deepCopy();
        request.put("ClientRequestToken", UUID.randomUUID().toString());
        ObjectNode id = athena.call("StartQueryExecution", request);
        while (true) {
            ObjectNode answer = athena.call("GetQueryExecution", id);
            switch (answer.at("/QueryExecution/Status/State").asText()) {
                case "SUCCEEDED" -> {
                    return answer;
                }
                case "FAILED", "CANCELLED" -> throw new StateException(TASK_FAILED, answer.toString());
                default -> {
                    if (isStopped) {
                        athena.call("StopQueryExecution", id);
                    }
                    Thread.sleep(POLL_MILLIS);
                }
            }
        }
    }

    /** Evaluates the expressions in a value. */
    private static JsonNode value(JsonNode template, Scope scope, ObjectNode states) throws StateException {
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

    private static JsonNode expression(String expression, Scope scope, ObjectNode states) throws StateException {
        try {
            Jsonata jsonata = Jsonata.jsonata(expression);
            Jsonata.Frame frame = jsonata.createFrame();
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
