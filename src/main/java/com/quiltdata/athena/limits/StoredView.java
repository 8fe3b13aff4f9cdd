package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * A view as Athena stores it in the Glue Data Catalog: a comment that holds a JSON document in base64, with the view's
 * query and columns.
 *
 * @param database the view's database
 * @param query its SELECT statement
 */
record StoredView(String database, String query) {
    private static final String BEGINNING = "/* Presto View: ";
    private static final String END = " */";
    private static final int BYTES_OF_A_GROUP = 3;
    private static final int CHARACTERS_OF_A_GROUP = 4;

    /**
     * The size of the stored text, at least. The columns are left out, which are known only when the query is analyzed,
     * and so is what Athena adds when it formats the query.
     *
     * @return a number of bytes
     */
    long leastBytes() {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("originalSql", query);
        view.put("catalog", "awsdatacatalog");
        view.put("schema", database);
        view.putArray("columns");
        int bytes = view.toString().getBytes(StandardCharsets.UTF_8).length;
        int groups = (bytes + BYTES_OF_A_GROUP - 1) / BYTES_OF_A_GROUP;
        return BEGINNING.length() + (long) groups * CHARACTERS_OF_A_GROUP + END.length();
    }
}
