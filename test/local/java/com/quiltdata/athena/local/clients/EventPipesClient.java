package com.quiltdata.athena.local.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.net.URI;
import java.util.Map;

/**
 * Makes and deletes what carries events.
 *
 * @param endpoint where the services answer
 */
public record EventPipesClient(URI endpoint) {

    /**
     * Calls the service.
     *
     * @param operation {@code Put} or {@code Delete}
     * @param type CloudFormation's name of the resource's type
     * @throws IllegalStateException if the service refuses; the message is its answer
     */
    public void call(String operation, String type, String arn, JsonNode properties) {
        LoopbackHttp.Answer answer = LoopbackHttp.send(
                "POST",
                endpoint,
                Map.of("X-Amz-Target", "EventPipes." + operation),
                AwsJson.object()
                        .put("Type", type)
                        .put("Arn", arn)
                        .<ObjectNode>set("Properties", properties)
                        .toString());
        if (!answer.isOk()) {
            throw new IllegalStateException(answer.body());
        }
    }
}
