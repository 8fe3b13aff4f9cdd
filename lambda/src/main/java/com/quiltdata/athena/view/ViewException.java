package com.quiltdata.athena.view;

/** Athena did not bring a view to the state that was asked for. The message is what an administrator reads. */
public final class ViewException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ViewException(String message, Throwable cause) {
        super(message, cause);
    }

    ViewException(String message) {
        super(message);
    }
}
