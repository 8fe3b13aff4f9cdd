package com.quiltdata.athena.calls;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A call that policies allow or do not: a line of a table such as {@code users.txt}.
 *
 * @param action {@code <service>:<Action>}
 * @param resource the last part of the resource's ARN, with names in angle brackets that are the deployment's; or {@code *}
 * @param circumstances words: {@code athena} if Athena makes the call on somebody's behalf, {@code s3} or another service if
 *     that one calls KMS, {@code prefix=…} for the prefix of a listing, {@code account=…} for the bucket of another account,
 *     {@code <condition key>=…} for any other condition
 */
public record Call(boolean isAllowed, String action, String resource, String circumstances, String why) {
    private static final Pattern NAME = Pattern.compile("<[a-z-]+>");

    /** What a word before an equals sign stands for; another one is the condition key itself. */
    private static final Map<String, String> KEYS = Map.of("prefix", "s3:prefix", "account", "aws:ResourceAccount");

    /** The calls that the policy for users allows, and others. */
    public static List<Call> users() {
        try {
            return table(Resources.toString(Resources.getResource(Call.class, "users.txt"), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a table. */
    public static List<Call> table(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Call::parse)
                .toList();
    }

    private static Call parse(String line) {
        List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
        boolean isAllowed = switch (cells.get(0)) {
            case "allowed" -> true;
            case "denied" -> false;
            default -> throw new IllegalStateException("Neither allowed nor denied: " + line);
        };
        return new Call(isAllowed, cells.get(1), cells.get(2), cells.get(3), cells.get(4));
    }

    /**
     * Makes the request in a deployment.
     *
     * @param names what its names in angle brackets are
     * @return the request; empty if the deployment does not have such a thing
     */
    public Optional<Request> request(Place place, Map<String, String> names) {
        return NAME.matcher(resource).results().map(MatchResult::group).allMatch(names::containsKey)
                ? Optional.of(request(
                        place,
                        action,
                        NAME.matcher(resource).replaceAll(name -> Matcher.quoteReplacement(names.get(name.group()))),
                        circumstances))
                : Optional.empty();
    }

    /** Makes a request, from what a line of a table has. */
    public static Request request(Place place, String action, String resource, String circumstances) {
        String service = action.substring(0, action.indexOf(':'));
        Map<String, List<String>> context = new HashMap<>();
        context.put("aws:ResourceAccount", List.of(place.account()));
        if (!circumstances.isEmpty()) {
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
