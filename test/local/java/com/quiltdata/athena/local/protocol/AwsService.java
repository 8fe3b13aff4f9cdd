package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A service; input and output of its operations are JSON here, whatever protocol its clients use. */
@FunctionalInterface
public interface AwsService {
    /**
     * Carries out one operation.
     *
     * @param operation the operation's name in the service's model, such as {@code GetTable}
     * @throws AwsServiceException if the service refuses, with an error of its model
     */
    ObjectNode call(String operation, ObjectNode request);
}
