package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A stack or nested stack, as CloudFormation tells of it.
 *
 * @param id its ARN
 * @param parent the ARN of the stack that it is nested in, if it is
 * @param status such as {@code CREATE_COMPLETE}
 * @param created when it was
 * @param changed when its last update, or its deletion, began
 * @param template the template that it has, as JSON
 * @param parameters the values of the template's parameters, by name
 * @param outputs the values of the template's outputs, by name
 * @param resources what it has, or what its deletion has left
 */
public record StackDescription(
        String id,
        Optional<String> parent,
        String status,
        Instant created,
        Optional<Instant> changed,
        JsonNode template,
        Map<String, String> parameters,
        Map<String, String> outputs,
        List<StackResource> resources) {

    /**
     * A resource of a stack.
     *
     * @param logicalId its name in the template
     * @param physicalId its name or ARN
     * @param type such as {@code AWS::S3::Bucket}
     * @param status such as {@code CREATE_COMPLETE}
     */
    public record StackResource(String logicalId, String physicalId, String type, String status) {}

    /** The status of a stack that is not any more; it is found by its ARN alone. */
    public static final String DELETED = "DELETE_COMPLETE";

    /**
     * Makes the ARN of a stack.
     *
     * @param uniqueId tells stacks of one name apart
     */
    public static String id(String name, String uniqueId) {
        return "arn:aws:cloudformation:%s:%s:stack/%s/%s"
                .formatted(LocalAccount.REGION, LocalAccount.ACCOUNT_ID, name, uniqueId);
    }

    /** Returns the stack's name. */
    String name() {
        return id.split("/")[1];
    }
}
