package com.quiltdata.athena.local.athena;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.List;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.Datum;
import software.amazon.awssdk.services.athena.model.GetQueryResultsResponse;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;

/** Queries of a test in a workgroup of its own, with a bucket for their results and a database. */
public record Queries(String workGroup) {
    static final AthenaClient ATHENA = SharedEmbeddedAws.athena();

    /** Makes the workgroup, a bucket of its name, and a database of its name with underscores. */
    public static Queries create(String name) {
        Queries queries = new Queries(name);
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(name));
        SharedEmbeddedAws.glue()
                .createDatabase(create -> create.databaseInput(input -> input.name(queries.database())));
        queries.createWorkGroup(name);
        return queries;
    }

    String database() {
        return workGroup.replace('-', '_');
    }

    /** Makes another workgroup with the same bucket. */
    public void createWorkGroup(String name) {
        ATHENA.createWorkGroup(create -> create.name(name)
                .configuration(configuration -> configuration.resultConfiguration(
                        results -> results.outputLocation("s3://" + workGroup + "/"))));
    }

    StartQueryExecutionRequest.Builder request(String sql) {
        return StartQueryExecutionRequest.builder()
                .workGroup(workGroup)
                .queryString(sql)
                .queryExecutionContext(
                        context -> context.catalog("AwsDataCatalog").database(database()));
    }

    String start(String sql) {
        return start(request(sql));
    }

    static String start(StartQueryExecutionRequest.Builder request) {
        return ATHENA.startQueryExecution(request.build()).queryExecutionId();
    }

    QueryExecution run(String sql) {
        return run(request(sql));
    }

    static QueryExecution run(StartQueryExecutionRequest.Builder request) {
        return SharedEmbeddedAws.run(ATHENA, request.build());
    }

    static GetQueryResultsResponse results(QueryExecution query) {
        return ATHENA.getQueryResults(get -> get.queryExecutionId(query.queryExecutionId()));
    }

    /** Runs a query and returns its rows, with the header. */
    List<List<String>> values(String sql) {
        return values(results(run(sql)));
    }

    static List<List<String>> values(GetQueryResultsResponse page) {
        return page.resultSet().rows().stream()
                .map(row -> row.data().stream().map(Datum::varCharValue).toList())
                .toList();
    }
}
