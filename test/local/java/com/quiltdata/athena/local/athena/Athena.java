package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;

/**
 * An Athena: workgroups, saved queries, data catalogs, and queries that run on the engine.
 *
 * @see <a href="https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html">Athena's operations</a>
 */
public final class Athena implements AwsService, AutoCloseable {
    private final WorkGroups workGroups = new WorkGroups();
    private final NamedQueries namedQueries = new NamedQueries();
    private final DataCatalogs dataCatalogs;
    private final QueryExecutions queryExecutions;

    /** Makes an Athena without queries, and with the primary workgroup only. */
    public Athena(GlueDataCatalog glue, QueryRunner runner) {
        dataCatalogs = new DataCatalogs(glue);
        queryExecutions = new QueryExecutions(workGroups, runner);
    }

    @Override
    public ObjectNode call(String operation, ObjectNode request) throws AwsServiceException {
        return switch (operation) {
            case "CreateWorkGroup" -> workGroups.create(request);
            case "GetWorkGroup" -> workGroups.get(request);
            case "ListWorkGroups" -> workGroups.list(request);
            case "UpdateWorkGroup" -> workGroups.update(request);
            case "DeleteWorkGroup" -> deleteWorkGroup(request);
            case "CreateNamedQuery" -> createNamedQuery(request);
            case "GetNamedQuery" -> namedQueries.get(request);
            case "BatchGetNamedQuery" -> namedQueries.batchGet(request);
            case "ListNamedQueries" -> listNamedQueries(request);
            case "DeleteNamedQuery" -> namedQueries.delete(request);
            case "ListDataCatalogs" -> dataCatalogs.list(request);
            case "GetDataCatalog" -> dataCatalogs.get(request);
            case "ListDatabases" -> dataCatalogs.listDatabases(request);
            case "GetDatabase" -> dataCatalogs.getDatabase(request);
            case "ListTableMetadata" -> dataCatalogs.listTableMetadata(request);
            case "GetTableMetadata" -> dataCatalogs.getTableMetadata(request);
            case "StartQueryExecution" -> queryExecutions.start(request);
            case "GetQueryExecution" -> queryExecutions.get(request);
            case "BatchGetQueryExecution" -> queryExecutions.batchGet(request);
            case "ListQueryExecutions" -> queryExecutions.list(request);
            case "StopQueryExecution" -> queryExecutions.stop(request);
            case "GetQueryResults" -> queryExecutions.results(request);
            case "GetQueryRuntimeStatistics" -> queryExecutions.runtimeStatistics(request);
            default ->
                throw new AwsServiceException(
                        "UnknownOperationException", "The embedded Athena does not know the operation " + operation);
        };
    }

    /** Changes the account's limits. */
    public void limit(AthenaLimits limits) {
        queryExecutions.limit(limits);
    }

    /** Returns how much of the quota of DDL queries has been used. */
    public DdlLoad ddlLoad() {
        return queryExecutions.ddlLoad();
    }

    /** Cancels what still runs. */
    @Override
    public void close() {
        queryExecutions.close();
    }

    private ObjectNode deleteWorkGroup(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("WorkGroup").check(AthenaErrors::invalidInput);
        String name = text(request, "WorkGroup");
        boolean empty =
                queryExecutions.in(name).isEmpty() && namedQueries.in(name).isEmpty();
        workGroups.delete(request, empty);
        queryExecutions.deleteAll(name);
        namedQueries.deleteAll(name);
        return object();
    }

    private ObjectNode createNamedQuery(ObjectNode request) throws AwsServiceException {
        requireWorkGroup(request);
        return namedQueries.create(request);
    }

    private ObjectNode listNamedQueries(ObjectNode request) throws AwsServiceException {
        requireWorkGroup(request);
        return namedQueries.list(request);
    }

    private void requireWorkGroup(ObjectNode request) throws AwsServiceException {
        String name = text(request, "WorkGroup");
        workGroups.require(name == null ? WorkGroups.PRIMARY : name);
    }
}
