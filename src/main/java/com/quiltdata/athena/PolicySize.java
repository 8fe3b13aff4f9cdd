package com.quiltdata.athena;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyDocument;

/**
 * The size of a policy as IAM counts it: every character of the JSON text except white space, after CloudFormation has
 * filled in the names. What is known only at deployment counts as long as AWS has it.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html">IAM quotas</a>
 */
final class PolicySize {

    /** The most characters of a managed policy; AWS does not raise it. */
    static final int MANAGED_POLICY_LIMIT = 6_144;

    /** No partition has a longer name. */
    static final String LONGEST_PARTITION = "aws-us-gov";

    /** No region has a longer name. */
    static final String LONGEST_REGION = "us-isof-south-1";

    /** Every account id has twelve digits. */
    static final String ANY_ACCOUNT = "123456789012";

    private PolicySize() {}

    /**
     * Counts a policy.
     *
     * @param stack the stack that declares it
     * @param document the policy
     * @param values what references in the policy will be: the reference, as a CDK token → its value, which
     *     may refer to the partition, the region and the account
     * @return characters
     * @throws IllegalArgumentException if the policy has a reference of unknown value
     */
    static int of(Stack stack, PolicyDocument document, Map<String, String> values) {
        Map<Object, String> known = new LinkedHashMap<>();
        known.put(stack.resolve(Aws.PARTITION), LONGEST_PARTITION);
        known.put(stack.resolve(Aws.REGION), LONGEST_REGION);
        known.put(stack.resolve(Aws.ACCOUNT_ID), ANY_ACCOUNT);
        values.forEach((token, value) -> known.put(stack.resolve(token), text(stack.resolve(value), known)));
        return (int) text(stack.resolve(stack.toJsonString(document)), known)
                .chars()
                .filter(c -> !Character.isWhitespace(c))
                .count();
    }

    private static String text(Object resolved, Map<Object, String> known) {
        return parts(resolved).stream()
                .map(part -> part instanceof String text ? text : value(part, known))
                .collect(Collectors.joining());
    }

    /** A text as CDK resolves it: plain, or in texts and references that CloudFormation joins. */
    private static List<?> parts(Object resolved) {
        return resolved instanceof Map<?, ?> join
                        && join.get("Fn::Join") instanceof List<?> arguments
                        && arguments.get(1) instanceof List<?> parts
                ? parts
                : List.of(resolved);
    }

    private static String value(Object reference, Map<Object, String> known) {
        String value = known.get(reference);
        if (value == null) {
            throw new IllegalArgumentException("The policy has a reference of unknown length: " + reference);
        }
        return value;
    }
}
