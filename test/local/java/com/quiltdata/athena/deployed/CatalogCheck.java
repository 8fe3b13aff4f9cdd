package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.deployed.Deployment.DeployedResource;
import com.quiltdata.athena.deployed.Finding.Details;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    public Finding find() {
        Map<String, Table> tables = catalog.tables();
        List<DeployedResource> deployedTables = deployment.tables();
        List<DeployedResource> deployedViews = deployment.views();
        Details details = new Details();
        deployedTables.forEach(table -> {
            if (tables.containsKey(table.name())) {
                compareTable(table, tables.get(table.name()), details);
            } else {
                details.fail("The table %s is gone", table.name());
            }
        });
        deployedViews.forEach(view -> {
            if (tables.containsKey(view.name())) {
                compareView(view, tables.get(view.name()), details);
            } else {
                details.fail("The view %s is gone", view.name());
            }
        });
        return details.finding(
                "%s and %s are as they were deployed"
                        .formatted(
                                Finding.count(deployedTables.size(), "table"),
                                Finding.count(deployedViews.size(), "view")),
                "%,d of %,d tables and views are not as they were deployed"
                        .formatted(details.failures(), deployedTables.size() + deployedViews.size()));
    }

    private static void compareTable(DeployedResource deployed, Table table, Details details) {
        String location = deployed.location();
        String now = table.storageDescriptor().location();
        List<String> columns = columns(deployed.properties());
        if (!withoutSlash(now).equals(withoutSlash(location))) {
            details.fail("The table %s is over %s, and was deployed over %s", deployed.name(), now, location);
        } else if (!columns(table).equals(columns)) {
            details.fail(
                    "The table %s has the columns %s, and was deployed with %s",
                    deployed.name(), columns(table), columns);
        }
    }

    private static String withoutSlash(String location) {
        return location == null ? "" : location.replaceAll("/$", "");
    }

    /** A table over text has its columns in Hive's words, an Iceberg table in Iceberg's. */
    private static List<String> columns(JsonNode deployed) {
        return Stream.of(
                        "/TableInput/StorageDescriptor/Columns",
                        "/OpenTableFormatInput/IcebergInput/IcebergTableInput/Schema/Fields")
                .flatMap(place -> deployed.at(place).valueStream())
                .map(column -> column.path("Name").asText())
                .toList();
    }

    private static List<String> columns(Table table) {
        return table.storageDescriptor().columns().stream().map(Column::name).toList();
    }

    private static void compareView(DeployedResource view, Table table, Details details) {
        String name = view.name();
        if (!"VIRTUAL_VIEW".equals(table.tableType())) {
            details.fail("%s was deployed as a view, and is a table", name);
            return;
        }
        try {
            ViewDefinition definition = ViewDefinition.parse(table.viewOriginalText());
            if (!definition.isOf(view.properties().path("Query").asText())) {
                String sql = definition.sql().replaceAll("\\s+", " ").strip();
                details.fail(
                        "The view %s was replaced by another one on %s: %s",
                        name, table.updateTime(), Finding.shortened(sql));
            } else if (!columns(table).equals(definition.columns())) {
                details.fail(
                        "The view %s is stale: Glue has the columns %s, and its definition %s",
                        name, columns(table), definition.columns());
            }
        } catch (NotCheckedException e) {
            details.notChecked("The view %s: %s", name, e.getMessage());
        }
    }
}
