package com.quiltdata.athena.local.athena;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.util.Map;

/** The errors that Athena answers requests with. */
final class AthenaErrors {
    private static final String INVALID_REQUEST = "InvalidRequestException";

    private AthenaErrors() {}

    /**
     * Checks a request for many things at once, which may name up to 50.
     *
     * @throws AwsServiceException if it names none or more
     */
    static void requireBatch(JsonNode request, String ids) throws AwsServiceException {
        Constraints.of(request).required(ids).length(ids, 1, 50).check(AthenaErrors::invalidInput);
    }

    /** Returns the error for a request that is not valid. */
    static AwsServiceException invalidInput(String message) {
        return invalidRequest("INVALID_INPUT", message);
    }

    /** Returns the error for a request that is refused. */
    static AwsServiceException invalidRequest(String code, String message) {
        return new AwsServiceException(INVALID_REQUEST, message, Map.of("AthenaErrorCode", code, "ErrorCode", code));
    }
}
