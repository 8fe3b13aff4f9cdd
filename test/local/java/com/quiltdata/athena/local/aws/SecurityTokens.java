package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsQueryFilter;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.LocalAccount;

/** A Security Token Service that tells who calls. There are no roles here, so nobody can assume one. */
final class SecurityTokens implements AwsService {
    /** The version of the service's API. */
    static final String VERSION = "2011-06-15";

    @Override
    public ObjectNode call(String operation, ObjectNode request) throws AwsServiceException {
        if (!operation.equals("GetCallerIdentity")) {
            throw AwsQueryFilter.unknownOperation(operation, VERSION);
        }
        return AwsJson.object()
                .put("Account", LocalAccount.ACCOUNT_ID)
                .put("Arn", "arn:aws:iam::%s:root".formatted(LocalAccount.ACCOUNT_ID))
                .put("UserId", LocalAccount.ACCOUNT_ID);
    }
}
