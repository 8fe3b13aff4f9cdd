package com.quiltdata.athena.result;

import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.result.ResultTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;
import software.amazon.awssdk.services.athena.model.Row;
import software.amazon.awssdk.services.athena.model.StatementType;

/** The result of a query in Athena, which is fetched page by page whenever it is read. */
public record StreamedResult(AwsClients aws, QueryExecution execution, List<Column> columns) implements QueryResult {
    /**
     * Runs a query in Athena.
     *
     * @throws IllegalStateException if the query fails; the message is the engine's
     */
    public static StreamedResult query(AwsClients aws, String workGroup, String database, String sql) {
        String id = aws.athena()
                .startQueryExecution(start -> start.workGroup(workGroup)
                        .queryExecutionContext(context -> context.database(database))
                        .queryString(sql))
                .queryExecutionId();
        QueryExecution execution = AwsClients.await(aws.athena(), id);
        if (execution.status().state() != QueryExecutionState.SUCCEEDED) {
            throw new IllegalStateException(execution.status().stateChangeReason());
        }
        List<Column> columns = aws
                .athena()
                .getQueryResults(get -> get.queryExecutionId(id).maxResults(1))
                .resultSet()
                .resultSetMetadata()
                .columnInfo()
                .stream()
                .map(column -> new Column(column.name(), column.type()))
                .toList();
        return new StreamedResult(aws, execution, columns);
    }

    @Override
    public Iterable<List<String>> rows() {
        return () -> stream().iterator();
    }

    /** Fetches all rows. */
    ResultTable table() {
        return new ResultTable(
                columns, stream().toList(), execution.statistics().dataScannedInBytes());
    }

    private Stream<List<String>> stream() {
        // Athena's first row of a SELECT is the columns' names.
        int headers = execution.statementType() == StatementType.DML ? 1 : 0;
        return aws.athena().getQueryResultsPaginator(get -> get.queryExecutionId(execution.queryExecutionId())).stream()
                .flatMap(page -> page.resultSet().rows().stream())
                .skip(headers)
                .map(StreamedResult::values);
    }

    private static List<String> values(Row row) {
        List<String> values = new ArrayList<>(row.data().size());
        row.data().forEach(datum -> values.add(datum.varCharValue()));
        return values;
    }
}
