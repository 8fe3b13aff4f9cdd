package com.quiltdata.athena.deployed;

/** There is no deployment that could be checked, or none that can be reached; the message is one line. */
final class NothingToCheckException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NothingToCheckException(String reason, Throwable cause) {
        super(reason, cause);
    }

    NothingToCheckException(String reason) {
        this(reason, null);
    }
}
