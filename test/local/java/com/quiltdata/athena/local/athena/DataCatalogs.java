package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.copy;
import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.util.List;
import java.util.regex.Pattern;

/** Athena's view of its data catalogs, of which there is one: the account's Glue Data Catalog. */
final class DataCatalogs {
    static final String AWS_DATA_CATALOG = "AwsDataCatalog";

    private static final AwsJson.PageLimits CATALOG_PAGES = new AwsJson.PageLimits(2, 50, 50);
    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(1, 50, 50);
    private static final String METADATA_ERROR = "MetadataException";

    private final GlueDataCatalog glue;

    DataCatalogs(GlueDataCatalog glue) {
        this.glue = glue;
    }

    ObjectNode list(ObjectNode request) throws AwsServiceException {
        return AwsJson.page(
                List.of(AWS_DATA_CATALOG),
                name -> name,
                CATALOG_PAGES,
                request,
                AthenaErrors::invalidInput,
                "DataCatalogsSummary",
                name -> object().put("CatalogName", name).put("Type", "GLUE").put("Status", "CREATE_COMPLETE"));
    }

    /**
     * Refuses: Athena describes the catalogs that were registered with it, not the built-in one that it lists.
     *
     * @see <a href="https://github.com/quiltdata/quilt/pull/4335">what that means for the Quilt catalog</a>
     */
    ObjectNode get(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("Name").check(AthenaErrors::invalidInput);
        throw notFound(text(request, "Name"));
    }

    ObjectNode listDatabases(ObjectNode request) throws AwsServiceException {
        requireCatalogName(request);
        return AwsJson.page(
                glue.databases(),
                database -> text(database, "Name"),
                PAGES,
                request,
                AthenaErrors::invalidInput,
                "DatabaseList",
                DataCatalogs::database);
    }

    ObjectNode getDatabase(ObjectNode request) throws AwsServiceException {
        requireCatalogName(request);
        return object("Database", database(metadata(() -> glue.database(text(request, "DatabaseName")))));
    }

    ObjectNode listTableMetadata(ObjectNode request) throws AwsServiceException {
        requireCatalogName(request);
        Pattern expression = GlueDataCatalog.pattern(text(request, "Expression"), AthenaErrors::invalidInput);
        return AwsJson.page(
                metadata(() -> glue.tables(text(request, "DatabaseName"))).stream()
                        .filter(table -> expression.matcher(text(table, "Name")).matches())
                        .toList(),
                table -> text(table, "Name"),
                PAGES,
                request,
                AthenaErrors::invalidInput,
                "TableMetadataList",
                DataCatalogs::table);
    }

    ObjectNode getTableMetadata(ObjectNode request) throws AwsServiceException {
        requireCatalogName(request);
        return object(
                "TableMetadata",
                table(metadata(() -> glue.table(text(request, "DatabaseName"), text(request, "TableName")))));
    }

    /**
     * Checks that a catalog exists; its name's case does not matter.
     *
     * @throws AwsServiceException if it does not
     */
    static void require(String name) throws AwsServiceException {
        if (!AWS_DATA_CATALOG.equalsIgnoreCase(name)) {
            throw notFound(name);
        }
    }

    private static void requireCatalogName(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("CatalogName").check(AthenaErrors::invalidInput);
        require(text(request, "CatalogName"));
    }

    private static AwsServiceException notFound(String name) {
        return AthenaErrors.invalidInput("DataCatalog " + name + " was not found");
    }

    private static ObjectNode database(JsonNode description) {
        ObjectNode database = object();
        copy(description, database, "Name", "Description", "Parameters");
        return database;
    }

    private static ObjectNode table(ObjectNode description) {
        ObjectNode table = object();
        copy(description, table, "Name", "CreateTime", "LastAccessTime", "TableType");
        table.set("Columns", columns(description.path("StorageDescriptor").path("Columns")));
        table.set("PartitionKeys", columns(description.path("PartitionKeys")));
        ObjectNode parameters = table.putObject("Parameters");
        copy(description.path("Parameters"), parameters, namesOf(description.path("Parameters")));
        JsonNode storage = description.path("StorageDescriptor");
        putText(parameters, "inputformat", storage.path("InputFormat"));
        putText(parameters, "location", storage.path("Location"));
        putText(parameters, "outputformat", storage.path("OutputFormat"));
        putText(parameters, "serde.serialization.lib", storage.path("SerdeInfo").path("SerializationLibrary"));
        return table;
    }

    private static ArrayNode columns(JsonNode descriptions) {
        ArrayNode columns = AwsJson.array();
        for (JsonNode description : descriptions) {
            copy(description, columns.addObject(), "Name", "Type", "Comment");
        }
        return columns;
    }

    private static String[] namesOf(JsonNode parameters) {
        return parameters.propertyStream().map(java.util.Map.Entry::getKey).toArray(String[]::new);
    }

    private static void putText(ObjectNode parameters, String name, JsonNode value) {
        if (value.isTextual()) {
            parameters.put(name, value.asText());
        }
    }

    /** Athena hides what Glue says behind an error of its own. */
    private static <T> T metadata(GlueCall<T> call) throws AwsServiceException {
        try {
            return call.run();
        } catch (AwsServiceException exception) {
            throw new AwsServiceException(METADATA_ERROR, exception.getMessage());
        }
    }

    private interface GlueCall<T> {
        T run() throws AwsServiceException;
    }
}
