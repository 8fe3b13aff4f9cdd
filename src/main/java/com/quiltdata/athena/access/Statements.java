package com.quiltdata.athena.access;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;

/** Statements of policies. */
public final class Statements {
    private Statements() {}

    /**
     * Allows actions.
     *
     * @param sid the statement's id: so the CDK does not merge it with another, and a reviewer finds it again
     */
    public static PolicyStatement allow(
            String sid, List<String> actions, List<String> resources, Map<String, Map<String, Object>> conditions) {
        return PolicyStatement.Builder.create()
                .sid(sid)
                .actions(actions)
                .resources(resources)
                .conditions(conditions)
                .build();
    }
}
