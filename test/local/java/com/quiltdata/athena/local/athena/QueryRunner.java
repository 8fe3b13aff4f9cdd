package com.quiltdata.athena.local.athena;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableList;
import com.quiltdata.athena.local.engine.QueryEngine;
import com.quiltdata.athena.local.glue.DefaultDatabase;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import io.trino.client.ClientTypeSignature;
import io.trino.client.Column;
import io.trino.client.QueryStatusInfo;
import io.trino.client.Row;
import io.trino.client.StatementClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Carries queries out: runs the statement on the engine and writes the result to S3. */
public final class QueryRunner {
    private static final Logger LOG = LoggerFactory.getLogger(QueryRunner.class);
    private static final int RESULT_NOT_WRITTEN = 401;
    private static final int INTERNAL_SERVICE_ERROR = 100;

    /** Athena's words. */
    private static final String DENIED_OUTPUT =
            "Access denied when writing output to url: %s . Please ensure you are allowed to access the S3 bucket. If you"
                    + " are encrypting query results with KMS key, please ensure you are allowed to access your KMS key";

    private static final int DENIED_TYPE = 1101;

    private final Map<String, Instant> firstAsked = new ConcurrentHashMap<>();
    private final DefaultDatabase defaultDatabase;
    private final QueryEngine engine;
    private final S3Client s3;
    private final Path directory;
    private volatile AthenaLimits limits = AthenaLimits.DEFAULTS;

    /**
     * Makes a runner.
     *
     * @param defaultDatabase what is looked up before each statement
     * @param directory where results are kept, to answer them page by page
     */
    public QueryRunner(DefaultDatabase defaultDatabase, QueryEngine engine, S3Client s3, Path directory) {
        this.defaultDatabase = defaultDatabase;
        this.engine = engine;
        this.s3 = s3;
        this.directory = directory;
    }

    /** Changes how long DDL queries take. */
    void limit(AthenaLimits newLimits) {
        limits = newLimits;
    }

    /** Returns the result of a query that was carried out. */
    ResultFile result(QueryExecution query) {
        return new ResultFile(directory.resolve(query.start().id()));
    }

    /** Carries a query out; whatever goes wrong ends up in the query. */
    void run(QueryExecution query) {
        if (!query.run()) {
            return;
        }
        try {
            if (query.start().statement().isDdl()) {
                if (isDenied(query.start().statement())) {
                    query.fail(GlueDataCatalog.denied("glue:CreateTable", "catalog"), 2, DENIED_TYPE, false);
                }
                if (!query.pause(() -> limits.ddlDuration())) {
                    return;
                }
            }
            defaultDatabase.require();
            execute(query);
        } catch (AwsServiceException exception) {
            query.fail(exception.getMessage(), 2, DENIED_TYPE, false);
        } catch (IOException | RuntimeException | LinkageError exception) {
            // Classes are gone where a build replaces them meanwhile; whoever waits for the query has to know.
            if (query.isActive()) {
                LOG.warn("Query {} failed", query.start().id(), exception);
                query.fail(exception.toString(), 1, INTERNAL_SERVICE_ERROR, true);
            }
        } catch (InterruptedException exception) {
            Thread.currentThread().interrupt();
            query.cancel("The service is shutting down");
        }
    }

    /** Runs a query for values of structured types, which are lists and maps; the others are texts. */
    public Iterator<List<Object>> values(String sql, String database) {
        StatementClient client = engine.start(sql, Optional.of(database));
        return new AbstractIterator<>() {
            private Iterator<List<Object>> page = List.<List<Object>>of().iterator();
            private List<Column> columns;

            @Override
            protected List<Object> computeNext() {
                while (!page.hasNext() && client.isRunning()) {
                    columns = client.currentStatusInfo().getColumns();
                    page = ImmutableList.copyOf(client.currentRows()).iterator();
                    client.advance();
                }
                if (page.hasNext()) {
                    List<Object> row = page.next();
                    List<Object> values = new ArrayList<>();
                    for (int i = 0; i < row.size(); i++) {
                        values.add(typed(row.get(i), columns.get(i).getTypeSignature()));
                    }
                    return values;
                }
                client.close();
                if (client.finalStatusInfo().getError() != null) {
                    throw new IllegalStateException(
                            client.finalStatusInfo().getError().getMessage());
                }
                return endOfData();
            }
        };
    }

    private static Object typed(Object value, ClientTypeSignature type) {
        return switch (value) {
            case List<?> elements -> nested(elements, type);
            case Map<?, ?> entries -> nested(entries, type);
            case Row row -> nested(row, type);
            case null -> null;
            default -> ResultText.of(value);
        };
    }

    /** The client has a text for a decimal, which is a number, and keeps what a row's fields are called. */
    private static Object nested(Object value, ClientTypeSignature type) {
        switch (value) {
            case List<?> elements -> {
                List<Object> array = new ArrayList<>();
                elements.forEach(element -> array.add(nested(element, argument(type, 0))));
                return array;
            }
            case Map<?, ?> entries -> {
                Map<String, Object> object = new LinkedHashMap<>();
                entries.forEach((key, of) -> object.put(String.valueOf(key), nested(of, argument(type, 1))));
                return object;
            }
            case Row row -> {
                Map<String, Object> object = new LinkedHashMap<>();
                for (int i = 0; i < row.getFields().size(); i++) {
                    object.put(
                            row.getFields().get(i).getName().orElse("field" + i),
                            nested(
                                    row.getFields().get(i).getValue(),
                                    type.getArguments()
                                            .get(i)
                                            .getNamedTypeSignature()
                                            .getTypeSignature()));
                }
                return object;
            }
            case String text -> {
                return type.getRawType().equals("decimal") ? new BigDecimal(text) : text;
            }
            case null -> {
                return null;
            }
            default -> {
                return value;
            }
        }
    }

