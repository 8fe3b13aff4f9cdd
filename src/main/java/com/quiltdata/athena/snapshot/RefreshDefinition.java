package com.quiltdata.athena.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SqlTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The definition of the state machine, {@code refresh.asl.json} beside the statements, filled in: a text that is a
 * placeholder is replaced by a value, and one within a text by the value's text.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html">JSONata in Step Functions</a>
 */
final class RefreshDefinition {

    /** The most buckets whose jobs are no longer than a variable of an execution may be, of 262,144 bytes. */
    static final int MOST_BUCKETS = 1_000;

    /** How many times {@link SnapshotStatements#MOST_MANIFESTS} manifests one execution copies of a bucket, at most. */
    static final int MOST_ROUNDS = 20;

    private static final String FILE = "refresh.asl.json";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private RefreshDefinition() {}

    /**
     * Fills the definition in.
     *
     * @param atDeployment what CloudFormation replaces
     * @return JSON in the Amazon States Language
     * @throws IllegalArgumentException if the file has a placeholder without a value
     */
    static String json(List<QuiltBucket> buckets, Set<String> atDeployment) {
        Map<String, JsonNode> values = new HashMap<>();
        // As expressions, because validators want a plain text to be one line; the escapes are those of JSON.
        SnapshotStatements.all(buckets)
                .forEach((name, statement) ->
                        values.put(name, TextNode.valueOf("{% " + TextNode.valueOf(statement) + " %}")));
        atDeployment.forEach(name -> values.put(name, TextNode.valueOf("${" + name + "}")));
        values.put("compressed", TextNode.valueOf(BucketView.COMPRESSED));
        values.put("table", TextNode.valueOf(SnapshotTable.NAME));
        values.put("mostRounds", IntNode.valueOf(MOST_ROUNDS));
        values.put("noneNamed", TextNode.valueOf(SnapshotStatements.NONE_NAMED));
        values.put("mostOfNames", IntNode.valueOf(SnapshotStatements.MOST_OF_NAMES));
        values.put("bucketsToAdd", JSON.valueToTree(SnapshotStatements.bucketsToAdd(buckets)));
        values.put(
                "buckets",
                JSON.valueToTree(buckets.stream()
                        .map(bucket -> Map.of("bucket", bucket.name(), "prefix", bucket.tablePrefix()))
                        .map(TreeMap::new)
                        .toList()));
        try (InputStream file = SqlTemplate.class.getResourceAsStream(FILE)) {
            return filled(JSON.readTree(file), values).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(FILE, e);
        }
    }

    private static JsonNode filled(JsonNode node, Map<String, JsonNode> values) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(filled(field.getValue(), values)));
        } else if (node instanceof ArrayNode array) {
            for (int index = 0; index < array.size(); index++) {
                array.set(index, filled(array.get(index), values));
            }
        } else if (node.isTextual()) {
            Matcher placeholder = PLACEHOLDER.matcher(node.asText());
            return placeholder.matches()
                    ? value(placeholder, values)
                    : TextNode.valueOf(placeholder.replaceAll(match ->
                            Matcher.quoteReplacement(value(match, values).asText())));
        }
        return node;
    }

    private static JsonNode value(MatchResult placeholder, Map<String, JsonNode> values) {
        String name = placeholder.group(1);
        return Optional.ofNullable(values.get(name))
                .orElseThrow(() -> new IllegalArgumentException(FILE + " has no value for ${" + name + "}"));
    }
}
