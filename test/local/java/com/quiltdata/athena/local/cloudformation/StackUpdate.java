package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.ResourceType.Target;
import com.quiltdata.athena.local.cloudformation.Stack.Content;
import com.quiltdata.athena.local.cloudformation.Stack.Member;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * One update of a stack or nested stack, in CloudFormation's three parts: what the new template declares is created or
 * changed; then, when the whole stack has come so far, what it does not want any more is deleted; or, when something
 * failed, what was changed is changed back, and what was created is deleted. In each part, all that does not wait for
 * something else is done at the same time.
 *
 * <p>Creating a stack is the update of one that has nothing, and deleting it the cleaning up alone.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html">
 *     Update behaviors of stack resources</a>
 */
final class StackUpdate {
    private static final Set<String> DELETION_POLICIES_TO_IMPORT = Set.of("Retain", "RetainExceptOnCreate");

    private final Stacks stacks;
    private final Stack stack;
    private final Imports imports;
    private final Content before;
    private final boolean isCreation;
    private final Map<String, Member> now = new ConcurrentHashMap<>();
    private final Map<String, StackUpdate> nestedUpdates = new ConcurrentHashMap<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    /**
     * What becomes of resources that exist outside the stack.
     *
     * @param byItself whether CloudFormation looks for them, as with {@code ImportExistingResources}
     * @param named the logical ids of those that the request names
     * @see <a
     *     href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html">
     *     Import resources automatically</a>
     */
    record Imports(boolean byItself, Set<String> named) {
        /** CloudFormation does not look for a resource whose name is a reference or a function. */
        boolean areOf(String logicalId, JsonNode declaration, ResourceTypes types) {
            return named.contains(logicalId)
                    || byItself
                            && types.identifier(declaration.path("Type").asText())
                                    .filter(name -> declaration
                                            .path("Properties")
                                            .path(name)
                                            .isTextual())
                                    .isPresent();
        }
    }

    /** Prepares an update. */
    StackUpdate(Stacks stacks, Stack stack, Imports imports) {
        this.stacks = stacks;
        this.stack = stack;
        this.imports = imports;
        this.before = stack.content();
        this.isCreation = before.template().isMissingNode();
    }

    /** What events and statuses call it. */
    String operation() {
        return !imports.named().isEmpty() ? "IMPORT" : isCreation ? "CREATE" : "UPDATE";
    }

    boolean isCreation() {
        return isCreation;
    }

    /** Creates and changes what a template declares; if that fails, the update is to be rolled back. */
    void apply(JsonNode content, Map<String, String> parameters) {
        stack.become(new Content(content, parameters, before.members(), before.outputs()));
        try {
            Template template = Template.of(content, parameters, stack.pseudoParameters());
            Map<String, String> outputs = template.provision((logicalId, declaration, properties) -> {
                Member member = provision(logicalId, declaration, properties, template.needs(declaration));
                now.put(logicalId, member);
                return member.resource();
            });
            stack.become(new Content(content, parameters, Map.copyOf(now), outputs));
        } catch (RuntimeException e) {
            // Until it is rolled back, it has both.
            Map<String, Member> members = new HashMap<>(before.members());
            members.putAll(now);
            stack.become(new Content(content, parameters, members, before.outputs()));
            throw e;
        }
    }

    /** The logical ids of what failed. */
    List<String> failed() {
        return failed;
    }

    private Member provision(String logicalId, JsonNode declaration, JsonNode properties, Set<String> needs) {
        String type = declaration.path("Type").asText();
        Optional<Member> old = Optional.ofNullable(before.members().get(logicalId))
                .filter(member -> member.type().equals(type));
        try {
            Resource resource = type.equals(Stack.TYPE)
                    ? nestedStack(logicalId, properties, old)
                    : old.isEmpty()
                            ? added(logicalId, type, declaration, properties)
                            : changed(logicalId, old.get(), properties);
            boolean isRetained = declaration.path("DeletionPolicy").asText().equals("Retain");
            return new Member(type, properties, needs, resource, isRetained);
        } catch (RuntimeException e) {
            failed.add(logicalId);
            event(
                    logicalId,
                    old.map(member -> member.resource().reference()).orElse(""),
                    type,
                    (old.isEmpty() ? "CREATE" : "UPDATE") + "_FAILED",
                    e.getMessage());
            throw e;
        }
    }

