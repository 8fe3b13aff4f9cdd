package com.quiltdata.athena.local.glue;

import static com.quiltdata.athena.local.protocol.AwsJson.array;
import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A Glue Data Catalog in memory: databases, and tables without partitions.
 *
 * <p>It keeps what it is given as it came, and adds what Glue sets itself. It answers the operations that clients of a
 * catalog use and that Trino's metastore calls. Names are lower-cased, as Glue does. It is empty at first, as in a region
 * where nobody has used it.
 *
 * @see <a href="https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html">Glue's operations</a>
 */
public final class GlueDataCatalog implements AwsService {
    private static final String NOT_FOUND = "EntityNotFoundException";
    private static final int LONGEST_VIEW_TEXT = 409_600;
    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(1, 100, 100);
    private static final int LONGEST_NAME = 255;

    private final Map<String, Database> databases = new TreeMap<>();
    private final IcebergTables icebergTables;

    /** Makes a catalog without databases. */
    public GlueDataCatalog(IcebergTables icebergTables) {
        this.icebergTables = icebergTables;
    }

    @Override
    public synchronized ObjectNode call(String operation, ObjectNode request) {
        return switch (operation) {
            case "CreateDatabase" -> createDatabase(request);
            case "GetDatabase" -> object("Database", database(request, "Name").description);
            case "GetDatabases" -> getDatabases(request);
            case "UpdateDatabase" -> updateDatabase(request);
            case "DeleteDatabase" -> deleteDatabase(request);
            case "CreateTable" -> createTable(request);
            case "GetTable" -> object("Table", table(request, "DatabaseName", "Name"));
            case "GetTables" -> getTables(request);
            case "UpdateTable" -> updateTable(request);
            case "DeleteTable" -> deleteTable(request);
            case "BatchDeleteTable" -> batchDeleteTable(request);
            case "GetPartitions" -> emptyListsOfTable(request, "Partitions");
            case "BatchGetPartition" -> emptyListsOfTable(request, "Partitions", "UnprocessedKeys");
            case "GetPartition" -> {
                table(request, "DatabaseName", "TableName");
                throw new AwsServiceException(NOT_FOUND, "Cannot find partition.");
            }
            case "GetColumnStatisticsForTable" -> emptyListsOfTable(request, "ColumnStatisticsList", "Errors");
            case "UpdateColumnStatisticsForTable" -> emptyListsOfTable(request, "Errors");
            case "DeleteColumnStatisticsForTable" -> emptyListsOfTable(request);
            case "GetUserDefinedFunctions" -> object("UserDefinedFunctions", array());
            case "GetUserDefinedFunction" -> throw new AwsServiceException(NOT_FOUND, "Function not found.");
            case "GetTags" -> object("Tags", object());
            default ->
                throw new AwsServiceException(
                        "UnknownOperationException", "The embedded Glue does not know the operation " + operation);
        };
    }

    /** Returns the descriptions of all databases, in the order of their names. */
    public synchronized List<ObjectNode> databases() {
        return databases.values().stream().map(Database::copy).toList();
    }

    /** Returns the description of a database. */
    public synchronized ObjectNode database(String name) {
        return find(name).copy();
    }

    /** Returns the descriptions of a database's tables and views, in the order of their names. */
    public synchronized List<ObjectNode> tables(String database) {
        return find(database).tables.values().stream().map(ObjectNode::deepCopy).toList();
    }

    /** Returns the description of a table or view. */
    public synchronized ObjectNode table(String database, String name) {
        return find(find(database), name).deepCopy();
    }

    private ObjectNode createDatabase(ObjectNode request) {
        JsonNode input = request.path("DatabaseInput");
        String name = name(input, "Name");
        if (databases.putIfAbsent(name, new Database(databaseOf(name, input))) != null) {
            throw new AwsServiceException("AlreadyExistsException", "Database already exists: " + name);
        }
        return object();
    }

