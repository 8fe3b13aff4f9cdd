package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The queries that were started in the account's workgroups. */
final class QueryExecutions implements AutoCloseable {
    /** Bytes, in UTF-8, that Athena takes as a query. */
    static final int QUERY_STRING_LIMIT = 262_144;

    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(0, 50, 50);

    /** Beyond the usual size, which is the largest too, Athena has another error than for other lists. */
    private static final AwsJson.PageLimits RESULT_PAGES = new AwsJson.PageLimits(1, 1_000, 100_000);

    private static final String TOKEN_SEPARATOR = ":";
    private static final String QUERY_EXECUTION_ID = "QueryExecutionId";
    private static final String NOT_FOUND = "QUERY_EXECUTION_NOT_FOUND";
    private static final Pattern LOCATION = Pattern.compile("(s3://[a-z0-9][a-z0-9.-]+)(?:/(.*?)/*)?");

    private final WorkGroups workGroups;
    private final QueryRunner runner;
    private final Map<String, QueryExecution> queries = new LinkedHashMap<>();
    private final Map<String, QueryExecution> queriesByToken = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private AthenaLimits limits = AthenaLimits.DEFAULTS;
    private DdlLoad ddlLoad = new DdlLoad(0, 0, 0);

    QueryExecutions(WorkGroups workGroups, QueryRunner runner) {
        this.workGroups = workGroups;
        this.runner = runner;
    }

    /** Changes the account's limits; what is counted of them begins anew. */
    synchronized void limit(AthenaLimits newLimits) {
        limits = newLimits;
        ddlLoad = new DdlLoad(0, 0, 0);
        runner.limit(newLimits);
    }

    synchronized ObjectNode start(ObjectNode request) throws AwsServiceException {
        String token = token(request);
        // What is wrong with the request is told before it is compared with the one that had its token first.
        QueryExecution.Start start = prepare(request);
        QueryExecution query = queriesByToken.get(token);
        if (query == null) {
            query = new QueryExecution(start);
            requireRoom(query);
            queries.put(query.start().id(), query);
            queriesByToken.put(token, query);
            QueryExecution started = query;
            threads.execute(() -> runner.run(started));
        } else if (!isSame(query.start(), start)) {
            throw AthenaErrors.invalidRequest("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match");
        }
        return object().put(QUERY_EXECUTION_ID, query.start().id());
    }

    ObjectNode get(ObjectNode request) throws AwsServiceException {
        return object("QueryExecution", find(request).describe());
    }

    synchronized ObjectNode batchGet(ObjectNode request) throws AwsServiceException {
        AthenaErrors.requireBatch(request, "QueryExecutionIds");
        ObjectNode answer = object();
        ArrayNode found = answer.putArray("QueryExecutions");
        ArrayNode unprocessed = answer.putArray("UnprocessedQueryExecutionIds");
        for (JsonNode id : request.path("QueryExecutionIds")) {
            QueryExecution query = queries.get(id.asText());
            if (query != null) {
                found.add(query.describe());
            } else {
                unprocessed
                        .addObject()
                        .put(QUERY_EXECUTION_ID, id.asText())
                        .put("ErrorCode", NOT_FOUND)
                        .put("ErrorMessage", notFound(id.asText()));
            }
        }
        return answer;
    }

    /** Lists the ids of a workgroup's queries, the newest first. */
    ObjectNode list(ObjectNode request) throws AwsServiceException {
        String workGroup = request.path("WorkGroup").asText(WorkGroups.PRIMARY);
        workGroups.require(workGroup);
        return AwsJson.page(
                in(workGroup).reversed(),
                query -> query.start().id(),
                PAGES,
                request,
                AthenaErrors::invalidInput,
                "QueryExecutionIds",
                query -> AwsJson.MAPPER.getNodeFactory().textNode(query.start().id()));
    }

    ObjectNode stop(ObjectNode request) throws AwsServiceException {
        find(request).cancel("Query cancelled by user");
        return object();
    }

    ObjectNode runtimeStatistics(ObjectNode request) throws AwsServiceException {
        return object("QueryRuntimeStatistics", find(request).runtimeStatistics());
    }

