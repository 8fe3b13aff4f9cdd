package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.Node;
import io.trino.sql.util.AstUtils;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * A view as Athena stores it in the Glue Data Catalog.
 *
 * @param sql its query, which Athena has rewritten: comments are gone, and lines are broken elsewhere
 */
record ViewDefinition(String sql, List<String> columns) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SqlParser PARSER = new SqlParser();
    private static final Pattern STORED = Pattern.compile("/\\* Presto View: (\\S+) \\*/");

    /** Reads a table's {@code ViewOriginalText}. */
    static ViewDefinition parse(String text) {
        Matcher stored = STORED.matcher(text == null ? "" : text.strip());
        if (!stored.matches()) {
            throw new NotCheckedException("its definition is not in the form that Athena stores");
        }
        try {
            JsonNode view =
                    JSON.readTree(new String(Base64.getDecoder().decode(stored.group(1)), StandardCharsets.UTF_8));
            return new ViewDefinition(
                    view.path("originalSql").asText(),
                    StreamSupport.stream(view.path("columns").spliterator(), false)
                            .map(column -> column.path("name").asText())
                            .toList());
        } catch (IllegalArgumentException | JsonProcessingException e) {
            throw new NotCheckedException("its definition is not in the form that Athena stores", e);
        }
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
