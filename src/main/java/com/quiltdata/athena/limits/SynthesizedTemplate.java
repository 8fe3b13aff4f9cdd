package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A template as CloudFormation will get it.
 *
 * @param group the group of Quilt buckets whose nested stack it is; empty for the stack itself
 * @param bytes the size of its file
 * @param resources logical id → resource
 * @param values what is known of its references
 */
record SynthesizedTemplate(Optional<String> group, long bytes, JsonNode resources, ReferenceValues values) {
    private static final List<String> ROLE_POLICIES = List.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy");

    /** A policy beside a role, and the roles of the same template that have it. */
    record Policy(boolean isManaged, JsonNode resource, int characters) {

        /**
         * Whether the policy has a role of the same template.
         *
         * @return true if it is attached
         */
        boolean isOf(String role) {
            return StreamSupport.stream(properties().path("Roles").spliterator(), false)
                    .anyMatch(attached -> attached.path("Ref").asText().equals(role));
        }

        JsonNode properties() {
            return resource.path("Properties");
        }

        boolean hasMetadata(String key) {
            return resource.path("Metadata").has(key);
        }
    }

    /**
     * The resources of a type.
     *
     * @return logical id → resource
     */
    Map<String, JsonNode> resourcesOf(String type) {
        Map<String, JsonNode> ofType = new LinkedHashMap<>();
        resources.properties().forEach(entry -> {
            if (entry.getValue().path("Type").asText().equals(type)) {
                ofType.put(entry.getKey(), entry.getValue());
            }
        });
        return ofType;
    }

    /**
     * The policies of roles, managed ones and those that lie in a role.
     *
     * @return with their sizes in characters, as IAM counts them: all but white space, with the names filled in
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html">IAM quotas</a>
     */
    List<Policy> policies() {
        return ROLE_POLICIES.stream()
                .flatMap(type -> resourcesOf(type).values().stream())
                .map(resource -> new Policy(
                        resource.path("Type").asText().equals("AWS::IAM::ManagedPolicy"),
                        resource,
                        values.characters(resource.path("Properties").path("PolicyDocument"))))
                .toList();
    }
}
