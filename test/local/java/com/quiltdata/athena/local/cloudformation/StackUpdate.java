package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.local.cloudformation.LocalStack.ExistingResources;
import com.quiltdata.athena.local.cloudformation.LocalStack.Member;
import com.quiltdata.athena.local.cloudformation.ResourceChange.Action;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final String FUNCTION = "AWS::Lambda::Function";

    private static final Set<String> DELETION_POLICIES_TO_IMPORT = Set.of("Retain", "RetainExceptOnCreate");

    /** From a type that CloudFormation imports by itself to the property that names a resource of it. */
    private static final Map<String, String> IMPORTED_BY = Map.of(
            "AWS::Athena::WorkGroup", "Name", "AWS::Glue::Database", "DatabaseName", "AWS::S3::Bucket", "BucketName");

    private final ResourceTypes types;
    private final Map<String, Member> before;
    private final ExistingResources existing;
    private final List<ResourceChange> changes;
    private final Map<String, Member> now = new ConcurrentHashMap<>();
    private final Map<String, StackUpdate> nestedUpdates = new ConcurrentHashMap<>();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    /**
     * Prepares an update.
     *
     * @param before what the stack has, by logical id
     * @param existing what becomes of resources that exist outside the stack
     * @param changes gets what is done about each resource, from several threads
     */
    StackUpdate(
            ResourceTypes types, Map<String, Member> before, ExistingResources existing, List<ResourceChange> changes) {
        this.types = types;
        this.before = before;
        this.existing = existing;
        this.changes = changes;
    }

    /**
     * Creates and changes what a template declares.
     *
     * @throws RuntimeException if a resource cannot be made; the update is then to be rolled back
     */
    Map<String, String> apply(Template template) {
        return template.provision((logicalId, declaration, properties) -> {
            Member member = provision(logicalId, declaration, properties, template.needs(declaration));
            now.put(logicalId, member);
            return member.resource();
        });
    }

    /** What the stack has now. */
    Map<String, Member> members() {
        return Map.copyOf(now);
    }

    private Member provision(String logicalId, JsonNode declaration, JsonNode properties, Set<String> needs) {
        String type = declaration.path("Type").asText();
        Optional<Member> old = Optional.ofNullable(before.get(logicalId));
        if (type.equals(LocalStack.NESTED_STACK)) {
            return nestedStack(logicalId, declaration, properties, needs, old);
        }
        try {
            Resource resource = old.isEmpty() || type.equals(FUNCTION)
                    ? added(logicalId, type, declaration, properties)
                    : changed(logicalId, old.get(), properties);
            return Member.of(declaration, properties, needs, resource);
        } catch (RuntimeException e) {
            failed.add(logicalId);
            throw e;
        }
    }

    private Resource added(String logicalId, String type, JsonNode declaration, JsonNode properties) {
        Optional<Resource> found = existing == ExistingResources.IMPORT && isNamed(type, declaration)
                ? types.find(type, properties)
                : Optional.empty();
        if (found.isPresent()
                && !DELETION_POLICIES_TO_IMPORT.contains(
                        declaration.path("DeletionPolicy").asText())) {
            throw new ResourceExistsException(
                    logicalId, type, "to be imported, it must have the DeletionPolicy Retain or RetainExceptOnCreate");
        }
        Resource resource = found.orElseGet(() -> types.create(logicalId, type, properties));
        Action action = found.isPresent() ? Action.IMPORTED : Action.CREATED;
        changes.add(new ResourceChange(type, resource.reference(), action, List.of()));
        return resource;
    }

    /** CloudFormation does not look for a resource whose name is a reference or a function. */
    private static boolean isNamed(String type, JsonNode declaration) {
        return IMPORTED_BY.containsKey(type)
                && declaration.path("Properties").path(IMPORTED_BY.get(type)).isTextual();
    }

    private Resource changed(String logicalId, Member old, JsonNode properties) {
        if (old.properties().equals(properties)) {
            return old.resource();
        }
        Resource resource = types.update(logicalId, old.type(), old.resource(), old.properties(), properties);
        SortedSet<String> names = new TreeSet<>();
        old.properties().fieldNames().forEachRemaining(names::add);
        properties.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> old.properties().path(name).equals(properties.path(name)));
        changes.add(new ResourceChange(old.type(), resource.reference(), Action.UPDATED, List.copyOf(names)));
        return resource;
    }

    private Member nestedStack(
            String logicalId, JsonNode declaration, JsonNode properties, Set<String> needs, Optional<Member> old) {
        StackUpdate update = new StackUpdate(types, old.map(Member::nested).orElse(Map.of()), existing, changes);
        nestedUpdates.put(logicalId, update);
        JsonNode template = types.nestedTemplate(properties);
        Map<String, String> outputs = update.apply(new Template(template, ResourceTypes.nestedParameters(properties)));
        String id = old.map(member -> member.resource().reference())
                .orElseGet(() -> StackDescription.id(
                        QuiltAthenaApp.STACK_ID + "-" + logicalId,
                        UUID.randomUUID().toString()));
        return Member.of(declaration, properties, needs, ResourceTypes.nestedStack(id, outputs))
                .withNested(template, update.members());
    }

    /** Deletes what the template does not declare any more, and what another resource took the place of. */
    void cleanUp() {
        nestedUpdates.values().forEach(StackUpdate::cleanUp);
        delete(types, before, id -> !isStillThere(before.get(id), now.get(id)));
    }

    /** Changes back what was changed, and deletes what was created, unless it is to be retained. */
    void rollBack() {
        graph(before).forward(this::restore);
        nestedUpdates.forEach((logicalId, update) -> {
            if (!before.containsKey(logicalId) && !now.containsKey(logicalId)) {
                update.rollBack();
            }
        });
        delete(types, now, id -> !before.containsKey(id));
    }

    private void restore(String logicalId) {
        Member old = before.get(logicalId);
        Member changed = now.get(logicalId);
        if (nestedUpdates.containsKey(logicalId)) {
            nestedUpdates.get(logicalId).rollBack();
        } else if (changed != null && !changed.properties().equals(old.properties())) {
            // What was replaced is still there; a custom resource is told nevertheless: it has its own idea of that.
            if (isStillThere(old, changed) || old.isCustom()) {
                types.update(logicalId, old.type(), changed.resource(), changed.properties(), old.properties());
            }
            if (!isStillThere(changed, old)) {
                delete(types, Map.of(logicalId, changed), id -> true);
            }
        } else if (failed.contains(logicalId) && old.isCustom()) {
            // Where the failure has left it, only its handler knows.
            types.update(logicalId, old.type(), old.resource(), old.properties(), old.properties());
        }
    }

    private static boolean isStillThere(Member one, Member other) {
        return other != null
                && one.resource().reference().equals(other.resource().reference());
    }

    private static ResourceGraph graph(Map<String, Member> members) {
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        members.forEach((logicalId, member) -> needs.put(logicalId, member.needs()));
        return new ResourceGraph(needs);
    }

    /**
     * Deletes resources, each after all that need it, unless they are to be retained. Functions are made known before:
     * the target's template does not have those of a nested stack that goes.
     *
     * @param members resources by logical id, with those that stay
     */
    static void delete(ResourceTypes types, Map<String, Member> members, Predicate<String> unwanted) {
        members.forEach((logicalId, member) -> {
            if (member.type().equals(FUNCTION) && unwanted.test(logicalId)) {
                types.create(logicalId, member.type(), member.properties());
            }
        });
        graph(members).backward(logicalId -> {
            Member member = members.get(logicalId);
            if (!unwanted.test(logicalId) || member.isRetained()) {
                return;
            }
            if (member.isNestedStack()) {
                delete(types, member.nested(), id -> true);
            } else {
                types.delete(logicalId, member.type(), member.resource(), member.properties());
            }
        });
    }
}
