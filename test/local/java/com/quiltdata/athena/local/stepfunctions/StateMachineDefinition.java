package com.quiltdata.athena.local.stepfunctions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A definition in the Amazon States Language, with JSONata, that has nothing but what is known here.
 *
 * @param text JSON
 * @param start the name of the first state
 * @param states the states by name
 * @param timeoutSeconds how long an execution may take
 * @see <a href="https://states-language.net/">Amazon States Language</a>
 */
public record StateMachineDefinition(String text, String start, JsonNode states, int timeoutSeconds) {
    private static final int MOST_BYTES = 1_048_576;

    private static final Set<String> ALL = Set.of("Type", "Comment");

    /** From a state's type to the fields that are known here. */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            "Choice", Set.of("Choices", "Default"),
            "Fail", Set.of("Error", "Cause"),
            "Map", Set.of("Items", "MaxConcurrency", "ItemProcessor", "Assign", "Output", "Catch", "Next", "End"),
            "Pass", Set.of("Output", "Assign", "Next", "End"),
            "Succeed", Set.of(),
            "Task", Set.of("Resource", "Arguments", "Assign", "Output", "Retry", "Catch", "Next", "End"),
            "Wait", Set.of("Seconds", "Assign", "Output", "Next", "End"));

    /**
     * Reads a definition.
     *
     * @throws IllegalArgumentException if it is none, or has something that is not known here
     */
    public static StateMachineDefinition parse(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw new IllegalArgumentException("The definition has more than " + MOST_BYTES + " bytes");
        }
        JsonNode definition;
        try {
            definition = AwsJson.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("INVALID_JSON_DESCRIPTION: " + e.getOriginalMessage(), e);
        }
        requireFields(
                "the machine", definition, Set.of("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds"));
        if (!definition.path("QueryLanguage").asText().equals("JSONata")) {
            throw new IllegalArgumentException("Only the QueryLanguage JSONata is known here");
        }
        return of(definition);
    }

    /**
     * Reads the part of a definition that has states.
     *
     * @param part a machine, or the processor of a map
     * @return the states, each of them known here
     * @throws IllegalArgumentException if one is not
     */
    static StateMachineDefinition of(JsonNode part) {
        JsonNode states = part.path("States");
        String start = part.path("StartAt").asText();
        requireState(states, "StartAt", start);
        states.properties().forEach(state -> requireKnown(state.getKey(), state.getValue(), states));
        return new StateMachineDefinition(
                part.toString(), start, states, part.path("TimeoutSeconds").asInt(Integer.MAX_VALUE));
    }

    private static void requireKnown(String name, JsonNode state, JsonNode states) {
        String type = state.path("Type").asText();
        Set<String> fields = FIELDS.get(type);
        if (fields == null) {
            throw new IllegalArgumentException(name + ": a state of type " + type + " is unknown here");
        }
        Set<String> known = new TreeSet<>(fields);
        known.addAll(ALL);
        requireFields(name, state, known);
        for (String next : new String[] {"Next", "Default"}) {
            if (state.has(next)) {
                requireState(states, name + "." + next, state.path(next).asText());
            }
        }
        state.path("Choices").forEach(choice -> {
            requireFields(name, choice, Set.of("Assign", "Condition", "Next"));
            requireState(states, name, choice.path("Next").asText());
        });
        state.path("Retry")
                .forEach(retry -> requireFields(
                        name,
                        retry,
                        Set.of(
                                "ErrorEquals",
                                "IntervalSeconds",
                                "BackoffRate",
                                "MaxAttempts",
                                "MaxDelaySeconds",
                                "JitterStrategy")));
        state.path("Catch").forEach(caught -> {
            requireFields(name, caught, Set.of("Assign", "ErrorEquals", "Next"));
            requireState(states, name, caught.path("Next").asText());
        });
        if (state.has("ItemProcessor")) {
            JsonNode processor = state.path("ItemProcessor");
            requireFields(name, processor, Set.of("ProcessorConfig", "StartAt", "States"));
            String mode = processor.path("ProcessorConfig").path("Mode").asText();
            if (!mode.equals("INLINE")
                    && !(mode.equals("DISTRIBUTED")
                            && state.path("MaxConcurrency").asInt() == 1)) {
                throw new IllegalArgumentException(
                        name + ": only a map INLINE, or DISTRIBUTED with one item at a time, is known here");
            }
            of(processor);
        }
    }

    private static void requireState(JsonNode states, String where, String name) {
        if (!states.has(name)) {
            throw new IllegalArgumentException(where + ": there is no state " + name);
        }
    }

    private static void requireFields(String where, JsonNode object, Set<String> known) {
        if (object instanceof ObjectNode fields) {
            fields.fieldNames().forEachRemaining(field -> {
                if (!known.contains(field)) {
                    throw new IllegalArgumentException(where + ": the field " + field + " is unknown here");
                }
            });
        }
    }
}
