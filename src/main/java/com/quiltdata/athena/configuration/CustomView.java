package com.quiltdata.athena.configuration;

import java.util.List;

/**
 * A view that the administrator has written.
 *
 * @param name its name in the database
 * @param query its SELECT statement, without comments
 * @param reads the configuration's tables and views that the query names, sorted
 */
public record CustomView(String name, String query, List<String> reads) {

    /** Makes a view. */
    public CustomView {
        reads = List.copyOf(reads);
    }
}
