package com.quiltdata.athena.result;

import com.quiltdata.athena.local.clients.AwsClients;
import java.util.List;

/**
 * The whole result of a query, as Athena's API gives it.
 *
 * @param rows the rows; a value is Athena's text for it, or null
 * @param bytesRead how much the query read from S3
 */
public record ResultTable(List<Column> columns, List<List<String>> rows, long bytesRead) implements QueryResult {

    /**
     * A column.
     *
     * @param type Athena's name of its type, such as {@code varchar} or {@code bigint}
     */
    public record Column(String name, String type) {}

    /**
     * Runs a query in Athena and fetches all pages of its result.
     *
     * @throws IllegalStateException if the query fails; the message is the engine's
     */
    public static ResultTable query(AwsClients aws, String workGroup, String database, String sql) {
        return StreamedResult.query(aws, workGroup, database, sql).table();
    }
}
