package com.quiltdata.athena.local.events;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.scheduler.Schedules;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What carries S3's events to a state machine: EventBridge's rules, queues of SQS, and EventBridge Pipes, as far as the
 * stack uses them. CloudFormation alone makes them, with calls that are none of AWS's. A pipe waits a thirtieth of its
 * window: nobody wants to wait a minute here.
 */
public final class EventPipes implements AwsService {
    private static final Logger LOG = LoggerFactory.getLogger(EventPipes.class);
    private static final int FASTER = 30;

    /** A path of an input template, from which a value is taken. */
    private static final Pattern PATH = Pattern.compile("<\\$\\.body\\.([\\w.-]+)>");

    /** Of all the types. What is done with a message that nobody takes, and with permissions, is nothing here. */
    private static final Set<String> KNOWN_PROPERTIES = Set.of(
            "Description",
            "EventPattern",
            "MessageRetentionPeriod",
            "RedrivePolicy",
            "RoleArn",
            "Source",
            "SourceParameters",
            "SqsManagedSseEnabled",
            "State",
            "Target",
            "TargetParameters",
            "Targets",
            "VisibilityTimeout");

    private final AwsService stepFunctions;
    private final Schedules.Timer timer;
    private final Map<String, JsonNode> rules = new TreeMap<>();
    private final Map<String, JsonNode> pipes = new TreeMap<>();
    private final Map<String, Deque<ObjectNode>> queues = new TreeMap<>();
    private final Set<String> waitingPipes = new HashSet<>();

    /** Makes an account without any of them. */
    public EventPipes(AwsService stepFunctions, Schedules.Timer timer) {
        this.stepFunctions = stepFunctions;
        this.timer = timer;
    }

    @Override
    public synchronized ObjectNode call(String operation, ObjectNode request) throws AwsServiceException {
        String arn = text(request, "Arn");
        JsonNode properties = request.path("Properties");
        String unknown = properties.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !KNOWN_PROPERTIES.contains(name))
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new AwsServiceException("ValidationException", text(request, "Type") + ": unknown here: " + unknown);
        }
        switch (operation + " " + text(request, "Type")) {
            case "Put AWS::Events::Rule" -> rules.put(arn, properties);
            case "Put AWS::Pipes::Pipe" -> pipes.put(arn, properties);
            case "Put AWS::SQS::Queue" -> queues.putIfAbsent(arn, new ArrayDeque<>());
            case "Delete AWS::Events::Rule" -> rules.remove(arn);
            case "Delete AWS::Pipes::Pipe" -> pipes.remove(arn);
            case "Delete AWS::SQS::Queue" -> queues.remove(arn);
            default -> throw new AwsServiceException("UnknownOperationException", operation + " is unknown here");
        }
        return object();
    }

    /**
     * Takes an event of S3.
     *
     * @param type {@code Object Created} or {@code Object Deleted}
     */
    public synchronized void accept(String type, String bucket, String key) {
        ObjectNode event = object().put("source", "aws.s3").put("detail-type", type);
        ObjectNode detail = event.putObject("detail");
        detail.putObject("bucket").put("name", bucket);
        detail.putObject("object").put("key", key);
        for (JsonNode rule : rules.values()) {
            if (matches(rule.path("EventPattern"), event)) {
                rule.path("Targets").forEach(target -> send(text(target, "Arn"), event));
            }
        }
    }

    /** The patterns of equal texts and of prefixes alone. */
    private static boolean matches(JsonNode pattern, JsonNode value) {
        if (pattern.isArray()) {
            return pattern.valueStream()
                    .anyMatch(one ->
                            one.isTextual() ? one.equals(value) : value.asText().startsWith(text(one, "prefix")));
        }
        return pattern.properties().stream().allMatch(field -> matches(field.getValue(), value.path(field.getKey())));
    }

    private void send(String queue, ObjectNode event) {
        queues.get(queue).add(event);
        pipes.forEach((arn, pipe) -> {
            if (text(pipe, "Source").equals(queue) && waitingPipes.add(arn)) {
                int window =
                        parameters(pipe).path("MaximumBatchingWindowInSeconds").asInt();
                timer.after(Duration.ofSeconds(window).dividedBy(FASTER), () -> handOver(arn));
            }
        });
    }

    private static JsonNode parameters(JsonNode pipe) {
        return pipe.at("/SourceParameters/SqsQueueParameters");
    }

    /** All that waits, in batches. */
    private synchronized void handOver(String arn) {
        waitingPipes.remove(arn);
        JsonNode pipe = pipes.get(arn);
        if (pipe == null) {
            return;
        }
        Deque<ObjectNode> messages = queues.get(text(pipe, "Source"));
        while (!messages.isEmpty()) {
            ArrayNode batch = AwsJson.array();
            while (!messages.isEmpty()
                    && batch.size() < parameters(pipe).path("BatchSize").asInt()) {
                batch.add(transformed(pipe.at("/TargetParameters/InputTemplate").asText(), messages.remove()));
            }
            try {
                stepFunctions.call(
                        "StartExecution",
                        object().put("stateMachineArn", text(pipe, "Target")).put("input", batch.toString()));
            } catch (AwsServiceException e) {
                LOG.warn("The pipe {} loses {}: {}", arn, batch, e.getMessage());
            }
        }
    }

    private static JsonNode transformed(String template, ObjectNode event) {
        return AwsJson.parse(PATH.matcher(template)
                .replaceAll(path -> Matcher.quoteReplacement(TextNode.valueOf(
                                event.at("/" + path.group(1).replace('.', '/')).asText())
                        .toString())));
    }
}
