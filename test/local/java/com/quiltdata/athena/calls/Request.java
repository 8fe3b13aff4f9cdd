package com.quiltdata.athena.calls;

import java.util.List;
import java.util.Map;

/**
 * One call, as AWS sees it when it decides whether somebody may make it.
 *
 * @param action {@code <service>:<Action>}
 * @param resource an ARN, or {@code *} for a call that takes no resource
 * @param context condition keys and the request's values for them
 */
public record Request(String action, String resource, Map<String, List<String>> context) {}
