package com.quiltdata.athena.local.engine;

import com.quiltdata.athena.local.protocol.LocalAccount;
import io.airlift.units.Duration;
import io.trino.client.ClientSession;
import io.trino.client.StatementClient;
import io.trino.client.StatementClientFactory;
import io.trino.plugin.hive.HivePlugin;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;

/**
 * Trino, which Athena's engine version 3 is built on, as one node in this process.
 *
 * <p>Queries go through Trino's own protocol over loopback: results stream, and a query can be cancelled.
 */
public final class QueryEngine implements AutoCloseable {
    /** The catalog's name in SQL, as Athena's users know it; unquoted names are lower-cased. */
    static final String CATALOG = "awsdatacatalog";

    /** Where the first catalog finds Iceberg tables of the same Data Catalog; users do not see it. */
    private static final String ICEBERG_CATALOG = "iceberg";

    /** Every query runs as this user, so that everybody may read every view. */
    private static final String USER = "athena";

    private final TestingTrinoServer server;
    private final OkHttpClient httpClient;

    private QueryEngine(TestingTrinoServer server, OkHttpClient httpClient) {
        this.server = server;
        this.httpClient = httpClient;
    }

    /** Starts the engine, without a catalog. */
    public static QueryEngine start(Path directory) {
        TestingTrinoServer server = TestingTrinoServer.builder()
                .setBaseDataDir(Optional.of(directory))
                .setProperties(Map.of(
                        "node-scheduler.include-coordinator", "true",
                        "node-scheduler.min-candidates", "1",
                        "query.client.timeout", "10m",
                        // A test server forgets older queries after five seconds, results that are still to be fetched
                        // with them.
                        "query.max-history", "1000"))
                .build();
        server.installPlugin(new HivePlugin());
        server.installPlugin(new IcebergPlugin());
        OkHttpClient httpClient =
                new OkHttpClient.Builder().readTimeout(5, TimeUnit.MINUTES).build();
        return new QueryEngine(server, httpClient);
    }

    /** Adds the catalog whose tables are in the Glue Data Catalog and whose data is in S3. */
    public void createCatalog(URI aws) {
        Map<String, String> glueAndS3 = Map.ofEntries(
                Map.entry("hive.metastore.glue.endpoint-url", aws.toString()),
                Map.entry("hive.metastore.glue.region", LocalAccount.REGION),
                Map.entry("hive.metastore.glue.aws-access-key", LocalAccount.ACCESS_KEY_ID),
                Map.entry("hive.metastore.glue.aws-secret-key", LocalAccount.SECRET_ACCESS_KEY),
                Map.entry("hive.metastore-cache-ttl", "0s"),
                Map.entry(EngineVersion.current().s3Switch(), "true"),
                Map.entry("s3.endpoint", aws.toString()),
                Map.entry("s3.region", LocalAccount.REGION),
                Map.entry("s3.aws-access-key", LocalAccount.ACCESS_KEY_ID),
                Map.entry("s3.aws-secret-key", LocalAccount.SECRET_ACCESS_KEY),
                Map.entry("s3.path-style-access", "true"));
        server.createCatalog(
                CATALOG,
                "hive",
                both(
                        glueAndS3,
                        Map.of(
                                "hive.metastore", "glue",
                                "hive.iceberg-catalog-name", ICEBERG_CATALOG,
                                "hive.non-managed-table-writes-enabled", "true",
                                "hive.recursive-directories", "true",
                                "hive.security", "allow-all")));
        server.createCatalog(
                ICEBERG_CATALOG,
                "iceberg",
                both(
                        glueAndS3,
                        Map.of(
                                "iceberg.catalog.type",
                                "glue",
                                // What queries read is counted at S3.
                                "iceberg.metadata-cache.enabled",
                                "false",
                                // Athena has no such limit.
                                "iceberg.expire-snapshots.min-retention",
                                "0s",
                                "iceberg.security",
                                "allow-all")));
    }

    private static Map<String, String> both(Map<String, String> some, Map<String, String> others) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(others);
        return all;
    }

    /**
     * Starts a statement.
     *
     * @param sql one statement, without a semicolon at its end
     * @param database what unqualified names are looked up in, if any
     */
    public StatementClient start(String sql, Optional<String> database) {
        ClientSession.Builder session = ClientSession.builder()
                .server(server.getBaseUrl())
                .user(Optional.of(USER))
                .source("athena")
                .clientTags(Set.of())
                .catalog(CATALOG)
                .timeZone(ZoneOffset.UTC)
                .locale(Locale.ENGLISH)
                .clientRequestTimeout(new Duration(2, TimeUnit.MINUTES));
        database.ifPresent(session::schema);
        return StatementClientFactory.newStatementClient(httpClient, session.build(), sql, Optional.empty());
    }

    @Override
    public void close() {
        httpClient.dispatcher().executorService().shutdown();
        httpClient.connectionPool().evictAll();
        try {
            server.close();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
