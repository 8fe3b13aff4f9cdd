package com.quiltdata.athena.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One row of a table of calls, in few words, and the request that it stands for. */
final class Call {
    private static final String PREFIX = "prefix=";

    private Call() {}

    /**
     * Makes the request of a row.
     *
     * @param partition where the call is made
     * @param action {@code <service>:<Action>}
     * @param resource the last part of the resource's ARN; or {@code *}
     * @param circumstances words, null for none: {@code athena} if Athena makes the call on somebody's behalf,
     *     {@code s3} or another service if that one calls KMS, {@code prefix=…} for the prefix of a listing
     * @return the request
     */
    static Request request(Partition partition, String action, String resource, String circumstances) {
        String service = action.substring(0, action.indexOf(':'));
        Map<String, List<String>> context = new HashMap<>();
        if (circumstances != null) {
            for (String circumstance : circumstances.split(" ")) {
                if (circumstance.startsWith(PREFIX)) {
                    context.put("s3:prefix", List.of(circumstance.substring(PREFIX.length())));
                } else if (service.equals("kms")) {
                    context.put(
                            "kms:ViaService",
                            List.of("%s.%s.amazonaws.com".formatted(circumstance, partition.region())));
                } else {
                    context.put("aws:CalledVia", List.of(circumstance + ".amazonaws.com"));
                }
            }
        }
        return new Request(action, resource.equals("*") ? "*" : partition.arn(service, resource), context);
    }
}
