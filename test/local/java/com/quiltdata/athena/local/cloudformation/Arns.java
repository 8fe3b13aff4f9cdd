package com.quiltdata.athena.local.cloudformation;

import com.quiltdata.athena.local.protocol.LocalAccount;
import java.util.Locale;

/** Names for what has no counterpart on loopback, but is referred to by its ARN. */
final class Arns {
    private Arns() {}

    /**
     * Makes an ARN.
     *
     * @param type the resource type, {@code AWS::<service>::<kind>}
     * @param logicalId the resource's name in the template
     * @return an ARN in the account on loopback
     */
    static String of(String type, String logicalId) {
        String[] words = type.split("::");
        return "arn:aws:%s:%s:%s:%s/%s"
                .formatted(
                        words[1].toLowerCase(Locale.ROOT),
                        LocalAccount.REGION,
                        LocalAccount.ACCOUNT_ID,
                        words[words.length - 1].toLowerCase(Locale.ROOT),
                        logicalId);
    }
}