    private Resource added(String logicalId, String type, JsonNode declaration, JsonNode properties) {
        boolean isNamed = imports.named().contains(logicalId);
        Target target = new Target(stack, logicalId, type, properties, null, null);
        Optional<Resource> found = imports.areOf(logicalId, declaration, stacks.types())
                ? stacks.types().find(target)
                : Optional.empty();
        if (isNamed && found.isEmpty()) {
            throw new IllegalArgumentException("%s (%s): there is nothing to import".formatted(logicalId, type));
        }
        if (found.isPresent()
                && !isNamed
                && !DELETION_POLICIES_TO_IMPORT.contains(
                        declaration.path("DeletionPolicy").asText())) {
            throw ResourceTypes.exists(
                    target, "to be imported, it must have the DeletionPolicy Retain or RetainExceptOnCreate");
        }
        String operation = found.isPresent() ? "IMPORT" : "CREATE";
        event(logicalId, "", type, operation + "_IN_PROGRESS", "");
        Resource resource = found.orElseGet(() -> stacks.types().create(target));
        event(logicalId, resource.reference(), type, operation + "_COMPLETE", "");
        return resource;
    }

    private Resource changed(String logicalId, Member old, JsonNode properties) {
        if (old.properties().equals(properties)) {
            return old.resource();
        }
        return update(logicalId, old, old.resource(), old.properties(), properties);
    }

    private Resource update(String logicalId, Member member, Resource current, JsonNode from, JsonNode to) {
        event(logicalId, current.reference(), member.type(), "UPDATE_IN_PROGRESS", "");
        Resource resource = stacks.types().update(new Target(stack, logicalId, member.type(), to, current, from));
        event(logicalId, resource.reference(), member.type(), "UPDATE_COMPLETE", "");
        return resource;
    }

    private Resource nestedStack(String logicalId, JsonNode properties, Optional<Member> old) {
        Stack nested = old.map(member -> stacks.get(member.resource().reference()))
                .orElseGet(() -> stacks.add(
                        new Stack("%s-%s-%s".formatted(stack.name(), logicalId, Stacks.suffix()), Optional.of(stack))));
        StackUpdate update = new StackUpdate(stacks, nested, imports);
        nestedUpdates.put(logicalId, update);
        JsonNode template = stacks.template(properties.path("TemplateURL").asText());
        Map<String, String> parameters = stacks.parameters(template, Stacks.texts(properties.path("Parameters")));
        String operation = update.operation();
        event(logicalId, nested.id(), Stack.TYPE, operation + "_IN_PROGRESS", "");
        nested.enter(operation + "_IN_PROGRESS", "");
        try {
            update.apply(template, parameters);
        } catch (RuntimeException e) {
            nested.enter(operation + "_FAILED", update.failureReason());
            throw new IllegalStateException(
                    "Embedded stack %s was not successfully %sd: %s"
                            .formatted(nested.id(), operation.toLowerCase(Locale.ROOT), e.getMessage()),
                    e);
        }
        nested.enter(operation + "_COMPLETE", "");
        event(logicalId, nested.id(), Stack.TYPE, operation + "_COMPLETE", "");
        return ResourceTypes.nestedStack(nested);
    }

    /** CloudFormation's words for which resources have failed. */
    String failureReason() {
        return failed.isEmpty()
                ? "The template could not be applied"
                : "The following resource(s) failed to %s: [%s]."
                        .formatted(isCreation ? "create" : "update", String.join(", ", failed));
    }

    /** Deletes what the template does not declare any more, and what another resource took the place of. */
    void cleanUp() {
        nestedUpdates.values().forEach(StackUpdate::cleanUp);
        delete(before.members(), id -> !isStillThere(before.members().get(id), now.get(id)));
    }

    /** Changes back what was changed, and deletes what was created, unless it is to be retained. */
    void rollBack() {
        graph(before.members()).forward(this::restore);
        nestedUpdates.forEach((logicalId, update) -> {
            if (!before.members().containsKey(logicalId) && !now.containsKey(logicalId)) {
                update.rollBackAndLeave(logicalId, this);
            }
        });
        delete(now, id -> !before.members().containsKey(id));
        stack.become(isCreation ? new Content(stack.content().template(), Map.of(), Map.of(), Map.of()) : before);
    }

