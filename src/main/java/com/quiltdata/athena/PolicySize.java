package com.quiltdata.athena;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
     * @param values what references in the policy will be: the reference, as a CDK token → its value
     * @return characters
     * @throws IllegalArgumentException if the policy has a reference of unknown value
     */
    static int of(Stack stack, PolicyDocument document, Map<String, String> values) {
        Map<Object, String> resolvedValues = new LinkedHashMap<>();
        resolvedValues.put(stack.resolve(Aws.PARTITION), LONGEST_PARTITION);
        resolvedValues.put(stack.resolve(Aws.REGION), LONGEST_REGION);
        resolvedValues.put(stack.resolve(Aws.ACCOUNT_ID), ANY_ACCOUNT);
        values.forEach((token, value) -> resolvedValues.put(stack.resolve(token), value));

        return parts(stack.resolve(stack.toJsonString(document))).stream()
                .map(part -> part instanceof String text ? text : value(resolvedValues, part))
                .mapToInt(PolicySize::charactersThatCount)
                .sum();
    }

    /** The JSON text as CDK writes it: plain, or as texts and references that CloudFormation joins. */
    private static List<?> parts(Object text) {
        return text instanceof Map<?, ?> join
                        && join.get("Fn::Join") instanceof List<?> arguments
                        && arguments.get(1) instanceof List<?> parts
                ? parts
                : List.of(text);
    }

    private static String value(Map<Object, String> values, Object reference) {
        String value = values.get(reference);
        if (value == null) {
            throw new IllegalArgumentException("The policy has a reference of unknown length: " + reference);
        }
        return value;
    }

    private static int charactersThatCount(String text) {
        return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
    }
}
