package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trino.client.ClientTypeSignature;
import io.trino.client.Column;
import java.util.Set;

/** What Athena says of a result's column. */
final class ResultColumn {
    private static final Set<String> TEXT_TYPES = Set.of("char", "varchar");

    private ResultColumn() {}

    /** Returns the {@code ColumnInfo} of a column. */
    static ObjectNode info(Column column) {
        ClientTypeSignature type = column.getTypeSignature();
        String name = type.getRawType();
        return AwsJson.object()
                .put("CatalogName", "hive")
                .put("SchemaName", "")
                .put("TableName", "")
                .put("Name", column.getName())
                .put("Label", column.getName())
                .put("Type", name.equals("real") ? "float" : name)
                .put("Precision", precision(name, type))
                .put("Scale", name.equals("decimal") ? number(type, 1) : 0)
                .put("Nullable", "UNKNOWN")
                .put("CaseSensitive", TEXT_TYPES.contains(name));
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
}
