package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** What the operations of every service with the AWS JSON protocol share. */
public final class AwsJson {
    public static final ObjectMapper MAPPER = new ObjectMapper();

    private static final ObjectReader READER = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int NEXT_TOKEN_LIMIT = 1_024;

    private AwsJson() {}

    /** Reads a request's body, which is an object in JSON. */
    public static ObjectNode read(byte[] body) {
        try {
            if (READER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException exception) {
            throw new AwsServiceException(AwsServiceException.SERIALIZATION, exception.getOriginalMessage());
        } catch (IOException exception) {
            throw new AwsServiceException(AwsServiceException.SERIALIZATION, exception.getMessage());
        }
        throw new AwsServiceException(AwsServiceException.SERIALIZATION, "The request must be an object");
    }

    /** Reads what a service here has answered. */
    public static JsonNode parse(String answer) {
        try {
            return MAPPER.readTree(answer);
        } catch (JsonProcessingException exception) {
            throw new IllegalStateException("An answer must be JSON: " + answer, exception);
        }
    }

    /** Returns a new, empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Returns a new, empty array. */
    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** Returns an object with one field. */
    public static ObjectNode object(String name, JsonNode value) {
        return object().set(name, value);
    }

    /** Returns the text of a field, or null where the field is absent. */
    public static String text(JsonNode object, String name) {
        return object.path(name).asText(null);
    }

    /** Returns an instant as the protocol writes it: seconds since the epoch. */
    public static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    /** Copies the named fields that {@code from} has. */
    public static void copy(JsonNode from, ObjectNode to, String... names) {
        for (String name : names) {
            if (from.hasNonNull(name)) {
                to.set(name, from.get(name).deepCopy());
            }
        }
    }

    /**
     * Answers one page of a list.
     *
     * @param items the whole list, in a lasting order
     * @param key tells the items apart; the token for a page is the key of the last item before it
     * @param request carries {@code MaxResults} and {@code NextToken}
     * @param invalid makes the service's error of a message
     * @param field the field of the answer that holds the page
     * @param convert makes what the answer holds of an item
     * @throws AwsServiceException if the token was never given out, or the size is out of bounds
     */
    public static <T> ObjectNode page(
            List<T> items,
            Function<T, String> key,
            PageLimits limits,
            JsonNode request,
            Function<String, AwsServiceException> invalid,
            String field,
            Function<T, JsonNode> convert) {
        requirePage(request, limits).check(invalid);
        int asked = request.path("MaxResults").asInt(0);
        int size = asked == 0 ? limits.usual() : asked;
        int start = 0;
        String token = text(request, "NextToken");
        if (token != null) {
            List<String> keys = items.stream().map(key).toList();
            start = keys.indexOf(token) + 1;
            if (start == 0) {
                throw invalid.apply("The nextPageToken is malformed: " + token);
            }
        }
        int end = Math.min(items.size(), start + size);
        ObjectNode answer = object();
        ArrayNode page = answer.putArray(field);
        items.subList(start, end).forEach(item -> page.add(convert.apply(item)));
        if (end < items.size()) {
            answer.put("NextToken", key.apply(items.get(end - 1)));
        }
        return answer;
    }

    /** Begins the checks of a request for a page. */
    public static Constraints requirePage(JsonNode request, PageLimits limits) {
        return Constraints.of(request)
                .length("NextToken", 1, NEXT_TOKEN_LIMIT)
                .value("MaxResults", limits.smallest(), limits.largest());
    }

    /**
     * The sizes of a list's pages.
     *
     * @param smallest that a request may ask for; 0 asks for none
     * @param usual where the request asks for none
     * @param largest that a request may ask for
     */
    public record PageLimits(int smallest, int usual, int largest) {}
}