    private ObjectNode getDatabases(ObjectNode request) {
        return AwsJson.page(
                databases(),
                description -> text(description, "Name"),
                PAGES,
                request,
                GlueDataCatalog::invalidInput,
                "DatabaseList",
                description -> description);
    }

    private ObjectNode updateDatabase(ObjectNode request) {
        Constraints.of(request).required("Name", "DatabaseInput").check(GlueDataCatalog::invalid);
        Database database = database(request, "Name");
        ObjectNode description = databaseOf(text(database.description, "Name"), request.path("DatabaseInput"));
        description.set("CreateTime", database.description.get("CreateTime"));
        database.description = description;
        return object();
    }

    private ObjectNode deleteDatabase(ObjectNode request) {
        database(request, "Name");
        databases.remove(name(request, "Name"));
        return object();
    }

    private ObjectNode createTable(ObjectNode request) {
        Database database = database(request, "DatabaseName");
        JsonNode iceberg = request.path("OpenTableFormatInput").path("IcebergInput");
        if (iceberg.has("CreateIcebergTableInput") && request.has("TableInput")) {
            throw new AwsServiceException(
                    "InvalidInputException",
                    "Table metadata is expected only via TableInput or via IcebergTableInputProperties inside "
                            + "OpenTableFormatInput");
        }
        String name = name(iceberg.isObject() ? request : request.path("TableInput"), "Name");
        if (database.tables.containsKey(name)) {
            throw new AwsServiceException("AlreadyExistsException", "Table already exists: " + name);
        }
        JsonNode input = iceberg.isObject() ? icebergTables.create(iceberg) : request.path("TableInput");
        double now = AwsJson.seconds(Instant.now());
        ObjectNode table = tableOf(database, name, input);
        table.put("CreateTime", now);
        table.put("UpdateTime", now);
        table.put("VersionId", "0");
        database.tables.put(name, table);
        return object();
    }

    private ObjectNode getTables(ObjectNode request) {
        Pattern expression = pattern(text(request, "Expression"), GlueDataCatalog::invalidInput);
        return AwsJson.page(
                tables(name(request, "DatabaseName")).stream()
                        .filter(table -> expression.matcher(text(table, "Name")).matches())
                        .toList(),
                table -> text(table, "Name"),
                PAGES,
                request,
                GlueDataCatalog::invalidInput,
                "TableList",
                table -> table);
    }

    private ObjectNode updateTable(ObjectNode request) {
        Database database = database(request, "DatabaseName");
        JsonNode input = request.path("TableInput");
        String name = name(input, "Name");
        ObjectNode old = find(database, name);
        String version = text(old, "VersionId");
        String expectedVersion = text(request, "VersionId");
        if (expectedVersion != null && !expectedVersion.equals(version)) {
            throw new AwsServiceException(
                    "ConcurrentModificationException",
                    "Update table failed due to concurrent modifications: the version of " + name + " is " + version
                            + ", not " + expectedVersion);
        }
        ObjectNode table = tableOf(database, name, input);
        table.set("CreateTime", old.get("CreateTime"));
        table.put("UpdateTime", AwsJson.seconds(Instant.now()));
        table.put("VersionId", Integer.toString(Integer.parseInt(version) + 1));
        database.tables.put(name, table);
        return object();
    }

    private ObjectNode deleteTable(ObjectNode request) {
        table(request, "DatabaseName", "Name");
        database(request, "DatabaseName").tables.remove(name(request, "Name"));
        return object();
    }

    private ObjectNode batchDeleteTable(ObjectNode request) {
        Database database = database(request, "DatabaseName");
        ArrayNode errors = array();
        for (JsonNode name : request.path("TablesToDelete")) {
            if (database.tables.remove(lowerCase(name.asText())) == null) {
                ObjectNode error = errors.addObject();
                error.put("TableName", name.asText());
                error.putObject("ErrorDetail")
                        .put("ErrorCode", NOT_FOUND)
                        .put("ErrorMessage", "Table " + name.asText() + " not found.");
            }
        }
        return object("Errors", errors);
    }

