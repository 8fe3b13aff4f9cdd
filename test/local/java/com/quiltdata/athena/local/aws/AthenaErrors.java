package com.quiltdata.athena.local.aws;

import java.util.Map;

/** The errors that Athena answers requests with. */
final class AthenaErrors {
    static final String INVALID_REQUEST = "InvalidRequestException";

    private AthenaErrors() {}

    /** Returns the error for a request that is not valid. */
    static AwsServiceException invalidInput(String message) {
        return invalidRequest("INVALID_INPUT", message);
    }

    /**
     * Returns the error for a request that is refused.
     *
     * @param code tells the reasons apart
     */
    static AwsServiceException invalidRequest(String code, String message) {
        return new AwsServiceException(INVALID_REQUEST, message, Map.of("AthenaErrorCode", code, "ErrorCode", code));
    }
}
