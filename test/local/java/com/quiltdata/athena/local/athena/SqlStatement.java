package com.quiltdata.athena.local.athena;

import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.schema.SnapshotTable;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.ShowCreate;
import io.trino.sql.tree.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A statement and what Athena calls its kind.
 *
 * @param type {@code DML}, {@code DDL} or {@code UTILITY}
 * @param substatementType the kind of statement, such as {@code CREATE_VIEW}
 */
record SqlStatement(String sql, String type, String substatementType) {
    static final String DDL = "DDL";

    private static final String DML = "DML";
    private static final String UTILITY = "UTILITY";
    private static final String SELECT = "SELECT";
    private static final String EXPLAIN = "EXPLAIN";
    /** What the snapshots' table says of itself, which Athena would read there. */
    private static final String HISTORY = SnapshotTable.PROPERTIES.get(SnapshotTable.HISTORY) + "ms";

    private static final String SHOW_CREATE = "SHOW_CREATE_";
    private static final SqlParser PARSER = new SqlParser();

    /**
     * The statements on Iceberg tables that Athena has words of its own for. VACUUM here forgets the history that
     * Athena would; it does not look for files that belong to no table.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html">OPTIMIZE</a>
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html">VACUUM</a>
     */
    private static final Pattern MAINTENANCE = Pattern.compile(
            "OPTIMIZE\\s+(?<optimized>\\S+)\\s+REWRITE\\s+DATA\\s+USING\\s+BIN_PACK(?<where>\\s+WHERE\\s.+)?"
                    + "|VACUUM\\s+(?<vacuumed>\\S+)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /**
     * Parses a statement.
     *
     * @throws AwsServiceException if it does not parse, with the engine's message
     */
    static SqlStatement parse(String sql) throws AwsServiceException {
        String statement = sql.strip();
        while (statement.endsWith(";")) {
            statement = statement.substring(0, statement.length() - 1).stripTrailing();
        }
        Matcher maintenance = MAINTENANCE.matcher(statement);
        if (maintenance.matches()) {
            return maintenance.group("optimized") != null
                    ? new SqlStatement(
                            "ALTER TABLE %s EXECUTE optimize%s"
                                    .formatted(
                                            maintenance.group("optimized"),
                                            Objects.requireNonNullElse(maintenance.group("where"), "")),
                            DML,
                            "OPTIMIZE")
                    : new SqlStatement(
                            "ALTER TABLE %s EXECUTE expire_snapshots(retention_threshold => '%s')"
                                    .formatted(maintenance.group("vacuumed"), HISTORY),
                            DML,
                            "VACUUM");
        }
        try {
            return of(statement, PARSER.createStatement(statement));
        } catch (ParsingException exception) {
            throw AthenaErrors.invalidRequest("MALFORMED_QUERY", exception.getMessage());
        }
    }

    private static SqlStatement of(String sql, Statement statement) {
        String kind = kind(statement);
        return switch (kind) {
            case "QUERY" -> new SqlStatement(sql, DML, SELECT);
            case "EXPLAIN", "EXPLAIN_ANALYZE" -> new SqlStatement(sql, DML, EXPLAIN);
            case "SHOW_CREATE" -> new SqlStatement(sql, UTILITY, SHOW_CREATE + ((ShowCreate) statement).getType());
            case "INSERT", "UPDATE", "DELETE", "MERGE" -> new SqlStatement(sql, DML, kind);
            case "CREATE_SCHEMA" -> new SqlStatement(sql, DDL, "CREATE_DATABASE");
            case "DROP_SCHEMA" -> new SqlStatement(sql, DDL, "DROP_DATABASE");
            case "SHOW_SCHEMAS" -> new SqlStatement(sql, UTILITY, "SHOW_DATABASES");
            default -> new SqlStatement(sql, kind.startsWith("SHOW_") ? UTILITY : DDL, kind);
        };
    }

    /** {@code CREATE_VIEW} of the class {@code CreateView}. */
    private static String kind(Statement statement) {
        return statement
                .getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    /** Tells whether the result is a table. */
    boolean isSelect() {
        return substatementType.equals(SELECT);
    }

    /** Tells whether the result is a plan. */
    boolean isExplain() {
        return substatementType.equals(EXPLAIN);
    }

    /** Tells whether the result's first row holds the columns' names. */
    boolean hasHeader() {
        return isSelect() || isExplain();
    }

    /**
     * Returns the rows that Athena makes of one of the engine's: a row for each line of a plan, and an empty one after
     * them, and a row for each line of a definition.
     */
    Stream<List<String>> rows(List<String> row) {
        if (!isExplain() && !substatementType.startsWith(SHOW_CREATE)) {
            return Stream.of(row);
        }
        String lines = isExplain() ? row.getFirst() + "\n" : row.getFirst();
        return Stream.of(lines.split("\n", -1)).map(List::of);
    }

    /** Tells whether the statement counts against the quota of active DDL queries. */
    boolean isDdl() {
        return type.equals(DDL);
    }

    /** Returns the name of the result's object for a query's id, below the output location. */
    String resultName(String id) {
        return switch (substatementType) {
            case SELECT, "UPDATE", "DELETE", "MERGE", "OPTIMIZE", "VACUUM" -> id + ".csv";
            case "INSERT" -> id;
            case "CREATE_TABLE_AS_SELECT" -> "tables/" + id;
            default -> id + ".txt";
        };
    }
}
