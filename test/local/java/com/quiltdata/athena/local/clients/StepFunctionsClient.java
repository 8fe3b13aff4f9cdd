package com.quiltdata.athena.local.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.net.URI;
import java.util.Map;

/**
 * Calls of AWS Step Functions: the AWS SDK's client for it would be one more dependency, for a few requests that nobody
 * signs here.
 *
 * @param endpoint where the account's services answer
 */
public record StepFunctionsClient(URI endpoint) {
    private static final long POLL_MILLIS = 20;

    /**
     * Makes a call.
     *
     * @throws IllegalStateException if the service refuses; the message is its answer
     */
    public JsonNode call(String operation, Map<String, String> request) {
        ObjectNode input = AwsJson.object();
        request.forEach(input::put);
        LoopbackHttp.Answer answer = LoopbackHttp.send(
                "POST",
                endpoint,
                Map.of("Content-Type", "application/x-amz-json-1.0", "X-Amz-Target", "AWSStepFunctions." + operation),
                input.toString());
        if (!answer.isOk()) {
            throw new IllegalStateException(answer.body());
        }
        return AwsJson.parse(answer.body());
    }

    /** Starts an execution. */
    public String start(String machine, String input) {
        return call("StartExecution", Map.of("stateMachineArn", machine, "input", input))
                .path("executionArn")
                .asText();
    }

    /** Waits for the end of an execution. */
    public JsonNode await(String execution) {
        while (true) {
            JsonNode description = call("DescribeExecution", Map.of("executionArn", execution));
            if (!description.path("status").asText().equals("RUNNING")) {
                return description;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted", e);
            }
        }
    }
}