    private static ClientTypeSignature argument(ClientTypeSignature type, int index) {
        return type.getArguments().get(index).getTypeSignature();
    }

    private boolean isDenied(SqlStatement statement) {
        Instant first = firstAsked.computeIfAbsent(statement.sql(), sql -> Instant.now());
        return Instant.now().isBefore(first.plus(limits.policiesInForceAfter()));
    }

    private void execute(QueryExecution query) throws IOException {
        QueryExecution.Start start = query.start();
        try (StatementClient client = engine.start(sql(start), start.database())) {
            if (!query.attach(client)) {
                return;
            }
            fetch(query, client);
            if (!query.isActive()) {
                return;
            }
            QueryStatusInfo end = client.finalStatusInfo();
            if (end.getError() != null) {
                query.fail(end.getError());
            } else {
                upload(query);
                query.succeed();
            }
        } catch (S3Exception exception) {
            boolean isDenied = exception.statusCode() == 403;
            query.fail(
                    isDenied ? DENIED_OUTPUT.formatted(output(query)) : exception.getMessage(),
                    isDenied ? 2 : 1,
                    RESULT_NOT_WRITTEN,
                    !isDenied);
        } catch (SdkException exception) {
            query.fail(exception.getMessage(), 1, RESULT_NOT_WRITTEN, true);
        }
    }

    private static String sql(QueryExecution.Start start) {
        List<String> parameters = new ArrayList<>();
        start.request().path("ExecutionParameters").forEach(parameter -> parameters.add(parameter.asText()));
        return parameters.isEmpty()
                ? start.statement().sql()
                : "EXECUTE IMMEDIATE '" + start.statement().sql().replace("'", "''") + "' USING "
                        + String.join(", ", parameters);
    }

    /** Reads the whole result into the query's file, as far as the query is not cancelled. */
    private void fetch(QueryExecution query, StatementClient client) throws IOException {
        SqlStatement statement = query.start().statement();
        List<Column> columns = null;
        long rows = 0;
        try (ResultFile.Writer writer = result(query).writer()) {
            while (client.isRunning()) {
                QueryStatusInfo status = client.currentStatusInfo();
                if (columns == null && status.getColumns() != null) {
                    columns = status.getUpdateType() == null ? status.getColumns() : List.of();
                    if (statement.hasHeader()) {
                        writer.write(columns.stream().map(Column::getName).toList());
                    }
                }
                for (List<Object> values : client.currentRows()) {
                    if (!columns.isEmpty()) {
                        List<String> texts = values.stream().map(ResultText::of).toList();
                        for (List<String> row : (Iterable<List<String>>) statement.rows(texts)::iterator) {
                            writer.write(row);
                            rows++;
                        }
                    }
                }
                progress(query, status, columns, rows);
                if (!query.isActive()) {
                    return;
                }
                client.advance();
            }
            if (client.isFinished()) {
                progress(query, client.finalStatusInfo(), columns, rows);
            }
        }
    }

    private static void progress(QueryExecution query, QueryStatusInfo status, List<Column> columns, long rows) {
        SqlStatement statement = query.start().statement();
        Long updates = statement.isDdl() || statement.isExplain()
                ? null
                : Long.valueOf(status.getUpdateCount().orElse(0));
        query.progress(status.getStats(), columns == null ? List.of() : columns, rows, updates);
        if (isCutOff(query)) {
            query.cancel("Query cancelled! : Bytes scanned limit was exceeded");
        }
    }

    private static boolean isCutOff(QueryExecution query) {
        return query.start()
                .bytesScannedCutoff()
                .filter(cutoff -> query.bytesScanned() > cutoff)
                .isPresent();
    }

    private void upload(QueryExecution query) throws IOException {
        URI location = URI.create(output(query));
        String key = location.getPath().substring(1);
        if (key.endsWith(".txt")) {
            RequestBody text = RequestBody.fromString(text(query), StandardCharsets.UTF_8);
            s3.putObject(put -> put.bucket(location.getHost()).key(key).contentType("binary/octet-stream"), text);
        } else if (query.start().statement().isSelect()) {
            RequestBody csv = RequestBody.fromFile(result(query).path());
            s3.putObject(put -> put.bucket(location.getHost()).key(key).contentType("application/octet-stream"), csv);
        }
    }

    private static String output(QueryExecution query) {
        return query.start().resultConfiguration().path("OutputLocation").asText();
    }

    /** Rows of what is no table are lines of text. */
    private String text(QueryExecution query) throws IOException {
        return result(query).page(0, Integer.MAX_VALUE).rows().stream()
                .map(row ->
                        row.stream().map(value -> value == null ? "" : value).collect(Collectors.joining("\t")))
                .collect(Collectors.joining("\n"));
    }

    /** Removes what is kept of a query's result. */
    void forget(QueryExecution query) throws IOException {
        Files.deleteIfExists(result(query).path());
    }
}
