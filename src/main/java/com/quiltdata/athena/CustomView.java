package com.quiltdata.athena;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A view that the administrator has written.
 *
 * @param name its name in the database
 * @param query its SELECT statement
 * @param reads the configuration's tables and views that the query names, sorted
 */
public record CustomView(String name, String query, List<String> reads) {

    /** What JSON takes more for a character that it escapes: a backslash, mostly. */
    private static final int ESCAPE_BYTES = 1;

    private static final int RESOURCE_BYTES = 2000;
    private static final int DEPENDENCY_BYTES = 100;

    /** Makes a view. */
    public CustomView {
        reads = List.copyOf(reads);
    }

    /**
     * How much of a template the view takes at most.
     *
     * @return bytes of JSON, with what the view depends on
     */
    int templateBytes() {
        long escaped = query.chars()
                .filter(character -> character == '"' || character == '\\' || Character.isISOControl(character))
                .count();
        return query.getBytes(StandardCharsets.UTF_8).length
                + (int) escaped * ESCAPE_BYTES
                + RESOURCE_BYTES
                + reads.size() * DEPENDENCY_BYTES;
    }
}
