package com.quiltdata.athena.local.stepfunctions;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.athena.Athena;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A Step Functions: standard state machines whose tasks are of Athena, S3 and itself. What their definitions may use is what
 * {@link StateMachineDefinition} and {@link StateMachineRun} know; anything else is refused.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html">Operations</a>
 */
public final class StateMachines implements AwsService, AutoCloseable {
    private static final String ARN = "arn:aws:states:%s:%s:".formatted(LocalAccount.REGION, LocalAccount.ACCOUNT_ID);

    private static final int MOST_EXECUTIONS = 100;

    /** A second of a definition takes ten milliseconds: nobody else is to be waited for here. */
    private static final long MILLIS_FOR_A_SECOND = 10;

    private final Athena athena;
    private final Supplier<S3Client> s3;
    private final Map<String, StateMachineDefinition> machines = new ConcurrentSkipListMap<>();
    private final Map<String, Execution> executions = new ConcurrentSkipListMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** An execution, and when and with what it was started. */
    private record Execution(String machine, String input, StateMachineRun run, Instant started) {}

    /** Makes a Step Functions without machines. */
    public StateMachines(Athena athena, Supplier<S3Client> s3) {
        this.athena = athena;
        this.s3 = s3;
    }

    @Override
    public ObjectNode call(String operation, ObjectNode request) {
        return switch (operation) {
            case "CreateStateMachine" -> create(request);
            case "DeleteStateMachine" -> {
                machines.remove(text(request, "stateMachineArn"));
                yield object();
            }
            case "DescribeStateMachine" -> {
                String arn = requiredText(request, "stateMachineArn", "InvalidArn");
                yield object().put("stateMachineArn", arn)
                        .put("definition", machine(arn).text());
            }
            case "DescribeExecution" -> describe(requiredText(request, "executionArn", "InvalidArn"));
            case "ListExecutions" -> listExecutions(request);
            case "ListStateMachines" -> list();
            case "StartExecution" -> start(request);
            case "StopExecution" -> {
                execution(requiredText(request, "executionArn", "InvalidArn"))
                        .run()
                        .stop();
                yield object().put("stopDate", AwsJson.seconds(Instant.now()));
            }
            case "UpdateStateMachine" -> {
                String arn = requiredText(request, "stateMachineArn", "InvalidArn");
                machine(arn);
                machines.put(arn, definition(request));
                yield object().put("updateDate", AwsJson.seconds(Instant.now()));
            }
            default ->
                throw new AwsServiceException(
                        "UnknownOperationException",
                        "The embedded Step Functions does not know the operation " + operation);
        };
    }

    private ObjectNode create(ObjectNode request) {
        String arn = ARN + "stateMachine:" + requiredText(request, "name", "InvalidName");
        if (machines.containsKey(arn)) {
            throw new AwsServiceException("StateMachineAlreadyExists", "State Machine Already Exists: '" + arn + "'");
        }
        machines.put(arn, definition(request));
        return object().put("stateMachineArn", arn).put("creationDate", AwsJson.seconds(Instant.now()));
    }

    private static StateMachineDefinition definition(ObjectNode request) {
        try {
            return StateMachineDefinition.parse(requiredText(request, "definition", "InvalidDefinition"));
        } catch (IllegalArgumentException e) {
            throw new AwsServiceException("InvalidDefinition", e.getMessage());
        }
    }

    private ObjectNode list() {
        ObjectNode answer = object();
        ArrayNode list = answer.putArray("stateMachines");
        machines.keySet()
                .forEach(arn -> list.addObject()
                        .put("stateMachineArn", arn)
                        .put("name", arn.substring(arn.lastIndexOf(':') + 1))
                        .put("type", "STANDARD"));
        return answer;
    }

    private ObjectNode start(ObjectNode request) {
        String machine = requiredText(request, "stateMachineArn", "InvalidArn");
        StateMachineDefinition definition = machine(machine);
        String text = request.path("input").asText("{}");
        JsonNode input;
        try {
            input = AwsJson.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AwsServiceException("InvalidExecutionInput", e.getOriginalMessage());
        }
        String arn = machine.replace(":stateMachine:", ":execution:") + ":"
                + request.path("name").asText(UUID.randomUUID().toString());
        Execution execution = new Execution(
                machine,
                text,
                new StateMachineRun(
                        definition,
                        this::callOfTask,
                        seconds -> Thread.sleep((long) (seconds * MILLIS_FOR_A_SECOND)),
                        machine,
                        arn),
                Instant.now());
        if (executions.putIfAbsent(arn, execution) != null) {
            throw new AwsServiceException("ExecutionAlreadyExists", "Execution Already Exists: '" + arn + "'");
        }
        threads.execute(() -> execution.run().run(input));
        return object().put("executionArn", arn).put("startDate", AwsJson.seconds(execution.started()));
    }

