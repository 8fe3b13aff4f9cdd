package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Calls of Amazon EventBridge Scheduler: the AWS SDK's client for it would be one more dependency, for a few requests that
 * nobody signs here.
 *
 * @param endpoint where the account's services answer
 */
public record SchedulerClient(URI endpoint) {
    private static final int OK = 200;

    /**
     * Creates a schedule.
     *
     * @param name its name
     * @param input the operation's input without the name
     * @return the operation's output
     */
    public JsonNode create(String name, ObjectNode input) {
        return call("POST", "/" + name, input.toString());
    }

    /**
     * Replaces a schedule.
     *
     * @param name its name
     * @param input the operation's input without the name
     * @return the operation's output
     */
    public JsonNode update(String name, ObjectNode input) {
        return call("PUT", "/" + name, input.toString());
    }

    /**
     * Describes a schedule.
     *
     * @param name its name
     * @return the operation's output
     */
    public JsonNode get(String name) {
        return call("GET", "/" + name, "");
    }

    /**
     * Lists all schedules.
     *
     * @return the operation's output
     */
    public JsonNode list() {
        return call("GET", "", "");
    }

    /**
     * Deletes a schedule.
     *
     * @param name its name
     */
    public void delete(String name) {
        call("DELETE", "/" + name, "");
    }

    private JsonNode call(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(endpoint.resolve(SchedulesFilter.PATH + path))
                .method(method, BodyPublishers.ofString(body))
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20000101/" + EmbeddedAws.REGION + SchedulesFilter.SIGNED_FOR)
                .build();
        // Without a proxy, whatever the environment says.
        try (HttpClient client =
                HttpClient.newBuilder().proxy(ProxySelector.of(null)).build()) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new IllegalArgumentException(response.body());
            }
            return AwsJson.MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
