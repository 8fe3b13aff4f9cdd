package com.quiltdata.athena.local;

import com.quiltdata.athena.local.aws.AwsClients;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.athena.model.ColumnInfo;
import software.amazon.awssdk.services.athena.model.GetQueryResultsResponse;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.QueryExecutionStatus;
import software.amazon.awssdk.services.athena.model.Row;
import software.amazon.awssdk.services.athena.model.StatementType;

/**
 * The whole result of a query, as Athena's API gives it.
 *
 * @param columns the columns, in order
 * @param rows the rows; a value is Athena's text for it, or null
 * @param bytesRead how much the query read from S3
 */
public record ResultTable(List<Column> columns, List<List<String>> rows, long bytesRead) {
    private static final long POLL_MILLIS = 50;

    /**
     * A column.
     *
     * @param name its name
     * @param type Athena's name of its type, such as {@code varchar} or {@code bigint}
     */
    public record Column(String name, String type) {}

    /**
     * Runs a query in Athena and fetches all pages of its result.
     *
     * @param aws the account
     * @param workGroup where to run it
     * @param database what unqualified names are in
     * @param sql the query
     * @return the result
     * @throws IllegalStateException if the query fails; the message is the engine's
     */
    public static ResultTable query(AwsClients aws, String workGroup, String database, String sql) {
        String id = aws.athena()
                .startQueryExecution(start -> start.workGroup(workGroup)
                        .queryExecutionContext(context -> context.database(database))
                        .queryString(sql))
                .queryExecutionId();
        QueryExecution execution = awaitEnd(aws, id);
        if (execution.status().state() != QueryExecutionState.SUCCEEDED) {
            throw new IllegalStateException(execution.status().stateChangeReason());
        }
        List<Column> columns = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (GetQueryResultsResponse page : aws.athena().getQueryResultsPaginator(get -> get.queryExecutionId(id))) {
            if (columns.isEmpty()) {
                for (ColumnInfo column : page.resultSet().resultSetMetadata().columnInfo()) {
                    columns.add(new Column(column.name(), column.type()));
                }
            }
            for (Row row : page.resultSet().rows()) {
                List<String> values = new ArrayList<>();
                row.data().forEach(datum -> values.add(datum.varCharValue()));
                rows.add(values);
            }
        }
        if (execution.statementType() == StatementType.DML && !rows.isEmpty()) {
            // Athena's first row of a SELECT is the columns' names.
            rows.removeFirst();
        }
        return new ResultTable(columns, rows, execution.statistics().dataScannedInBytes());
    }

    private static QueryExecution awaitEnd(AwsClients aws, String id) {
        while (true) {
            QueryExecution execution = aws.athena()
                    .getQueryExecution(get -> get.queryExecutionId(id))
                    .queryExecution();
            QueryExecutionStatus status = execution.status();
            if (status.state() != QueryExecutionState.QUEUED && status.state() != QueryExecutionState.RUNNING) {
                return execution;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted", e);
            }
        }
    }
}
