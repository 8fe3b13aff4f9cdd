package com.quiltdata.athena.local.protocol;

import java.util.Map;

/** An error of an AWS service, as its client gets to see it. */
public final class AwsServiceException extends RuntimeException {
    /** The type of the error for a request that is not of the form that the service's model says. */
    static final String SERIALIZATION = "SerializationException";

    private static final long serialVersionUID = 1;

    private final String type;
    private final transient Map<String, String> members;

    /** Makes an error that has a message only; its type is the name in the service's model. */
    public AwsServiceException(String type, String message) {
        this(type, message, Map.of());
    }

    /** Makes an error, with what the service's model gives it besides its message. */
    public AwsServiceException(String type, String message, Map<String, String> members) {
        super(message);
        this.type = type;
        this.members = Map.copyOf(members);
    }

    /** Returns the error's name in the service's model. */
    public String type() {
        return type;
    }

    /** Returns what the error carries besides its message. */
    Map<String, String> members() {
        return members;
    }
}
