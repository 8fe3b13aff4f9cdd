package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A stack in an account on loopback that remembers what it has made, so that it can be deployed again with another
 * template, and deleted.
 */
public final class LocalStack {
    /** The type of a stack in another one. */
    static final String NESTED_STACK = "AWS::CloudFormation::Stack";

    private final URI endpoint;
    private final Consumer<String> log;
    private final List<StackState> deleted = new CopyOnWriteArrayList<>();
    private volatile StackState state = StackState.beginning();

    /** What becomes of a resource that a template declares and that exists outside the stack. */
    public enum ExistingResources {
        /** The deployment fails. */
        REFUSE,
        /**
         * As with {@code ImportExistingResources}: it becomes the stack's, as it is, if CloudFormation can import its
         * type by itself, and the template gives it a name that is no reference and has it retained; otherwise the
         * deployment fails.
         *
         * @see <a
         *     href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html">
         *     Import resources automatically</a>
         */
        IMPORT
    }

    /**
     * A resource of a stack.
     *
     * @param type its type
     * @param properties its properties, without intrinsic functions
     * @param needs the logical ids of what it refers to and depends on
     * @param resource the resource, as others refer to it
     * @param isRetained whether it stays when the stack does not want it any more
     * @param template that of a nested stack; nothing for any other resource
     * @param nested what a nested stack has, by logical id; nothing for any other resource
     */
    record Member(
            String type,
            JsonNode properties,
            Set<String> needs,
            Resource resource,
            boolean isRetained,
            JsonNode template,
            Map<String, Member> nested) {

        /** A resource as a template declares it. */
        static Member of(JsonNode declaration, JsonNode properties, Set<String> needs, Resource resource) {
            boolean isRetained = declaration.path("DeletionPolicy").asText().equals("Retain");
            return new Member(
                    declaration.path("Type").asText(),
                    properties,
                    needs,
                    resource,
                    isRetained,
                    MissingNode.getInstance(),
                    Map.of());
        }

        /** The same nested stack with its template, and with what it has. */
        Member withNested(JsonNode nestedTemplate, Map<String, Member> members) {
            return new Member(type, properties, needs, resource, isRetained, nestedTemplate, members);
        }

        /** Whether it is a stack in this one. */
        boolean isNestedStack() {
            return type.equals(NESTED_STACK);
        }

        /** Whether a function of the stack makes it. */
        boolean isCustom() {
            return type.startsWith("Custom::");
        }
    }

    /**
     * Prepares a stack that has nothing yet.
     *
     * @param log gets what the stack's functions log, one message at a time
     */
    public LocalStack(URI endpoint, Consumer<String> log) {
        this.endpoint = endpoint;
        this.log = message -> {
            synchronized (log) {
                log.accept(message);
            }
        };
    }

    /** Prepares a stack that has nothing yet, and whose functions' logs nobody reads. */
    public LocalStack(URI endpoint) {
        this(endpoint, message -> {});
    }

    /**
     * Makes a stack of resources that exist, as an import by hand does: nothing about them is changed.
     *
     * @param target what the stack is to become in the next deployment
     * @param template an {@linkplain ImportTemplate import template} of it
     * @throws IllegalArgumentException if there is no such resource, or it has no DeletionPolicy
     * @throws IllegalStateException if the stack has something
     */
    public void importResources(CloudAssembly target, JsonNode template) {
        if (!state.isNew()) {
            throw new IllegalStateException("Only the import that makes a stack is known here");
        }
        Template imports = new Template(template, Map.of());
        Map<String, Member> imported = new ConcurrentHashMap<>();
        try (ResourceTypes types = new ResourceTypes(target, endpoint, log)) {
            imports.provision((logicalId, declaration, properties) -> {
                String type = declaration.path("Type").asText();
                if (!declaration.has("DeletionPolicy")) {
                    throw new IllegalArgumentException(logicalId + ": an import needs a DeletionPolicy");
                }
                Resource resource = types.find(type, properties)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "%s (%s): there is nothing to import".formatted(logicalId, type)));
                imported.put(logicalId, Member.of(declaration, properties, imports.needs(declaration), resource));
                return resource;
            });
        }
        state = state.deployed("IMPORT_COMPLETE", target, imported, Map.of());
    }

    /**
     * Creates the stack or updates it. When that fails, the stack is rolled back to what it was.
     *
     * @param target what the stack is to be
     * @throws ResourceExistsException if a resource exists outside the stack
     * @throws RuntimeException if a resource cannot be made; the message is the reason
     */
    public Map<String, String> deploy(CloudAssembly target) {
        return deploy(target, ExistingResources.REFUSE, new ArrayList<>());
    }

    /**
     * Creates the stack or updates it. When that fails, the stack is rolled back to what it was.
     *
     * @param target what the stack is to be
     * @param existing what becomes of resources that exist outside the stack
     * @param changes gets what is done about each resource, in the order in which it comes to its end
     * @throws ResourceExistsException if a resource exists outside the stack and is not imported
     * @throws RuntimeException if a resource cannot be made; the message is the reason
     */
    public Map<String, String> deploy(CloudAssembly target, ExistingResources existing, List<ResourceChange> changes) {
        // The CDK CLI deletes a stack that could not be made before it makes it again.
        StackState before = state.status().equals(StackState.ROLLED_BACK) ? StackState.beginning() : state;
        String operation = before.isNew() ? "CREATE" : "UPDATE";
        StackState during = before.isNew() ? before.inCreation(target) : before.during(operation);
        state = during;
        try (ResourceTypes types = new ResourceTypes(target, endpoint, log)) {
            StackUpdate update =
                    new StackUpdate(types, before.members(), existing, Collections.synchronizedList(changes));
            Map<String, String> outputs;
            try {
                outputs = update.apply(new Template(target.template(), Map.of()));
            } catch (RuntimeException e) {
                update.rollBack();
                state = during.ended(before.isNew() ? StackState.ROLLED_BACK : "UPDATE_ROLLBACK_COMPLETE");
                throw e;
            }
            update.cleanUp();
            state = during.deployed(operation + "_COMPLETE", target, update.members(), outputs);
            return outputs;
        }
    }

    /** Deletes the stack, except for what is to be retained. */
    public void delete() {
        StackState during = state.during("DELETE");
        state = during;
        try (ResourceTypes types = new ResourceTypes(during.assembly().orElseThrow(), endpoint, log)) {
            StackUpdate.delete(types, during.members(), id -> true);
        }
        deleted.add(during.ended(StackDescription.DELETED));
        state = StackState.beginning();
    }

    /**
     * What CloudFormation would tell of the stack, of those nested in it, and of its predecessors that are deleted.
     *
     * @return for {@link com.quiltdata.athena.local.aws.EmbeddedAws#tellOfStacks}
     */
    public List<StackDescription> descriptions() {
        return Stream.concat(Stream.of(state), deleted.stream())
                .flatMap(each -> each.descriptions().stream())
                .toList();
    }
}
