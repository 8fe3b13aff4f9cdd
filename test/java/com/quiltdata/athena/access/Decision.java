package com.quiltdata.athena.access;

/**
 * What a policy says of a request.
 *
 * @param allowed whether the call can be made
 * @param reason which statement decided, or why none applies
 */
record Decision(boolean allowed, String reason) {

    /**
     * The decision as a table has it.
     *
     * @return "allowed" or "denied"
     */
    String word() {
        return allowed ? "allowed" : "denied";
    }
}