    private ObjectNode emptyListsOfTable(ObjectNode request, String... lists) {
        table(request, "DatabaseName", "TableName");
        ObjectNode answer = object();
        for (String list : lists) {
            answer.putArray(list);
        }
        return answer;
    }

    private Database database(JsonNode request, String field) {
        return find(name(request, field));
    }

    private Database find(String name) {
        Database database = databases.get(lowerCase(name));
        if (database == null) {
            throw new AwsServiceException(NOT_FOUND, "Database " + name + " not found.");
        }
        return database;
    }

    private ObjectNode table(JsonNode request, String databaseField, String field) {
        return find(database(request, databaseField), name(request, field));
    }

    private static ObjectNode find(Database database, String name) {
        ObjectNode table = database.tables.get(lowerCase(name));
        if (table == null) {
            throw new AwsServiceException(NOT_FOUND, "Table " + name + " not found.");
        }
        return table;
    }

    private static ObjectNode databaseOf(String name, JsonNode input) {
        ObjectNode description = input.deepCopy();
        description.put("Name", name);
        description.put("CatalogId", LocalAccount.ACCOUNT_ID);
        description.put("CreateTime", AwsJson.seconds(Instant.now()));
        return description;
    }

    private static ObjectNode tableOf(Database database, String name, JsonNode input) {
        checkTextOfView(input);
        ObjectNode table = ViewColumns.added(input.deepCopy());
        table.put("Name", name);
        table.put("DatabaseName", text(database.description, "Name"));
        table.put("CatalogId", LocalAccount.ACCOUNT_ID);
        table.put("CreatedBy", "arn:aws:iam::" + LocalAccount.ACCOUNT_ID + ":root");
        table.put("IsRegisteredWithLakeFormation", false);
        return table;
    }

    /** The model of Glue's requests says how long the text is, in bytes: it is base64, and has one a character. */
    private static void checkTextOfView(JsonNode input) {
        Constraints.of(input)
                .length("ViewOriginalText", 0, LONGEST_VIEW_TEXT)
                .check(message -> new AwsServiceException("ValidationException", message));
    }

    private static String name(JsonNode request, String field) {
        Constraints.of(request).required(field).length(field, 1, LONGEST_NAME).check(GlueDataCatalog::invalid);
        return lowerCase(text(request, field));
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Returns the pattern of an expression; one that matches everything where there is none. */
    public static Pattern pattern(String expression, Function<String, AwsServiceException> invalid) {
        try {
            return expression == null || expression.isEmpty() || expression.equals("*")
                    ? Pattern.compile(".*")
                    : Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException exception) {
            throw invalid.apply("Expression is not valid: " + exception.getMessage());
        }
    }

    /** What the Data Catalog says where no policy allows a call on the resource that an ARN ends with. */
    public static String denied(String action, String resource) {
        return """
                User: arn:aws:sts::%1$s:assumed-role/handler/handler is not authorized to perform: %2$s on resource: \
                arn:aws:glue:%3$s:%1$s:%4$s because no identity-based policy allows the %2$s action (Service: AWSGlue; \
                Status Code: 400; Error Code: AccessDeniedException)""".formatted(LocalAccount.ACCOUNT_ID, action, LocalAccount.REGION, resource);
    }

    private static AwsServiceException invalidInput(String message) {
        return new AwsServiceException("InvalidInputException", message);
    }

    /** Returns the error for a request that the service's model does not allow. */
    private static AwsServiceException invalid(String message) {
        return new AwsServiceException("ValidationException", message);
    }

    private static final class Database {
        private final Map<String, ObjectNode> tables = new TreeMap<>();
        private ObjectNode description;

        private Database(ObjectNode description) {
            this.description = description;
        }

        private ObjectNode copy() {
            return description.deepCopy();
        }
    }
}
