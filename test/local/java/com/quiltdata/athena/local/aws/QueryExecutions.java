package com.quiltdata.athena.local.aws;

import static com.quiltdata.athena.local.aws.AwsJson.object;
import static com.quiltdata.athena.local.aws.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** The queries that were started in the account's workgroups. */
final class QueryExecutions implements AutoCloseable {
    /** Bytes, in UTF-8, that Athena takes as a query. */
    private static final int QUERY_STRING_LIMIT = 262_144;

    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(50, 50);
    private static final int RESULT_PAGE_LIMIT = 1_000;
    private static final Pattern LOCATION = Pattern.compile("(s3://[a-z0-9][a-z0-9.-]+)(?:/(.*?)/*)?");

    private final WorkGroups workGroups;
    private final QueryRunner runner;
    private final AthenaLimits limits;
    private final Map<String, QueryExecution> queries = new LinkedHashMap<>();
    private final Map<String, QueryExecution> queriesByToken = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private DdlLoad ddlLoad = new DdlLoad(0, 0, 0);

    QueryExecutions(WorkGroups workGroups, QueryRunner runner, AthenaLimits limits) {
        this.workGroups = workGroups;
        this.runner = runner;
        this.limits = limits;
    }

    synchronized ObjectNode start(ObjectNode request) throws AwsServiceException {
        String token = token(request);
        QueryExecution query = queriesByToken.get(token);
        if (query == null) {
            query = new QueryExecution(prepare(request));
            requireRoom(query);
            queries.put(query.start().id(), query);
            queriesByToken.put(token, query);
            QueryExecution started = query;
            threads.execute(() -> runner.run(started));
        } else if (!isSame(query.start().request(), request)) {
            throw AthenaErrors.invalidRequest("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match");
        }
        return object().put("QueryExecutionId", query.start().id());
    }

    ObjectNode get(ObjectNode request) throws AwsServiceException {
        return object("QueryExecution", find(request).describe());
    }

    synchronized ObjectNode batchGet(ObjectNode request) {
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
                        .put("QueryExecutionId", id.asText())
                        .put("ErrorCode", "QUERY_EXECUTION_NOT_FOUND")
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
                AthenaErrors.INVALID_REQUEST,
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
     * row.
     */
    ObjectNode results(ObjectNode request) throws AwsServiceException {
        QueryExecution query = find(request);
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
        int size = request.path("MaxResults").asInt(RESULT_PAGE_LIMIT);
        if (size < 1 || size > RESULT_PAGE_LIMIT) {
            throw AthenaErrors.invalidInput("MaxResults must be from 1 to " + RESULT_PAGE_LIMIT + ": " + size);
        }
        ResultFile.Page page;
        try {
            page = runner.result(query).page(position(text(request, "NextToken")), size);
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
        query.columns().forEach(column -> columns.add(ResultColumn.info(column)));
        if (page.next() >= 0) {
            answer.put("NextToken", Long.toString(page.next()));
        }
        return answer;
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
        String sql = AwsJson.requiredText(request, "QueryString", AthenaErrors.INVALID_REQUEST);
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
        SqlStatement statement = SqlStatement.parse(sql);
        String id = UUID.randomUUID().toString();
        ObjectNode results = resultConfiguration(configuration, request);
        results.put("OutputLocation", location(results) + statement.resultName(id));
        JsonNode cutoff = configuration.path("BytesScannedCutoffPerQuery");
        return new QueryExecution.Start(
                id,
                request,
                workGroup,
                statement,
                Optional.ofNullable(text(context, "Database")),
                results,
                cutoff.isNumber() ? Optional.of(cutoff.asLong()) : Optional.empty());
    }

    /** What an enforced workgroup says wins over the request; otherwise the request wins over the workgroup. */
    private static ObjectNode resultConfiguration(ObjectNode configuration, ObjectNode request) {
        ObjectNode ofWorkGroup = configuration.withObjectProperty("ResultConfiguration");
        if (configuration.path("EnforceWorkGroupConfiguration").asBoolean()) {
            return ofWorkGroup;
        }
        JsonNode ofRequest = request.path("ResultConfiguration");
        return ofRequest.hasNonNull("OutputLocation") ? ofRequest.deepCopy() : ofWorkGroup;
    }

    private static String location(ObjectNode results) throws AwsServiceException {
        String location = text(results, "OutputLocation");
        if (location == null) {
            throw AthenaErrors.invalidInput("No output location provided. An output location is required either"
                    + " through the Workgroup result configuration setting or as an API input.");
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
        String id = text(request, "QueryExecutionId");
        QueryExecution query = queries.get(id);
        if (query == null) {
            throw AthenaErrors.invalidRequest("QUERY_EXECUTION_NOT_FOUND", notFound(id));
        }
        return query;
    }

    private static String notFound(String id) {
        return "QueryExecution " + id + " was not found";
    }

    /** The AWS SDKs make a token where their caller gives none. */
    private static String token(ObjectNode request) throws AwsServiceException {
        String token = text(request, "ClientRequestToken");
        if (token == null) {
            throw AthenaErrors.invalidInput("clientRequestToken is null or empty");
        }
        if (token.length() < 32 || token.length() > 128) {
            throw AthenaErrors.invalidInput("1 validation error detected: Value at 'clientRequestToken' failed to"
                    + " satisfy constraint: Member must have length "
                    + (token.length() < 32 ? "greater than or equal to 32" : "less than or equal to 128"));
        }
        return token;
    }

    /** Athena does not compare the other parameters. */
    private static boolean isSame(JsonNode first, JsonNode second) {
        return first.path("QueryString").equals(second.path("QueryString"))
                && first.at("/QueryExecutionContext/Database").equals(second.at("/QueryExecutionContext/Database"))
                && first.at("/ResultConfiguration/OutputLocation")
                        .equals(second.at("/ResultConfiguration/OutputLocation"));
    }

    private static long position(String token) throws AwsServiceException {
        try {
            return token == null ? 0 : Long.parseLong(token);
        } catch (NumberFormatException exception) {
            throw AthenaErrors.invalidInput("NextToken is not valid: " + token);
        }
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
