package com.quiltdata.athena.local.glue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.DataType;
import io.trino.sql.tree.DateTimeDataType;
import io.trino.sql.tree.GenericDataType;
import io.trino.sql.tree.RowDataType;
import io.trino.sql.tree.TypeParameter;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The columns of a view. The engine keeps them in the view's definition alone, with one column {@code dummy} beside it;
 * Athena puts them where clients of the Data Catalog look for a table's columns, in Hive's words.
 */
public final class ViewColumns {
    private static final Pattern STORED = Pattern.compile("/\\* Presto View: (\\S+) \\*/");
    private static final SqlParser PARSER = new SqlParser();

    private ViewColumns() {}

    /** Reads the definition that a view's {@code ViewOriginalText} has, if it is one of the engine's or of Athena's. */
    public static Optional<JsonNode> definition(String text) {
        Matcher stored = STORED.matcher(text.strip());
        try {
            return stored.matches()
                    ? Optional.of(AwsJson.MAPPER.readTree(Base64.getDecoder().decode(stored.group(1))))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Gives the description of a view of the engine's its own columns; any other table stays as it is. */
    static ObjectNode added(ObjectNode table) {
        JsonNode columns = table.path("StorageDescriptor").path("Columns");
        Optional<JsonNode> view = definition(table.path("ViewOriginalText").asText());
        if (columns.size() != 1 || !columns.path(0).path("Name").asText().equals("dummy") || view.isEmpty()) {
            return table;
        }
        ArrayNode own = AwsJson.array();
        view.get()
                .path("columns")
                .forEach(column -> own.addObject()
                        .put("Name", column.path("name").asText())
                        .put(
                                "Type",
                                hiveType(PARSER.createType(column.path("type").asText()))));
        ((ObjectNode) table.path("StorageDescriptor")).set("Columns", own);
        return table;
    }

    private static String hiveType(DataType type) {
        return switch (type) {
            case RowDataType row ->
                row.getFields().stream()
                        .map(field ->
                                "%s:%s".formatted(field.getName().orElseThrow().getValue(), hiveType(field.getType())))
                        .collect(Collectors.joining(",", "struct<", ">"));
            case GenericDataType generic -> hiveType(generic);
            case DateTimeDataType time -> time.getType() == DateTimeDataType.Type.TIMESTAMP ? "timestamp" : "string";
            default -> "string";
        };
    }

    private static String hiveType(GenericDataType type) {
        String name = type.getName().getValue().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "array", "map" ->
                type.getArguments().stream()
                        .map(argument -> hiveType(((TypeParameter) argument).getValue()))
                        .collect(Collectors.joining(",", name + "<", ">"));
            case "integer" -> "int";
            case "real" -> "float";
            case "varbinary" -> "binary";
            case "decimal" -> type.toString().toLowerCase(Locale.ROOT);
            case "bigint", "smallint", "tinyint", "double", "boolean", "date" -> name;
            default -> "string";
        };
    }
}
