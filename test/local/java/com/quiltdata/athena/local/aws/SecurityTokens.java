package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsQueryFilter;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Duration;
import java.time.Instant;

/** A Security Token Service that tells who calls, and lets everybody assume every role: there are no permissions here. */
final class SecurityTokens implements AwsService {
    /** The version of the service's API. */
    static final String VERSION = "2011-06-15";

    @Override
    public ObjectNode call(String operation, ObjectNode request) {
        return switch (operation) {
            case "GetCallerIdentity" ->
                AwsJson.object()
                        .put("Account", LocalAccount.ACCOUNT_ID)
                        .put("Arn", "arn:aws:iam::%s:root".formatted(LocalAccount.ACCOUNT_ID))
                        .put("UserId", LocalAccount.ACCOUNT_ID);
            case "AssumeRole" -> {
                String session = request.path("RoleArn")
                                .asText()
                                .replace(":iam:", ":sts:")
                                .replace(":role/", ":assumed-role/")
                        + "/" + request.path("RoleSessionName").asText();
                ObjectNode answer = AwsJson.object();
                answer.putObject("AssumedRoleUser").put("Arn", session).put("AssumedRoleId", "AROA:" + session);
                answer.putObject("Credentials")
                        .put("AccessKeyId", LocalAccount.ACCESS_KEY_ID)
                        .put("SecretAccessKey", LocalAccount.SECRET_ACCESS_KEY)
                        .put("SessionToken", "local")
                        .put(
                                "Expiration",
                                Instant.now().plus(Duration.ofHours(1)).toString());
                yield answer;
            }
            default -> throw AwsQueryFilter.unknownOperation(operation, VERSION);
        };
    }
}
