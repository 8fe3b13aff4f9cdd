package com.quiltdata.athena.local.glue;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.CaseFormat;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.SortOrderParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Makes Iceberg tables without data, as Glue does when it is asked for a table with {@code OpenTableFormatInput}: it
 * writes the first metadata file, so the bucket has to be there.
 */
public record IcebergTables(Supplier<S3Client> s3) {

    /** Writes the metadata of a table, and returns its description without its name. */
    ObjectNode create(JsonNode input) {
        JsonNode table = input.path("CreateIcebergTableInput");
        require(text(input, "MetadataOperation"), "CREATE", "MetadataOperation");
        require(text(input, "Version"), "2", "Version");
        Schema schema = SchemaParser.fromJson(named(table.path("Schema"), "schema-id"));
        PartitionSpec spec = PartitionSpecParser.fromJson(schema, named(table.path("PartitionSpec"), "spec-id"));
        SortOrder order = table.has("WriteOrder")
                ? SortOrderParser.fromJson(schema, named(table.path("WriteOrder"), "order-id"))
                : SortOrder.unsorted();
        Map<String, String> properties = new HashMap<>();
        table.path("Properties")
                .properties()
                .forEach(property ->
                        properties.put(property.getKey(), property.getValue().asText()));
        properties.put("format-version", text(input, "Version"));
        String location = text(table, "Location").replaceAll("/+$", "");
        URI file = URI.create("%s/metadata/00000-%s.metadata.json".formatted(location, UUID.randomUUID()));
        String metadata =
                TableMetadataParser.toJson(TableMetadata.newTableMetadata(schema, spec, order, location, properties));
        try {
            s3.get()
                    .putObject(
                            put -> put.bucket(file.getHost()).key(file.getPath().substring(1)),
                            RequestBody.fromString(metadata));
        } catch (S3Exception e) {
            throw new AwsServiceException("InvalidInputException", "Cannot write " + file + ": " + e.getMessage());
        }
        return description(table, location, file.toString());
    }

    /** Glue's input with the names of Iceberg's own format, in which {@code SourceId} is {@code source-id}. */
    private static JsonNode named(JsonNode input, String id) {
        if (input.isArray()) {
            ArrayNode items = AwsJson.array();
            input.forEach(item -> items.add(named(item, "id")));
            return items;
        }
        if (!input.isObject()) {
            return input;
        }
        ObjectNode named = object().put(id, 0);
        input.properties()
                .forEach(field -> named.set(
                        CaseFormat.UPPER_CAMEL.to(CaseFormat.LOWER_HYPHEN, field.getKey()),
                        named(field.getValue(), id)));
        return named;
    }

    private static ObjectNode description(JsonNode table, String location, String metadata) {
        ObjectNode description = object().put("TableType", "EXTERNAL_TABLE");
        description.putObject("Parameters").put("table_type", "ICEBERG").put("metadata_location", metadata);
        ObjectNode storage = description.putObject("StorageDescriptor").put("Location", location);
        ArrayNode columns = storage.putArray("Columns");
        table.path("Schema")
                .path("Fields")
                .forEach(field -> columns.addObject()
                        .put("Name", text(field, "Name"))
                        .put("Type", text(field, "Type").equals("long") ? "bigint" : text(field, "Type")));
        return description;
    }

    private static void require(String value, String known, String field) {
        if (!known.equals(value)) {
            throw new AwsServiceException(
                    "InvalidInputException", "%s must be %s here, but is %s".formatted(field, known, value));
        }
    }
}