    /**
     * Answers a page of a result. Of a table, the first row of the first page holds the columns' names; it counts as a
     * row. A full page has a token for the next one, which may be empty.
     */
    ObjectNode results(ObjectNode request) throws AwsServiceException {
        AwsJson.requirePage(request, RESULT_PAGES).required(QUERY_EXECUTION_ID).check(AthenaErrors::invalidInput);
        QueryExecution query = find(request);
        int size = request.path("MaxResults").asInt(RESULT_PAGES.usual());
        if (size > RESULT_PAGES.usual()) {
            throw AthenaErrors.invalidInput("MaxResults is more than maximum allowed length " + RESULT_PAGES.usual());
        }
        requireResults(query);
        ResultFile.Page page;
        try {
            page = runner.result(query).page(position(query, text(request, "NextToken")), size);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        ObjectNode answer = object();
        if (query.updateCount() != null) {
            answer.put("UpdateCount", query.updateCount());
        }
        ObjectNode resultSet = answer.putObject("ResultSet");
        ArrayNode rows = resultSet.putArray("Rows");
        page.rows().forEach(row -> rows.addObject().set("Data", data(row)));
        ArrayNode columns = resultSet.putObject("ResultSetMetadata").putArray("ColumnInfo");
        query.columns()
                .forEach(column ->
                        columns.add(ResultColumn.info(column, query.start().statement())));
        if (page.rows().size() == size) {
            answer.put("NextToken", nextToken(query, page.next()));
        }
        return answer;
    }

    private static void requireResults(QueryExecution query) throws AwsServiceException {
        switch (query.state()) {
            case QUEUED, RUNNING ->
                throw AthenaErrors.invalidRequest(
                        "INVALID_QUERY_EXECUTION_STATE", "Query has not yet finished. Current state: " + query.state());
            case FAILED ->
                throw AthenaErrors.invalidRequest(
                        "INVALID_QUERY_EXECUTION_STATE",
                        "Query did not finish successfully. Final query state: FAILED");
            case CANCELLED -> throw AthenaErrors.invalidRequest("RESULT_NOT_FOUND", "Could not find results");
            default -> {}
        }
    }

    /** Returns a workgroup's queries, the oldest first. */
    synchronized List<QueryExecution> in(String workGroup) {
        return queries.values().stream()
                .filter(query -> query.start().workGroup().equals(workGroup))
                .toList();
    }

    /** Cancels and forgets a workgroup's queries. */
    synchronized void deleteAll(String workGroup) {
        for (QueryExecution query : in(workGroup)) {
            query.cancel("The WorkGroup was deleted");
            queries.remove(query.start().id());
            queriesByToken.values().remove(query);
            try {
                runner.forget(query);
            } catch (IOException exception) {
                throw new UncheckedIOException(exception);
            }
        }
    }

    /** Cancels what still runs. */
    @Override
    public void close() {
        synchronized (this) {
            queries.values().forEach(query -> query.cancel("The service is shutting down"));
        }
        threads.close();
    }

    private QueryExecution.Start prepare(ObjectNode request) throws AwsServiceException {
        String sql = text(request, "QueryString");
        if (sql.getBytes(StandardCharsets.UTF_8).length > QUERY_STRING_LIMIT) {
            throw AthenaErrors.invalidInput("1 validation error detected: Value at 'queryString' failed to satisfy"
                    + " constraint: Member must have length less than or equal to " + QUERY_STRING_LIMIT);
        }
        String workGroup = request.path("WorkGroup").asText(WorkGroups.PRIMARY);
        ObjectNode configuration = workGroups.configurationToRunIn(workGroup);
        JsonNode context = request.path("QueryExecutionContext");
        if (context.hasNonNull("Catalog")) {
            DataCatalogs.require(text(context, "Catalog"));
        }
        String id = UUID.randomUUID().toString();
        ObjectNode results = resultConfiguration(configuration, request);
        String location = location(results);
        SqlStatement statement = SqlStatement.parse(sql);
        results.put("OutputLocation", location + statement.resultName(id));
        JsonNode cutoff = configuration.path("BytesScannedCutoffPerQuery");
        return new QueryExecution.Start(
                id,
                request,
                workGroup,
                statement,
                location,
                Optional.ofNullable(text(context, "Database")),
                results,
                cutoff.isNumber() ? Optional.of(cutoff.asLong()) : Optional.empty());
    }

    /** What an enforced workgroup says wins over the request; otherwise what the request says wins. */
    private static ObjectNode resultConfiguration(ObjectNode configuration, ObjectNode request) {
        ObjectNode results = configuration.withObjectProperty("ResultConfiguration");
        if (!configuration.path("EnforceWorkGroupConfiguration").asBoolean()) {
            AwsJson.copy(
                    request.path("ResultConfiguration"),
                    results,
                    "OutputLocation",
                    "EncryptionConfiguration",
                    "ExpectedBucketOwner",
                    "AclConfiguration");
        }
        return results;
    }

    private static String location(ObjectNode results) throws AwsServiceException {
        String location = text(results, "OutputLocation");
        if (location == null) {
            throw AthenaErrors.invalidInput("No output location provided. You did not provide an output location for"
                    + "  your query results. Either specify an S3 bucket location or enable Athena managed query"
                    + " results in your workgroup settings.");
        }
        Matcher matcher = LOCATION.matcher(location);
        if (!matcher.matches()) {
            throw AthenaErrors.invalidInput("outputLocation is not a valid S3 path.");
        }
        String prefix = matcher.group(2);
        return matcher.group(1) + "/" + (prefix == null || prefix.isEmpty() ? "" : prefix + "/");
    }

    /** Returns how much of the quota of DDL queries has been used. */
    synchronized DdlLoad ddlLoad() {
        return ddlLoad;
    }

    private void requireRoom(QueryExecution query) throws AwsServiceException {
        if (!query.start().statement().isDdl()) {
            return;
        }
        int active = (int) queries.values().stream()
                .filter(other -> other.start().statement().isDdl() && other.isActive())
                .count();
        boolean refused = active >= limits.activeDdlQueries();
        ddlLoad = new DdlLoad(
                ddlLoad.started() + (refused ? 0 : 1),
                ddlLoad.refused() + (refused ? 1 : 0),
                Math.max(ddlLoad.mostActive(), refused ? active : active + 1));
        if (refused) {
            throw new AwsServiceException(
                    "TooManyRequestsException",
                    "You have exceeded the limit for the number of queries you can run concurrently. Please reduce"
                            + " the number of concurrent queries submitted by this account.",
                    Map.of("Reason", "CONCURRENT_QUERY_LIMIT_EXCEEDED"));
        }
    }

    private synchronized QueryExecution find(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required(QUERY_EXECUTION_ID).check(AthenaErrors::invalidInput);
        String id = text(request, QUERY_EXECUTION_ID);
        QueryExecution query = queries.get(id);
        if (query == null) {
            throw AthenaErrors.invalidRequest(NOT_FOUND, notFound(id));
        }
        return query;
    }

    private static String notFound(String id) {
        return "QueryExecution " + id + " was not found";
    }

    /** The AWS SDKs make a token where their caller gives none. */
    private static String token(ObjectNode request) throws AwsServiceException {
        Constraints.of(request)
                .required("QueryString")
                .length("QueryString", 1, QUERY_STRING_LIMIT)
                .length("ClientRequestToken", 32, 128)
                .check(AthenaErrors::invalidInput);
        String token = text(request, "ClientRequestToken");
        if (token == null) {
            throw AthenaErrors.invalidInput("clientRequestToken is null or empty");
        }
        return token;
    }

    /** Athena does not compare the other parameters. */
    private static boolean isSame(QueryExecution.Start first, QueryExecution.Start second) {
        return Stream.of("/QueryString", "/QueryExecutionContext/Catalog", "/QueryExecutionContext/Database")
                        .allMatch(parameter -> first.request()
                                .at(parameter)
                                .equals(second.request().at(parameter)))
                && first.folder().equals(second.folder());
    }

    /** Returns where the page of a token begins: 0 without one. */
    private static long position(QueryExecution query, String token) throws AwsServiceException {
        if (token == null) {
            return 0;
        }
        try {
            long position = Long.parseLong(token.split(TOKEN_SEPARATOR, 2)[0]);
            if (token.equals(nextToken(query, position))) {
                return position;
            }
        } catch (NumberFormatException exception) {
            // No token of ours either.
        }
        throw AthenaErrors.invalidInput("Malformed nextPageToken " + token);
    }

    /** Returns a token that only this query's page has, so that no other is taken for it. */
    private static String nextToken(QueryExecution query, long position) {
        String page = query.start().id() + TOKEN_SEPARATOR + position;
        return position + TOKEN_SEPARATOR + UUID.nameUUIDFromBytes(page.getBytes(StandardCharsets.UTF_8));
    }

    private static ArrayNode data(List<String> row) {
        ArrayNode data = AwsJson.array();
        for (String value : row) {
            ObjectNode datum = data.addObject();
            if (value != null) {
                datum.put("VarCharValue", value);
            }
        }
        return data;
    }
}
