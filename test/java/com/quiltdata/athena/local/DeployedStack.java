package com.quiltdata.athena.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.result.ResultTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The app's stack in the shared account on loopback, under names that no other test uses.
 *
 * @param outputs the stack's outputs, by name
 */
public record DeployedStack(Map<String, String> outputs) {

    /**
     * Synthesizes and deploys the stack.
     *
     * @param name tells this stack from others; lower-case letters
     */
    public static DeployedStack deploy(String name, Object quiltBuckets) {
        return new DeployedStack(SharedEmbeddedAws.stack().deploy(assembly(name, quiltBuckets)));
    }

    /**
     * Synthesizes the stack.
     *
     * @param name tells this stack from others; lower-case letters
     * @param more keys and values in turn, added to the configuration
     */
    public static CloudAssembly assembly(String name, Object quiltBuckets, Object... more) {
        return TestTemplates.assembly(configuration(name, quiltBuckets, more));
    }

    /** Configures the stack, with more keys and values in turn. */
    static Map<String, Object> configuration(String name, Object quiltBuckets, Object... more) {
        Map<String, Object> configuration = Map.of(
                "companyName", name,
                "quiltBuckets", quiltBuckets,
                "databaseName", name,
                "workgroupName", name);
        return TestTemplates.with(configuration, more);
    }

    /**
     * Changes a template.
     *
     * @param directory where the changed copy is to be
     */
    static CloudAssembly changed(CloudAssembly original, Path directory, Consumer<ObjectNode> change) {
        try {
            ObjectNode template = (ObjectNode) original.template();
            change.accept(template);
            return TestTemplates.withTemplate(
                    original, Files.createTempDirectory(directory, "changed"), template.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The properties of a view in a template. */
    static ObjectNode view(ObjectNode template, String name) {
        return template.path("Resources")
                .valueStream()
                .map(resource -> resource.path("Properties"))
                .filter(properties -> properties.path("ViewName").asText().equals(name))
                .map(ObjectNode.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** Runs a query in the stack's workgroup and database. */
    public ResultTable query(String sql) {
        return ResultTable.query(
                SharedEmbeddedAws.clients(), outputs.get("WorkgroupName"), outputs.get("DatabaseName"), sql);
    }

    /** Runs a query in the stack's workgroup and database. */
    public List<List<String>> rows(String sql) {
        return query(sql).rows();
    }

    /**
     * Runs a query in the stack's workgroup and database.
     *
     * @param sql the query; its columns have names, each another one
     * @return its rows, column → value
     */
    public List<Map<String, String>> records(String sql) {
        ResultTable result = query(sql);
        return result.rows().stream().map(row -> record(result, row)).toList();
    }

    private static Map<String, String> record(ResultTable result, List<String> row) {
        Map<String, String> record = new HashMap<>();
        for (int i = 0; i < row.size(); i++) {
            record.put(result.columns().get(i).name(), row.get(i));
        }
        return record;
    }
}
