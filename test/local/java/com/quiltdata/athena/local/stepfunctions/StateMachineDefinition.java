package com.quiltdata.athena.local.stepfunctions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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

    private static final String MACHINE = "Machine";

    /** From the type of a state, or the name of a part of one, to the fields that are known here. */
    private static final Map<String, Set<String>> FIELDS = """
            Catch: Assign ErrorEquals Next
            Choice: Type Comment Choices Default
            Choices: Assign Condition Next
            Fail: Type Comment Error Cause
            ItemProcessor: ProcessorConfig StartAt States
            Machine: Comment QueryLanguage StartAt States TimeoutSeconds
            Map: Type Comment Items MaxConcurrency ItemProcessor Assign Output Catch Next End
            Pass: Type Comment Output Assign Next End
            Retry: ErrorEquals IntervalSeconds BackoffRate MaxAttempts MaxDelaySeconds JitterStrategy
            Succeed: Type Comment
            Task: Type Comment Resource Arguments Assign Output Retry Catch Next End
            Wait: Type Comment Seconds Assign Output Next End
            """.lines()
            .map(line -> line.split(": "))
            .collect(Collectors.toMap(line -> line[0], line -> Set.of(line[1].split(" "))));

    /** Reads a definition; what is not known here is an IllegalArgumentException. */
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
        requireFields("the machine", definition, MACHINE);
        if (!definition.path("QueryLanguage").asText().equals("JSONata")) {
            throw new IllegalArgumentException("Only the QueryLanguage JSONata is known here");
        }
        return of(definition);
    }

    /** Reads a machine, or the processor of a map. */
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
        if (!FIELDS.containsKey(type)) {
            throw new IllegalArgumentException(name + ": a state of type " + type + " is unknown here");
        }
        requireFields(name, state, type);
        requireNext(name, state, states);
        for (String part : List.of("Choices", "Retry", "Catch")) {
            state.path(part).forEach(each -> {
                requireFields(name, each, part);
                requireNext(name, each, states);
            });
        }
        if (state.has("ItemProcessor")) {
            JsonNode processor = state.path("ItemProcessor");
            requireFields(name, processor, "ItemProcessor");
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

    private static void requireNext(String name, JsonNode part, JsonNode states) {
        for (String next : List.of("Next", "Default")) {
            if (part.has(next)) {
                requireState(states, name + "." + next, part.path(next).asText());
            }
        }
    }

    private static void requireState(JsonNode states, String where, String name) {
        if (!states.has(name)) {
            throw new IllegalArgumentException(where + ": there is no state " + name);
        }
    }

    private static void requireFields(String where, JsonNode object, String known) {
        object.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.get(known).contains(field)) {
                throw new IllegalArgumentException(where + ": the field " + field + " is unknown here");
            }
        });
    }
}
