package com.quiltdata.athena.notebook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.ImportTemplate;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.cloudformation.LocalStack.ExistingResources;
import com.quiltdata.athena.local.cloudformation.ResourceChange;
import com.quiltdata.athena.local.cloudformation.ResourceChange.Action;
import com.quiltdata.athena.result.ResultTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.glue.model.Table;

/**
 * Makes what somebody has made by hand the stack's, in the steps of {@code docs/start/adopt.md}: an import of what
 * CloudFormation can import, as it is; the deletion of the tables, which it cannot import; and a deployment.
 *
 * @param aws the account
 * @param configuration the names
 */
public record Adoption(AwsClients aws, Configuration configuration) {

    /**
     * Takes all steps.
     *
     * @param stack a stack that has nothing yet
     * @param assembly what the stack is to be
     * @return what has become of each resource that the template declares
     */
    public Outcome adopt(LocalStack stack, CloudAssembly assembly) {
        // There are no policies on loopback, so the one that is imported grants nothing.
        stack.importResources(ImportTemplate.of(assembly.template(), JsonNodeFactory.instance.objectNode()));
        Set<String> before = new HashSet<>(
                aws
                        .glue()
                        .getTables(
                                get -> get.databaseName(configuration.queries().databaseName()))
                        .tableList()
                        .stream()
                        .map(Table::name)
                        .toList());
        deleteTables();
        List<ResourceChange> changes = new ArrayList<>();
        Map<String, String> outputs = stack.deploy(assembly, ExistingResources.REFUSE, changes);
        return new Outcome(outputs, changes, before);
    }

    /** Deletes the definitions of those of the Quilt buckets' tables that exist; what they read is not touched. */
    public void deleteTables() {
        configuration
                .quiltBuckets()
                .forEach(bucket -> aws.glue()
                        .batchDeleteTable(delete -> delete.databaseName(
                                        configuration.queries().databaseName())
                                .tablesToDelete(bucket.tables())));
    }

    /**
     * What has become of everything.
     *
     * @param outputs the stack's outputs, by name
     * @param changes what the deployment after the import has done
     * @param before the names of tables and views that there were
     */
    public record Outcome(Map<String, String> outputs, List<ResourceChange> changes, Set<String> before) {

        /** Takes note of an outcome. */
        public Outcome {
            outputs = Map.copyOf(outputs);
            changes = List.copyOf(changes);
            before = Set.copyOf(before);
        }

        /**
         * Lists it.
         *
         * @return a row for each resource that there was, and the number of those that are new
         */
        public ResultTable table() {
            List<List<String>> rows = new ArrayList<>();
            int made = 0;
            for (ResourceChange change : changes) {
                String name = change.physicalId().substring(change.physicalId().lastIndexOf('/') + 1);
                String view = name.substring(name.indexOf('.') + 1);
                if (change.action() == Action.UPDATED) {
                    rows.add(List.of(
                            change.type(), name, "imported, then changed: " + String.join(", ", change.properties())));
                } else if (change.type().equals("AWS::Glue::Table") && before.contains(name)) {
                    rows.add(List.of(change.type(), name, "deleted, then made"));
                } else if (change.type().equals("Custom::AthenaView") && before.contains(view)) {
                    rows.add(List.of(change.type(), view, "replaced in place"));
                } else {
                    made++;
                }
            }
            rows.sort(Comparator.comparing(row -> String.join(" ", row)));
            rows.add(List.of("(others)", made + " resources", "made"));
            return new ResultTable(
                    Stream.of("type", "name", "what was done")
                            .map(name -> new ResultTable.Column(name, "varchar"))
                            .toList(),
                    rows,
                    0);
        }
    }
}
