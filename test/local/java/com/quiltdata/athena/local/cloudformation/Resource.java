package com.quiltdata.athena.local.cloudformation;

import java.util.Map;

/**
 * A resource that was created, as other resources and outputs refer to it.
 *
 * @param reference what {@code Ref} returns: the physical id
 * @param attributes what {@code Fn::GetAtt} returns, by the attribute's name
 */
record Resource(String reference, Map<String, String> attributes) {

    Resource {
        attributes = Map.copyOf(attributes);
    }

    /** A resource without attributes. */
    Resource(String reference) {
        this(reference, Map.of());
    }
}
