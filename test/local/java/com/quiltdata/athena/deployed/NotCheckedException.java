package com.quiltdata.athena.deployed;

/** Something cannot be checked; the message is the reason, for the one who runs the check. */
final class NotCheckedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotCheckedException(String reason, Throwable cause) {
        super(reason, cause);
    }

    NotCheckedException(String reason) {
        this(reason, null);
    }
}
