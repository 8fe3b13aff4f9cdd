package com.quiltdata.athena.calls;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One row of a table of calls, in few words, and the request that it stands for. */
public final class Call {
    /** What a word before an equals sign stands for; another one is the condition key itself. */
    private static final Map<String, String> KEYS = Map.of("prefix", "s3:prefix", "account", "aws:ResourceAccount");

    private Call() {}

    /**
     * Makes the request of a row.
     *
     * @param action {@code <service>:<Action>}
     * @param resource the last part of the resource's ARN; or {@code *}
     * @param circumstances words, null for none: {@code athena} if Athena makes the call on somebody's behalf,
     *     {@code s3} or another service if that one calls KMS, {@code prefix=…} for the prefix of a listing,
     *     {@code account=…} for the bucket of another account, {@code <condition key>=…} for any other condition
     */
    public static Request request(Place place, String action, String resource, String circumstances) {
        String service = action.substring(0, action.indexOf(':'));
        Map<String, List<String>> context = new HashMap<>();
        context.put("aws:ResourceAccount", List.of(place.account()));
        if (circumstances != null) {
            for (String circumstance : circumstances.split(" ")) {
                String[] keyAndValue = circumstance.split("=", 2);
                if (keyAndValue.length == 2) {
                    context.put(KEYS.getOrDefault(keyAndValue[0], keyAndValue[0]), List.of(keyAndValue[1]));
                } else if (service.equals("kms")) {
                    context.put(
                            "kms:ViaService", List.of("%s.%s.amazonaws.com".formatted(circumstance, place.region())));
                } else {
                    context.put("aws:CalledVia", List.of(circumstance + ".amazonaws.com"));
                }
            }
        }
        // The roles that somebody assumes are IAM's; the others' services are their actions'.
        String owner = service.equals("sts") ? "iam" : service;
        return new Request(action, resource.equals("*") ? "*" : place.arn(owner, resource), context);
    }
}
