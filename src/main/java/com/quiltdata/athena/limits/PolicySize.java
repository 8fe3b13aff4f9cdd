package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Counts the characters of a policy as IAM does: all but white space, with the names filled in that it refers to. What is
 * known only at deployment counts as long as AWS has it.
 *
 * @param resources the template's, by logical id
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html">IAM quotas</a>
 */
record PolicySize(JsonNode resources) {
    private static final String LONGEST_PARTITION = "aws-us-gov";

    private static final Map<String, String> LONGEST = Map.of(
            "AWS::Partition", LONGEST_PARTITION,
            "AWS::Region", "us-isof-south-1",
            "AWS::AccountId", "123456789012");

    private static final Map<String, String> NAMES = Map.of(
            "AWS::S3::Bucket", "/Properties/BucketName",
            "AWS::Athena::WorkGroup", "/Properties/Name",
            "AWS::Glue::Database", "/Properties/DatabaseInput/Name");

    /** The characters of a policy's document. */
    long of(JsonNode document) {
        return filled(document)
                .chars()
                .filter(character -> !Character.isWhitespace(character))
                .count();
    }

    /** JSON, in which each reference is the text that it stands for. */
    private String filled(JsonNode node) {
        if (node.has("Ref") || node.has("Fn::GetAtt") || node.has("Fn::Join")) {
            return '"' + text(node) + '"';
        }
        if (node.isArray()) {
            return items(node).map(this::filled).collect(Collectors.joining(",", "[", "]"));
        }
        return node.isObject()
                ? node.properties().stream()
                        .map(property -> "\"%s\":%s".formatted(property.getKey(), filled(property.getValue())))
                        .collect(Collectors.joining(",", "{", "}"))
                : node.toString();
    }

    private String text(JsonNode value) {
        if (value.has("Ref")) {
            return name(value.path("Ref").asText());
        }
        if (value.has("Fn::GetAtt")) {
            // Of a bucket: nothing else has an attribute in the policies that are measured.
            return "arn:%s:s3:::%s"
                    .formatted(LONGEST_PARTITION, name(value.at("/Fn::GetAtt/0").asText()));
        }
        return value.isTextual()
                ? value.textValue()
                : items(value.at("/Fn::Join/1")).map(this::text).collect(Collectors.joining());
    }

    private String name(String reference) {
        JsonNode resource = resources.path(reference);
        return LONGEST.containsKey(reference)
                ? LONGEST.get(reference)
                : resource.at(NAMES.get(resource.path("Type").asText())).asText();
    }

    private static Stream<JsonNode> items(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