    /** Calls a service for a task: its errors have its name before theirs. */
    private JsonNode callOfTask(String integration, ObjectNode arguments) {
        String operation = integration.substring(integration.lastIndexOf(':') + 1);
        operation = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
        switch (integration) {
            case "athena:getQueryExecution", "athena:getQueryResults", "athena:startQueryExecution" -> {
                ObjectNode request = arguments.deepCopy();
                if (operation.equals("StartQueryExecution")) {
                    // An SDK adds it.
                    request.put("ClientRequestToken", UUID.randomUUID().toString());
                }
                try {
                    return athena.call(operation, request);
                } catch (AwsServiceException e) {
                    throw new AwsServiceException("Athena." + e.type(), e.getMessage());
                }
            }
            case "aws-sdk:s3:getObject" -> {
                return getObject(text(arguments, "Bucket"), text(arguments, "Key"));
            }
            case "aws-sdk:sfn:listExecutions" -> {
                return upperCamelCase(call(operation, (ObjectNode) lowerCamelCase(arguments)));
            }
            default ->
                throw new AwsServiceException("States.Runtime", "The resource " + integration + " is unknown here");
        }
    }

    private ObjectNode getObject(String bucket, String key) {
        try {
            return object().put(
                            "Body",
                            s3.get()
                                    .getObjectAsBytes(get -> get.bucket(bucket).key(key))
                                    .asUtf8String());
        } catch (S3Exception e) {
            throw new AwsServiceException(
                    e instanceof NoSuchKeyException ? "S3.NoSuchKeyException" : "S3.S3Exception", e.getMessage());
        }
    }

    private static JsonNode upperCamelCase(JsonNode value) {
        return renamed(value, name -> Character.toUpperCase(name.charAt(0)) + name.substring(1));
    }

    private static JsonNode lowerCamelCase(JsonNode value) {
        return renamed(value, name -> Character.toLowerCase(name.charAt(0)) + name.substring(1));
    }

    private static JsonNode renamed(JsonNode value, UnaryOperator<String> rename) {
        if (value.isArray()) {
            ArrayNode items = AwsJson.array();
            value.forEach(item -> items.add(renamed(item, rename)));
            return items;
        }
        ObjectNode object = object();
        value.properties()
                .forEach(field -> object.set(rename.apply(field.getKey()), renamed(field.getValue(), rename)));
        return value.isObject() ? object : value;
    }

    private ObjectNode describe(String arn) {
        Execution execution = execution(arn);
        return describe(arn, execution).put("input", execution.input());
    }

    private static ObjectNode describe(String arn, Execution execution) {
        return execution
                .run()
                .describe()
                .put("executionArn", arn)
                .put("stateMachineArn", execution.machine())
                .put("name", arn.substring(arn.lastIndexOf(':') + 1))
                .put("startDate", AwsJson.seconds(execution.started()));
    }

    /** The newest first; a page's token is the number of those before the next page. */
    private ObjectNode listExecutions(ObjectNode request) {
        String machine = requiredText(request, "stateMachineArn", "InvalidArn");
        machine(machine);
        String status = request.path("statusFilter").asText();
        int first = request.path("nextToken").asInt();
        int most = request.path("maxResults").asInt();
        int end = first + (most == 0 ? MOST_EXECUTIONS : most);
        List<ObjectNode> found = executions.entrySet().stream()
                .filter(execution -> execution.getValue().machine().equals(machine))
                .sorted(Comparator.comparing((Map.Entry<String, Execution> execution) ->
                                execution.getValue().started())
                        .reversed())
                .map(execution -> describe(execution.getKey(), execution.getValue())
                        .retain("executionArn", "name", "startDate", "stateMachineArn", "status", "stopDate"))
                .filter(execution ->
                        status.isEmpty() || execution.path("status").asText().equals(status))
                .toList();
        ObjectNode answer = object();
        answer.putArray("executions").addAll(found.subList(Math.min(first, found.size()), Math.min(end, found.size())));
        return end < found.size() ? answer.put("nextToken", String.valueOf(end)) : answer;
    }

    private static String requiredText(ObjectNode request, String field, String error) {
        Constraints.of(request).required(field).check(message -> new AwsServiceException(error, message));
        return text(request, field);
    }

    private StateMachineDefinition machine(String arn) {
        StateMachineDefinition definition = machines.get(arn);
        if (definition == null) {
            throw new AwsServiceException("StateMachineDoesNotExist", "State Machine Does Not Exist: '" + arn + "'");
        }
        return definition;
    }

    private Execution execution(String arn) {
        Execution execution = executions.get(arn);
        if (execution == null) {
            throw new AwsServiceException("ExecutionDoesNotExist", "Execution Does Not Exist: '" + arn + "'");
        }
        return execution;
    }

    /** Stops what still runs. */
    @Override
    public void close() {
        List.copyOf(executions.values()).forEach(execution -> execution.run().stop());
        threads.close();
    }
}
