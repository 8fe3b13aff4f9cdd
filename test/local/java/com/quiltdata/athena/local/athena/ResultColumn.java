package com.quiltdata.athena.local.athena;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import io.trino.client.ClientTypeSignature;
import io.trino.client.Column;
import java.util.Map;
import java.util.Set;

/**
 * What Athena says of a result's column.
 *
 * @see <a href="https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/query-results.md">what was
 *     measured on Athena</a>
 */
final class ResultColumn {
    private static final Set<String> TEXT_TYPES = Set.of("char", "varchar");

    /** The one column of a listing, by the kind of statement; the engine has other names for them. */
    private static final Map<String, Listing> LISTINGS = Map.of(
            "SHOW_CREATE_TABLE", new Listing("createtab_stmt", "string"),
            "SHOW_CREATE_VIEW", new Listing("create view", "varchar"),
            "SHOW_DATABASES", new Listing("database_name", "string"),
            "SHOW_TABLES", new Listing("tab_name", "string"));

    private ResultColumn() {}

    /** Returns the {@code ColumnInfo} of a column of a statement's result. */
    static ObjectNode info(Column column, SqlStatement statement) {
        Listing listing = LISTINGS.get(statement.substatementType());
        if (listing != null) {
            return info(listing.column, listing.type, 0, 0, false);
        }
        ClientTypeSignature type = column.getTypeSignature();
        String name = type.getRawType();
        return info(
                column.getName(),
                name.equals("real") ? "float" : name,
                precision(name, type),
                name.equals("decimal") ? number(type, 1) : 0,
                TEXT_TYPES.contains(name));
    }

    private static ObjectNode info(String name, String type, long precision, long scale, boolean caseSensitive) {
        return AwsJson.object()
                .put("CatalogName", "hive")
                .put("SchemaName", "")
                .put("TableName", "")
                .put("Name", name)
                .put("Label", name)
                .put("Type", type)
                .put("Precision", precision)
                .put("Scale", scale)
                .put("Nullable", "UNKNOWN")
                .put("CaseSensitive", caseSensitive);
    }

    private static long precision(String name, ClientTypeSignature type) {
        return switch (name) {
            case "char", "decimal", "varchar" -> number(type, 0);
            case "tinyint" -> 3;
            case "smallint" -> 5;
            case "integer" -> 10;
            case "bigint" -> 19;
            case "double", "real" -> 17;
            case "timestamp", "timestamp with time zone" -> 3;
            case "varbinary" -> 1_073_741_824;
            default -> 0;
        };
    }

    private static long number(ClientTypeSignature type, int index) {
        return type.getArguments().get(index).getLongLiteral();
    }

    private record Listing(String column, String type) {}
}
