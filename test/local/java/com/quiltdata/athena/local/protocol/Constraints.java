package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What a service's model demands of a request's fields. All that is wrong is told at once, in the words of AWS: {@code 1
 * validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or
 * equal to 50}.
 */
public final class Constraints {
    private final JsonNode request;
    private final List<String> violations = new ArrayList<>();

    private Constraints(JsonNode request) {
        this.request = request;
    }

    /** Begins the checks of a request, which demand nothing yet. */
    public static Constraints of(JsonNode request) {
        return new Constraints(request);
    }

    /** Demands fields; a null is an absent one. */
    public Constraints required(String... fields) {
        for (String field : fields) {
            if (!request.hasNonNull(field)) {
                violate("Value null at", field, "not be null");
            }
        }
        return this;
    }

    /** Bounds how many characters a text has, or how many elements a list, where the request has it. */
    public Constraints length(String field, int smallest, int largest) {
        JsonNode value = request.path(field);
        return bounds(
                field, "length", value.isArray() ? value.size() : value.asText().length(), smallest, largest);
    }

    /** Bounds a number, where the request has it. */
    Constraints value(String field, int smallest, int largest) {
        return bounds(field, "value", request.path(field).asLong(), smallest, largest);
    }

    /** Ends the checks; if the request does not meet all of them, with the service's error of a message. */
    public void check(Function<String, AwsServiceException> invalid) {
        if (!violations.isEmpty()) {
            throw invalid.apply("%d validation error%s detected: %s"
                    .formatted(violations.size(), violations.size() == 1 ? "" : "s", String.join("; ", violations)));
        }
    }

    private Constraints bounds(String field, String measure, long value, int smallest, int largest) {
        if (request.hasNonNull(field)) {
            if (value < smallest) {
                violate("Value at", field, "have " + measure + " greater than or equal to " + smallest);
            } else if (value > largest) {
                violate("Value at", field, "have " + measure + " less than or equal to " + largest);
            }
        }
        return this;
    }

    private void violate(String value, String field, String rule) {
        String member = field.substring(0, 1).toLowerCase(Locale.ROOT) + field.substring(1);
        violations.add(value + " '" + member + "' failed to satisfy constraint: Member must " + rule);
    }
}
