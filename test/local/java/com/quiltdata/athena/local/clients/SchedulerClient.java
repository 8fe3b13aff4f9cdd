package com.quiltdata.athena.local.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.LocalAccount;
import com.quiltdata.athena.local.scheduler.SchedulesFilter;
import java.net.URI;
import java.util.Map;

/**
 * Calls of Amazon EventBridge Scheduler: the AWS SDK's client for it would be one more dependency, for a few requests that
 * nobody signs here.
 *
 * @param endpoint where the account's services answer
 */
public record SchedulerClient(URI endpoint) {
    /**
     * Creates a schedule.
     *
     * @param input the operation's input without the name
     */
    public JsonNode create(String name, ObjectNode input) {
        return call("POST", "/" + name, input.toString());
    }

    /**
     * Replaces a schedule.
     *
     * @param input the operation's input without the name
     */
    public JsonNode update(String name, ObjectNode input) {
        return call("PUT", "/" + name, input.toString());
    }

    /** Describes a schedule. */
    public JsonNode get(String name) {
        return call("GET", "/" + name, "");
    }

    /** Lists all schedules. */
    public JsonNode list() {
        return call("GET", "", "");
    }

    /** Deletes a schedule. */
    public void delete(String name) {
        call("DELETE", "/" + name, "");
    }

    private JsonNode call(String method, String path, String body) {
        LoopbackHttp.Answer answer = LoopbackHttp.send(
                method,
                endpoint.resolve(SchedulesFilter.PATH + path),
                Map.of(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20000101/" + LocalAccount.REGION
                                + SchedulesFilter.SIGNED_FOR),
                body);
        if (!answer.isOk()) {
            throw new IllegalArgumentException(answer.body());
        }
        return AwsJson.parse(answer.body());
    }
}
