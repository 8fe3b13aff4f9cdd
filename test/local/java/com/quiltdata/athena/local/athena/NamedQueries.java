package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.array;
import static com.quiltdata.athena.local.protocol.AwsJson.copy;
import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The queries that were saved in the account's workgroups. */
final class NamedQueries {
    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(0, 50, 50);

    private static final String NOT_FOUND = "NAMED_QUERY_NOT_FOUND";

    private final Map<String, ObjectNode> queries = new LinkedHashMap<>();

    synchronized ObjectNode create(ObjectNode request) throws AwsServiceException {
        Constraints.of(request)
                .required("Name", "Database", "QueryString")
                .length("Name", 1, 128)
                .length("Database", 1, 255)
                .length("QueryString", 1, QueryExecutions.QUERY_STRING_LIMIT)
                .length("Description", 1, 1_024)
                .check(AthenaErrors::invalidInput);
        ObjectNode query = object();
        copy(request, query, "Name", "Database", "QueryString", "Description");
        query.put("WorkGroup", request.path("WorkGroup").asText(WorkGroups.PRIMARY));
        String id = UUID.randomUUID().toString();
        query.put("NamedQueryId", id);
        queries.put(id, query);
        return object().put("NamedQueryId", id);
    }

    synchronized ObjectNode get(ObjectNode request) throws AwsServiceException {
        return object("NamedQuery", find(request));
    }

    synchronized ObjectNode batchGet(ObjectNode request) throws AwsServiceException {
        AthenaErrors.requireBatch(request, "NamedQueryIds");
        ArrayNode found = array();
        ArrayNode unprocessed = array();
        for (JsonNode id : request.path("NamedQueryIds")) {
            ObjectNode query = queries.get(id.asText());
            if (query != null) {
                found.add(query.deepCopy());
            } else {
                unprocessed
                        .addObject()
                        .put("NamedQueryId", id.asText())
                        .put("ErrorCode", NOT_FOUND)
                        .put("ErrorMessage", notFound(id.asText()));
            }
        }
        ObjectNode answer = object("NamedQueries", found);
        return answer.set("UnprocessedNamedQueryIds", unprocessed);
    }

    synchronized ObjectNode list(ObjectNode request) throws AwsServiceException {
        return AwsJson.page(
                in(request.path("WorkGroup").asText(WorkGroups.PRIMARY)),
                id -> id,
                PAGES,
                request,
                AthenaErrors::invalidInput,
                "NamedQueryIds",
                id -> AwsJson.MAPPER.getNodeFactory().textNode(id));
    }

    synchronized ObjectNode delete(ObjectNode request) throws AwsServiceException {
        queries.remove(text(find(request), "NamedQueryId"));
        return object();
    }

    /** Returns the ids of the queries that were saved in a workgroup. */
    synchronized List<String> in(String workGroup) {
        return queries.values().stream()
                .filter(query -> text(query, "WorkGroup").equals(workGroup))
                .map(query -> text(query, "NamedQueryId"))
                .toList();
    }

    /** Deletes the queries that were saved in a workgroup. */
    synchronized void deleteAll(String workGroup) {
        queries.keySet().removeAll(in(workGroup));
    }

    private ObjectNode find(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("NamedQueryId").check(AthenaErrors::invalidInput);
        String id = text(request, "NamedQueryId");
        ObjectNode query = queries.get(id);
        if (query == null) {
            throw AthenaErrors.invalidRequest(NOT_FOUND, notFound(id));
        }
        return query.deepCopy();
    }

    private static String notFound(String id) {
        return "Named query " + id + " was not found";
    }
}
