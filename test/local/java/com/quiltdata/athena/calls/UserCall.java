package com.quiltdata.athena.calls;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A call that the policy for users allows or does not: a line of the table {@code users.txt}.
 *
 * @param isAllowed whether it allows the call
 * @param action {@code <service>:<Action>}
 * @param resource the last part of the resource's ARN, with names in angle brackets that are the deployment's
 * @param circumstances as {@link Call} has them, or null
 */
public record UserCall(boolean isAllowed, String action, String resource, String circumstances, String why) {
    private static final Pattern NAME = Pattern.compile("<[a-z-]+>");

    /**
     * Reads the table.
     *
     * @return the calls, in order
     */
    public static List<UserCall> all() {
        try {
            return Resources.toString(Resources.getResource(UserCall.class, "users.txt"), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(UserCall::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static UserCall parse(String line) {
        List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
        boolean isAllowed = switch (cells.get(0)) {
            case "allowed" -> true;
            case "denied" -> false;
            default -> throw new IllegalStateException("users.txt: " + line);
        };
        return new UserCall(
                isAllowed, cells.get(1), cells.get(2), cells.get(3).isEmpty() ? null : cells.get(3), cells.get(4));
    }

    /**
     * Makes the request in a deployment.
     *
     * @param names what its names in angle brackets are
     * @return the request; empty if the deployment does not have such a thing
     */
    public Optional<Request> request(Place place, Map<String, String> names) {
        Matcher name = NAME.matcher(resource);
        StringBuilder filled = new StringBuilder();
        while (name.find()) {
            String value = names.get(name.group());
            if (value == null) {
                return Optional.empty();
            }
            name.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        name.appendTail(filled);
        return Optional.of(Call.request(place, action, filled.toString(), circumstances));
    }
}
