package com.quiltdata.athena.local;

import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.result.QueryResult;
import com.quiltdata.athena.result.ResultTable.Column;
import java.util.List;
import java.util.Set;

/**
 * A result with values of structured types, of which Athena tells nothing but a text that can be read in several ways. They
 * come from the engine itself, for which the query is run once more.
 *
 * @param result the result as Athena tells it
 * @param aws the account that it is of
 * @param database what unqualified names are looked up in
 * @param sql the query
 */
record StructuredResult(QueryResult result, EmbeddedAws aws, String database, String sql) implements QueryResult {
    private static final Set<String> STRUCTURED = Set.of("array", "map", "row");

    @Override
    public List<Column> columns() {
        return result.columns();
    }

    @Override
    public Iterable<List<String>> rows() {
        return result.rows();
    }

    @Override
    public Iterable<? extends List<?>> values() {
        return columns().stream().map(Column::type).anyMatch(STRUCTURED::contains)
                ? aws.values(sql, database)
                : result.rows();
    }
}
