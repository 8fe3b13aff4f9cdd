package com.quiltdata.athena.local.cloudformation;

/** A resource that a template declares exists already, outside the stack. CloudFormation's word is AlreadyExists. */
public final class ResourceExistsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param logicalId the resource's name in the template
     */
    ResourceExistsException(String logicalId, String type, String reason) {
        super("AlreadyExists: %s (%s): %s".formatted(logicalId, type, reason));
    }
}
