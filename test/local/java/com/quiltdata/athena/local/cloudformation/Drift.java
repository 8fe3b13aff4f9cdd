package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The difference between what a resource was declared to be and what it is. As CloudFormation does, it looks at what the
 * template sets, and passes over everything else.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html">Detect unmanaged
 *     configuration changes</a>
 */
final class Drift {
    private Drift() {}

    /** What CloudFormation says of a resource that is gone. */
    static ObjectNode deleted(JsonNode expected) {
        return drift("DELETED", expected, AwsJson.object());
    }

    /** Compares those properties of which something is known. */
    static ObjectNode between(JsonNode declared, ObjectNode actual) {
        ObjectNode expected = AwsJson.object();
        actual.fieldNames().forEachRemaining(name -> AwsJson.copy(declared, expected, name));
        ArrayNode differences = AwsJson.array();
        compare("", expected, actual, differences);
        ObjectNode drift = drift(differences.isEmpty() ? "IN_SYNC" : "MODIFIED", expected, actual);
        drift.set("PropertyDifferences", differences);
        return drift;
    }

    private static ObjectNode drift(String status, JsonNode expected, JsonNode actual) {
        return AwsJson.object()
                .put("StackResourceDriftStatus", status)
                .put("ExpectedProperties", expected.toString())
                .put("ActualProperties", actual.toString())
                .put("Timestamp", Instant.now().toString());
    }

    private static void compare(String path, JsonNode expected, JsonNode actual, ArrayNode differences) {
        if (expected.isObject() && actual.isObject()) {
            expected.properties()
                    .forEach(field -> compare(
                            path + "/" + field.getKey(), field.getValue(), actual.path(field.getKey()), differences));
        } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(path + "/" + i, expected.get(i), actual.get(i), differences);
            }
        } else if (expected.isContainerNode() || actual.isContainerNode()
                ? !expected.equals(actual)
                : !expected.asText().equals(actual.asText())) {
            differences
                    .addObject()
                    .put("PropertyPath", path)
                    .put("ExpectedValue", text(expected))
                    .put("ActualValue", text(actual))
                    .put("DifferenceType", actual.isMissingNode() ? "REMOVE" : "NOT_EQUAL");
        }
    }

    private static String text(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.asText();
    }

    /** What a service has answered, with the names that CloudFormation's properties have, too. */
    static JsonNode json(Object value) {
        return switch (value) {
            case SdkPojo pojo -> {
                ObjectNode object = AwsJson.object();
                for (SdkField<?> field : pojo.sdkFields()) {
                    Object content = field.getValueOrDefault(pojo);
                    if (content != null) {
                        object.set(field.memberName(), json(content));
                    }
                }
                yield object;
            }
            case Map<?, ?> map -> {
                ObjectNode object = AwsJson.object();
                map.forEach((key, content) -> object.set(String.valueOf(key), json(content)));
                yield object;
            }
            case Collection<?> collection -> {
                ArrayNode array = AwsJson.array();
                collection.forEach(item -> array.add(json(item)));
                yield array;
            }
            default -> AwsJson.MAPPER.getNodeFactory().textNode(String.valueOf(value));
        };
    }
}
