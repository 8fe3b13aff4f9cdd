package com.quiltdata.athena.result;

import com.quiltdata.athena.result.ResultTable.Column;
import java.util.List;

/** The result of a query, which may be far larger than memory. */
public interface QueryResult {
    /**
     * The columns.
     *
     * @return in order
     */
    List<Column> columns();

    /**
     * The rows, from the first one each time.
     *
     * @return a row's values are Athena's texts for them, or null
     */
    Iterable<List<String>> rows();

    /**
     * The same rows with values of structured types as lists and maps, where they are known.
     *
     * @return a row's values are texts, or null, or lists and maps of such, numbers and booleans
     */
    default Iterable<? extends List<?>> values() {
        return rows();
    }
}
