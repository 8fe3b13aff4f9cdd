package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Calls of AWS Step Functions: the AWS SDK's client for it would be one more dependency, for a few requests that nobody
 * signs here.
 *
 * @param endpoint where the account's services answer
 */
public record StepFunctionsClient(URI endpoint) {
    private static final int OK = 200;
    private static final long POLL_MILLIS = 20;

    /**
     * Makes a call.
     *
     * @param operation the operation's name
     * @param request the operation's input
     * @return the operation's output
     * @throws IllegalStateException if the service refuses; the message is its answer
     */
    public JsonNode call(String operation, Map<String, String> request) {
        try {
            HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/x-amz-json-1.0");
            connection.setRequestProperty("X-Amz-Target", "AWSStepFunctions." + operation);
            ObjectNode input = AwsJson.object();
            request.forEach(input::put);
            connection.getOutputStream().write(input.toString().getBytes(StandardCharsets.UTF_8));
            if (connection.getResponseCode() != OK) {
                throw new IllegalStateException(
                        new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            return AwsJson.MAPPER.readTree(connection.getInputStream());
        } catch (IOException e) {
            throw new IllegalStateException(operation + " failed", e);
        }
    }

    /**
     * Starts an execution.
     *
     * @param machine the state machine's ARN
     * @param input its input, as JSON
     * @return the execution's ARN
     */
    public String start(String machine, String input) {
        return call("StartExecution", Map.of("stateMachineArn", machine, "input", input))
                .path("executionArn")
                .asText();
    }

    /**
     * Waits for the end of an execution.
     *
     * @param execution its ARN
     * @return its description
     */
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
