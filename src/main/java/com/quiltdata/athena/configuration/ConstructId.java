package com.quiltdata.athena.configuration;

import java.util.Optional;
import java.util.Set;

/** The names that the CDK cannot give to a construct, found by trying them. */
final class ConstructId {

    /** Every JavaScript object has them, so that the CDK takes them for constructs that are there already. */
    private static final Set<String> TAKEN = Set.of(
            "__proto__",
            "constructor",
            "hasOwnProperty",
            "isPrototypeOf",
            "propertyIsEnumerable",
            "toLocaleString",
            "toString",
            "valueOf");

    private ConstructId() {}

    /**
     * Checks a name that will be a construct's id.
     *
     * @return the rule that it breaks, as a phrase that follows "must"; empty if it breaks none
     */
    static Optional<String> brokenRule(String name) {
        return TAKEN.contains(name)
                ? Optional.of("not be a name that every JavaScript object has: the CDK would not take it")
                : Optional.empty();
    }
}
