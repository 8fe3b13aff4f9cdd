package com.quiltdata.athena.handler;

/** Athena did not bring a view to the state that was asked for. The message is what an administrator reads. */
public final class ViewException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ViewException(String message, Throwable cause) {
        super(message, cause);
    }
}
