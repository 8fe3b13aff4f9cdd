package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.deployed.DeployedTemplate.DeployedResource;
import com.quiltdata.athena.deployed.Finding.Details;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.Table;

/**
 * The tables and views are those that were deployed: they are there, tables are over the files that they should be over,
 * and nobody has put another view in the place of one.
 */
record CatalogCheck(Deployment deployment, Catalog catalog) implements Check {

    /** The tables and views of a database, which are fetched once. */
    static final class Catalog {
        private final GlueClient glue;
        private final String database;
        private Map<String, Table> tables;

        Catalog(GlueClient glue, String database) {
            this.glue = glue;
            this.database = database;
        }

        /** Returns all of them, by name. */
        synchronized Map<String, Table> tables() {
            if (tables == null) {
                Map<String, Table> all = new LinkedHashMap<>();
                glue.getTablesPaginator(get -> get.databaseName(database)).stream()
                        .flatMap(page -> page.tableList().stream())
                        .forEach(table -> all.put(table.name(), table));
                tables = all;
            }
            return tables;
        }
    }

    @Override
    public String name() {
        return "Tables and views";
    }

    @Override
    public Finding find() {
        Map<String, Table> tables = catalog.tables();
        List<DeployedResource> deployedTables = deployment.tables();
        List<DeployedResource> deployedViews = deployment.views();
        Details details = new Details();
        deployedTables.forEach(table -> {
            String name = Deployment.tableName(table);
            if (tables.containsKey(name)) {
                compareTable(table, tables.get(name), details);
            } else {
                details.fail("The table %s is gone".formatted(name));
            }
        });
        deployedViews.forEach(view -> {
            String name = Deployment.viewName(view);
            if (tables.containsKey(name)) {
                compareView(view, tables.get(name), details);
            } else {
                details.fail("The view %s is gone".formatted(name));
            }
        });
        int count = deployedTables.size() + deployedViews.size();
        return details.finding(
                details.failures() == 0
                        ? "%s and %s are as they were deployed"
                                .formatted(
                                        Finding.count(deployedTables.size(), "table"),
                                        Finding.count(deployedViews.size(), "view"))
                        : "%,d of %,d tables and views are not as they were deployed"
                                .formatted(details.failures(), count));
    }

    private static void compareTable(DeployedResource deployed, Table table, Details details) {
        String name = Deployment.tableName(deployed);
        String location = Deployment.location(deployed);
        String now = table.storageDescriptor().location();
        if (!withoutSlash(now).equals(withoutSlash(location))) {
            details.fail("The table %s is over %s, and was deployed over %s".formatted(name, now, location));
            return;
        }
        List<String> columns = columns(deployed.properties());
        List<String> columnsNow =
                table.storageDescriptor().columns().stream().map(Column::name).toList();
        if (!columnsNow.equals(columns)) {
            details.fail(
                    "The table %s has the columns %s, and was deployed with %s".formatted(name, columnsNow, columns));
        }
    }

    private static String withoutSlash(String location) {
        return location == null ? "" : location.replaceAll("/$", "");
    }

    /** A table over text has its columns in Hive's words, an Iceberg table in Iceberg's. */
    private static List<String> columns(JsonNode deployed) {
        return Stream.of(
                        Map.entry("/TableInput/StorageDescriptor/Columns", "Name"),
                        Map.entry("/OpenTableFormatInput/IcebergInput/IcebergTableInput/Schema/Fields", "Name"))
                .flatMap(place -> StreamSupport.stream(
                                deployed.at(place.getKey()).spliterator(), false)
                        .map(column -> column.path(place.getValue()).asText()))
                .toList();
    }

    private static void compareView(DeployedResource view, Table table, Details details) {
        String name = Deployment.viewName(view);
        if (!"VIRTUAL_VIEW".equals(table.tableType())) {
            details.fail("%s was deployed as a view, and is a table".formatted(name));
            return;
        }
        try {
            ViewDefinition definition = ViewDefinition.parse(table.viewOriginalText());
            List<String> columns = table.storageDescriptor().columns().stream()
                    .map(Column::name)
                    .toList();
            if (!definition.isOf(view.properties().path("Query").asText())) {
                details.fail("The view %s was replaced by another one on %s: %s"
                        .formatted(
                                name,
                                table.updateTime(),
                                Finding.shortened(
                                        definition.sql().replaceAll("\\s+", " ").strip())));
            } else if (!columns.equals(definition.columns())) {
                details.fail("The view %s is stale: Glue has the columns %s, and its definition %s"
                        .formatted(name, columns, definition.columns()));
            }
        } catch (NotCheckedException e) {
            details.notChecked("The view %s: %s".formatted(name, e.getMessage()));
        }
    }
}
