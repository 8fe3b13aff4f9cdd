package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.LocalStack.ExistingResources;
import com.quiltdata.athena.local.cloudformation.LocalStack.Member;
import com.quiltdata.athena.local.cloudformation.ResourceChange.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One update of a stack or nested stack, in CloudFormation's three parts: what the new template declares is created or
 * changed; then, when the whole stack has come so far, what it does not want any more is deleted; or, when something
 * failed, what was changed is changed back, and what was created is deleted.
 *
 * <p>Creating a stack is the update of one that has nothing, and deleting it the cleaning up alone. Resources are made
 * one after the other, where CloudFormation makes several at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html">
 *     Update behaviors of stack resources</a>
 */
final class StackUpdate {
    private static final String NESTED_STACK = "AWS::CloudFormation::Stack";
    private static final String FUNCTION = "AWS::Lambda::Function";

    private static final Set<String> DELETION_POLICIES_TO_IMPORT = Set.of("Retain", "RetainExceptOnCreate");

    /** From a type that CloudFormation imports by itself to the property that names a resource of it. */
    private static final Map<String, String> IMPORTED_BY = Map.of(
            "AWS::Athena::WorkGroup", "Name", "AWS::Glue::Database", "DatabaseName", "AWS::S3::Bucket", "BucketName");

    private final ResourceTypes types;
    private final SequencedMap<String, Member> before;
    private final ExistingResources existing;
    private final List<ResourceChange> changes;
    private final SequencedMap<String, Member> now = new LinkedHashMap<>();
    private final Map<String, StackUpdate> nestedUpdates = new LinkedHashMap<>();
    private final List<String> failed = new ArrayList<>();

    /**
     * Prepares an update.
     *
     * @param types makes the resources
     * @param before what the stack has, by logical id, in an order in which nothing comes before what it needs
     * @param existing what becomes of resources that exist outside the stack
     * @param changes gets what is done about each resource
     */
    StackUpdate(
            ResourceTypes types,
            SequencedMap<String, Member> before,
            ExistingResources existing,
            List<ResourceChange> changes) {
        this.types = types;
        this.before = before;
        this.existing = existing;
        this.changes = changes;
    }

    /**
     * Creates and changes what a template declares.
     *
     * @param template the template
     * @param parameters the values of its parameters
     * @return the outputs, by name
     * @throws RuntimeException if a resource cannot be made; the update is then to be rolled back
     */
    Map<String, String> apply(JsonNode template, Map<String, String> parameters) {
        return TemplateDeployment.provision(this::provision, template, parameters);
    }

    /**
     * What the stack has now.
     *
     * @return the resources, by logical id
     */
    SequencedMap<String, Member> members() {
        return now;
    }

    private Resource provision(String logicalId, JsonNode declaration, JsonNode properties) {
        String type = declaration.path("Type").asText();
        boolean isRetained = LocalStack.isRetained(declaration);
        Optional<Member> old = Optional.ofNullable(before.get(logicalId));
        Member member;
        if (type.equals(NESTED_STACK)) {
            member = nestedStack(logicalId, properties, isRetained, old);
        } else {
            Resource resource;
            try {
                resource = old.isEmpty() || type.equals(FUNCTION)
                        ? added(logicalId, type, declaration, properties)
                        : changed(logicalId, old.get(), properties);
            } catch (RuntimeException e) {
                failed.add(logicalId);
                throw e;
            }
            member = new Member(type, properties, resource, isRetained, Optional.empty());
        }
        now.put(logicalId, member);
        return member.resource();
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

    private Member nestedStack(String logicalId, JsonNode properties, boolean isRetained, Optional<Member> old) {
        StackUpdate update =
                new StackUpdate(types, old.flatMap(Member::nested).orElseGet(LinkedHashMap::new), existing, changes);
        nestedUpdates.put(logicalId, update);
        Map<String, String> outputs =
                update.apply(types.nestedTemplate(properties), ResourceTypes.nestedParameters(properties));
        return new Member(
                NESTED_STACK,
                properties,
                ResourceTypes.nestedStack(logicalId, outputs),
                isRetained,
                Optional.of(update.members()));
    }

    /** Deletes what the template does not declare any more, and what another resource took the place of. */
    void cleanUp() {
        nestedUpdates.values().forEach(StackUpdate::cleanUp);
        SequencedMap<String, Member> unwanted = new LinkedHashMap<>(before);
        unwanted.entrySet().removeIf(entry -> isStillThere(entry.getValue(), now.get(entry.getKey())));
        delete(types, unwanted);
    }

    /** Changes back what was changed, and deletes what was created, unless it is to be retained. */
    void rollBack() {
        before.forEach((logicalId, old) -> {
            Member changed = now.get(logicalId);
            if (nestedUpdates.containsKey(logicalId)) {
                nestedUpdates.get(logicalId).rollBack();
            } else if (changed != null && !changed.properties().equals(old.properties())) {
                restore(logicalId, old, changed);
            } else if (failed.contains(logicalId) && isCustom(old)) {
                // Where the failure has left it, only its handler knows.
                types.update(logicalId, old.type(), old.resource(), old.properties(), old.properties());
            }
        });
        SequencedMap<String, Member> created = new LinkedHashMap<>(now);
        created.keySet().removeAll(before.keySet());
        nestedUpdates.forEach((logicalId, update) -> {
            if (!before.containsKey(logicalId) && !created.containsKey(logicalId)) {
                update.rollBack();
            }
        });
        delete(types, created);
    }

    /** What was replaced is still there; a custom resource is told nevertheless, since it has its own idea of that. */
    private void restore(String logicalId, Member old, Member changed) {
        if (isStillThere(old, changed) || isCustom(old)) {
            types.update(logicalId, old.type(), changed.resource(), changed.properties(), old.properties());
        }
        if (!isStillThere(changed, old)) {
            delete(types, new LinkedHashMap<>(Map.of(logicalId, changed)));
        }
    }

    private static boolean isCustom(Member member) {
        return member.type().startsWith("Custom::");
    }

    private static boolean isStillThere(Member one, Member other) {
        return other != null
                && one.resource().reference().equals(other.resource().reference());
    }

    /**
     * Deletes resources, the last one first, unless they are to be retained. Functions are made known before: the
     * target's template does not have those of a nested stack that goes.
     *
     * @param types deletes them
     * @param members the resources, by logical id, in an order in which nothing comes before what it needs
     */
    static void delete(ResourceTypes types, SequencedMap<String, Member> members) {
        members.forEach((logicalId, member) -> {
            if (member.type().equals(FUNCTION)) {
                types.create(logicalId, member.type(), member.properties());
            }
        });
        members.reversed().forEach((logicalId, member) -> {
            if (member.isRetained()) {
                return;
            }
            if (member.nested().isPresent()) {
                delete(types, member.nested().get());
            } else {
                types.delete(logicalId, member.type(), member.resource(), member.properties());
            }
        });
    }
}
