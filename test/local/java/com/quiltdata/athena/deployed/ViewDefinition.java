package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.glue.ViewColumns;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.Node;
import io.trino.sql.util.AstUtils;
import java.util.List;

/**
 * A view as Athena stores it in the Glue Data Catalog.
 *
 * @param sql its query, which Athena has rewritten: comments are gone, and lines are broken elsewhere
 */
record ViewDefinition(String sql, List<String> columns) {
    private static final SqlParser PARSER = new SqlParser();

    /** Reads a table's {@code ViewOriginalText}. */
    static ViewDefinition parse(String text) {
        JsonNode view = ViewColumns.definition(String.valueOf(text))
                .orElseThrow(() -> new NotCheckedException("its definition is not in the form that Athena stores"));
        return new ViewDefinition(
                view.path("originalSql").asText(), view.path("columns").findValuesAsText("name"));
    }

    /**
     * Tells whether it is the definition that another query makes: the same but for white space, comments, and how names
     * and types are written, and as far as CloudFormation tells the characters of the other one.
     *
     * @throws NotCheckedException if one of them cannot be parsed
     */
    boolean isOf(String query) {
        return AstUtils.treeEqual(
                parsed("stored", Deployment.told(sql)),
                parsed("deployed", Deployment.told(query)),
                ViewDefinition::sameName);
    }

    private static Node parsed(String which, String sql) {
        try {
            return PARSER.createStatement(sql);
        } catch (ParsingException e) {
            throw new NotCheckedException("its %s query cannot be parsed: %s".formatted(which, e.getMessage()), e);
        }
    }

    /** Names are without case in Athena; whether one is in quotes says nothing here. Null leaves it to the nodes. */
    private static Boolean sameName(Node one, Node other) {
        return one instanceof Identifier name && other instanceof Identifier otherName
                ? (Boolean) name.getValue().equalsIgnoreCase(otherName.getValue())
                : null;
    }
}
