package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What CloudFormation does about the resources of one type. Where nothing else is said, making one does nothing, changing
 * one is making it again, deleting one does nothing, and nothing can be told of it.
 */
final class ResourceType {
    private final Function<Target, Resource> reference;
    private Consumer<Target> create = target -> {};
    private Function<Target, Resource> update = this::create;
    private Consumer<Target> delete = target -> {};
    private Function<Target, Optional<ObjectNode>> read = target -> Optional.empty();
    private Predicate<String> replacing = property -> false;
    private Optional<String> identifier = Optional.empty();

    /**
     * A resource, and what it is to be.
     *
     * @param properties its properties, without intrinsic functions
     * @param current how others refer to it; null before it is made
     * @param before its properties so far, where they change
     */
    record Target(Stack stack, String logicalId, String type, JsonNode properties, Resource current, JsonNode before) {

        /** The physical id. */
        String id() {
            return current.reference();
        }

        String text(String property) {
            return properties.path(property).asText();
        }

        /** The properties, as the beginning of a request. */
        ObjectNode request() {
            return properties.deepCopy();
        }

        private Target as(Resource resource) {
            return new Target(stack, logicalId, type, properties, resource, before);
        }
    }

    /** Begins a type, with how others refer to a resource; where only its service knows, that makes it. */
    ResourceType(Function<Target, Resource> reference) {
        this.reference = reference;
    }

    /** Says how a resource is made. */
    ResourceType create(Consumer<Target> how) {
        create = how;
        return this;
    }

    /** Says how a resource is changed. */
    ResourceType update(Consumer<Target> how) {
        return updateOrReplace(target -> {
            how.accept(target);
            return target.current();
        });
    }

    /** Says how a resource is changed, or another one made that takes its place. */
    ResourceType updateOrReplace(Function<Target, Resource> how) {
        update = how;
        return this;
    }

    /** Says with which properties a resource is replaced; none: with each. */
    ResourceType replacedWith(String... properties) {
        replacing = property -> properties.length == 0 || Set.of(properties).contains(property);
        return this;
    }

    /** Says how a resource is deleted. */
    ResourceType delete(Consumer<Target> how) {
        delete = how;
        return this;
    }

    /** Says how to find what a resource really has of what its template may set; it fails if there is no such resource. */
    ResourceType read(Function<Target, Optional<ObjectNode>> how) {
        read = how;
        return this;
    }

    /** Says that an existing resource can become a stack's, and by which property an import names it. */
    ResourceType importedBy(String property) {
        identifier = Optional.of(property);
        return this;
    }

    Resource create(Target target) {
        Resource resource = reference.apply(target);
        create.accept(target.as(resource));
        return resource;
    }

    /** Returns the same resource, or the one that takes its place. */
    Resource update(Target target) {
        boolean isReplaced = ChangeSet.differences(target.before(), target.properties()).stream()
                .anyMatch(replacing);
        return isReplaced ? create(target) : update.apply(target);
    }

    void delete(Target target) {
        delete.accept(target);
    }

    Optional<ObjectNode> read(Target target) {
        return read.apply(target);
    }

    /** Returns the existing resource that the properties name. */
    Resource existing(Target target) {
        Resource resource = reference.apply(target);
        read.apply(target.as(resource));
        return resource;
    }

    boolean isReplacedWith(String property) {
        return replacing.test(property);
    }

    /** The property that names a resource when it is imported; empty where that cannot be. */
    Optional<String> identifier() {
        return identifier;
    }
}
