package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What a deployment has done about a resource.
 *
 * @param type the resource's type
 * @param physicalId what {@code Ref} returns
 * @param action what was done
 * @param properties the names of the properties that were changed; none unless the resource was changed
 */
public record ResourceChange(String type, String physicalId, Action action, List<String> properties) {

    /** What a deployment can do about a resource that its template declares. */
    public enum Action {
        /** It was made. */
        CREATED,
        /** It existed outside the stack, and is the stack's now, as it was. */
        IMPORTED,
        /** It was the stack's, and some properties were changed. */
        UPDATED
    }

    /** Takes note of a change. */
    public ResourceChange {
        properties = List.copyOf(properties);
    }

    /** Reads an event, if it is the end of something that was done about a resource that the template declares. */
    static Optional<ResourceChange> of(JsonNode event, List<String> properties) {
        Action action = switch (event.path("ResourceStatus").asText()) {
            case "CREATE_COMPLETE" -> Action.CREATED;
            case "IMPORT_COMPLETE" -> Action.IMPORTED;
            case "UPDATE_COMPLETE" -> Action.UPDATED;
            default -> null;
        };
        return Optional.ofNullable(action)
                .map(it -> new ResourceChange(
                        event.path("ResourceType").asText(),
                        event.path("PhysicalResourceId").asText(),
                        it,
                        it == Action.UPDATED ? properties : List.of()));
    }
}