    /** A nested stack that could not be made goes as a whole. */
    private void rollBackAndLeave(String logicalId, StackUpdate parent) {
        stack.enter("DELETE_IN_PROGRESS", "");
        rollBack();
        stack.enter(Stack.DELETE_COMPLETE, "");
        parent.event(logicalId, stack.id(), Stack.TYPE, Stack.DELETE_COMPLETE, "");
    }

    private void restore(String logicalId) {
        Member old = before.members().get(logicalId);
        Member changed = now.get(logicalId);
        StackUpdate nested = nestedUpdates.get(logicalId);
        if (nested != null) {
            event(logicalId, nested.stack.id(), Stack.TYPE, "UPDATE_IN_PROGRESS", "");
            nested.stack.enter("UPDATE_ROLLBACK_IN_PROGRESS", "");
            nested.rollBack();
            nested.stack.enter("UPDATE_ROLLBACK_COMPLETE", "");
            event(logicalId, nested.stack.id(), Stack.TYPE, "UPDATE_COMPLETE", "");
        } else if (changed != null && !changed.properties().equals(old.properties())) {
            // What was replaced is still there; a custom resource is told nevertheless: it has its own idea of that.
            if (isStillThere(old, changed) || old.isCustom()) {
                update(logicalId, old, changed.resource(), changed.properties(), old.properties());
            }
            if (!isStillThere(changed, old)) {
                delete(Map.of(logicalId, changed), id -> true);
            }
        } else if (failed.contains(logicalId) && old.isCustom()) {
            // Where the failure has left it, only its handler knows.
            update(logicalId, old, old.resource(), old.properties(), old.properties());
        }
    }

    private static boolean isStillThere(Member one, Member other) {
        return other != null
                && one.type().equals(other.type())
                && one.resource().reference().equals(other.resource().reference());
    }

    private static ResourceGraph graph(Map<String, Member> members) {
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        members.forEach((logicalId, member) -> needs.put(logicalId, member.needs()));
        return new ResourceGraph(needs);
    }

    /** Deletes all that the stack has, unless it is to be retained; when something fails, the rest is there to be deleted again. */
    void deleteAll() {
        try {
            delete(before.members(), id -> true);
        } finally {
            Map<String, Member> left = new HashMap<>(before.members());
            left.keySet().removeAll(deleted);
            stack.become(new Content(before.template(), before.parameters(), left, before.outputs()));
        }
    }

    /**
     * Deletes resources, each after all that need it, unless they are to be retained.
     *
     * @param members resources by logical id, with those that stay
     */
    private void delete(Map<String, Member> members, Predicate<String> unwanted) {
        graph(members).backward(logicalId -> {
            if (unwanted.test(logicalId)) {
                delete(logicalId, members.get(logicalId));
            }
        });
    }

    private void delete(String logicalId, Member member) {
        String physicalId = member.resource().reference();
        if (member.isRetained()) {
            event(logicalId, physicalId, member.type(), "DELETE_SKIPPED", "");
            return;
        }
        event(logicalId, physicalId, member.type(), "DELETE_IN_PROGRESS", "");
        try {
            if (member.type().equals(Stack.TYPE)) {
                Stack nested = stacks.get(physicalId);
                nested.enter("DELETE_IN_PROGRESS", "");
                new StackUpdate(stacks, nested, imports).deleteAll();
                nested.enter(Stack.DELETE_COMPLETE, "");
            } else {
                stacks.types().delete(target(logicalId, member));
            }
        } catch (RuntimeException e) {
            failed.add(logicalId);
            event(logicalId, physicalId, member.type(), "DELETE_FAILED", e.getMessage());
            throw e;
        }
        deleted.add(logicalId);
        event(logicalId, physicalId, member.type(), Stack.DELETE_COMPLETE, "");
    }

    private Target target(String logicalId, Member member) {
        return new Target(stack, logicalId, member.type(), member.properties(), member.resource(), null);
    }

    private void event(String logicalId, String physicalId, String type, String status, String reason) {
        stack.resourceEvent(logicalId, physicalId, type, status, reason == null ? "" : reason);
    }
}
