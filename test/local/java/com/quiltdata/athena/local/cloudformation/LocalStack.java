package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * A stack in an account on loopback that remembers what it has made, so that it can be deployed again with another
 * template, and deleted.
 */
public final class LocalStack {
    private final URI endpoint;
    private final Consumer<String> log;
    private SequencedMap<String, Member> members = new LinkedHashMap<>();
    private Optional<CloudAssembly> assembly = Optional.empty();

    /**
     * A resource of a stack.
     *
     * @param type its type
     * @param properties its properties, without intrinsic functions
     * @param resource the resource, as others refer to it
     * @param isRetained whether it stays when the stack does not want it any more
     * @param nested what a nested stack has, by logical id; empty for any other resource
     */
    record Member(
            String type,
            JsonNode properties,
            Resource resource,
            boolean isRetained,
            Optional<SequencedMap<String, Member>> nested) {}

    /**
     * Prepares a stack that has nothing yet.
     *
     * @param endpoint where the account's services answer
     * @param log gets what the stack's functions log
     */
    public LocalStack(URI endpoint, Consumer<String> log) {
        this.endpoint = endpoint;
        this.log = log;
    }

    /**
     * Creates the stack or updates it. When that fails, the stack is rolled back to what it was.
     *
     * @param target what the stack is to be
     * @return the stack's outputs, by name
     * @throws RuntimeException if a resource cannot be made; the message is the reason
     */
    public Map<String, String> deploy(CloudAssembly target) {
        try (ResourceTypes types = new ResourceTypes(target, endpoint, log)) {
            StackUpdate update = new StackUpdate(types, members);
            Map<String, String> outputs;
            try {
                outputs = update.apply(target.template(), Map.of());
            } catch (RuntimeException e) {
                update.rollBack();
                throw e;
            }
            update.cleanUp();
            members = update.members();
            assembly = Optional.of(target);
            return outputs;
        }
    }

    /** Deletes the stack, except for what is to be retained. */
    public void delete() {
        try (ResourceTypes types = new ResourceTypes(assembly.orElseThrow(), endpoint, log)) {
            StackUpdate.delete(types, members);
            members = new LinkedHashMap<>();
        }
    }
}
