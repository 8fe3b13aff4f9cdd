package com.quiltdata.athena.local.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An AWS account on loopback, in this process: S3 (path style), the Glue Data Catalog and Athena, behind one port.
 *
 * <p>{@code AWS_ENDPOINT_URL} set to {@link #endpoint()}, with any credentials, is all that the AWS CLI, boto3 or an
 * AWS SDK needs. Nothing outlives {@link #close()}.
 */
public final class EmbeddedAws implements AutoCloseable {
    /** The region that everything is in. */
    public static final String REGION = "us-east-1";

    /** The account that everything belongs to. */
    public static final String ACCOUNT_ID = "123456789012";

    /** Credentials are not checked; these are the ones to use. */
    public static final String ACCESS_KEY_ID = "test";

    /** Belongs to {@link #ACCESS_KEY_ID}. */
    public static final String SECRET_ACCESS_KEY = "test";

    private final FrontServer server;
    private final QueryEngine engine;
    private final S3Client s3;
    private final Athena athena;
    private final Path resultDirectory;

    private EmbeddedAws(FrontServer server, QueryEngine engine, S3Client s3, Athena athena, Path resultDirectory) {
        this.server = server;
        this.engine = engine;
        this.s3 = s3;
        this.athena = athena;
        this.resultDirectory = resultDirectory;
    }

    /**
     * Starts an empty account with the quotas of a new one.
     *
     * @param port the port on 127.0.0.1, or 0 for any free one
     * @return the account, ready to be used
     */
    public static EmbeddedAws start(int port) {
        return start(port, AthenaLimits.DEFAULTS);
    }

    /**
     * Starts an empty account.
     *
     * @param port the port on 127.0.0.1, or 0 for any free one
     * @param limits the account's quotas
     * @return the account, ready to be used
     */
    public static EmbeddedAws start(int port, AthenaLimits limits) {
        QuietLogging.configure();
        GlueDataCatalog glue = new GlueDataCatalog();
        AwsJsonFilter filter = new AwsJsonFilter();
        filter.add("AWSGlue", glue);
        CompletableFuture<QueryEngine> startingEngine = CompletableFuture.supplyAsync(QueryEngine::start);
        FrontServer server = FrontServer.start(port, filter);
        QueryEngine engine = startingEngine.join();
        engine.createCatalog(server.endpoint());
        S3Client s3 = S3Client.builder()
                .endpointOverride(server.endpoint())
                .region(Region.of(REGION))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY_ID, SECRET_ACCESS_KEY)))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
        Path resultDirectory = temporaryDirectory();
        Athena athena = new Athena(glue, new QueryRunner(engine, s3, resultDirectory, limits), limits);
        filter.add("AmazonAthena", athena);
        return new EmbeddedAws(server, engine, s3, athena, resultDirectory);
    }

    /**
     * Returns where S3, Glue and Athena answer.
     *
     * @return an HTTP URL on loopback
     */
    public URI endpoint() {
        return server.endpoint();
    }

    /** Stops everything and removes all data. */
    @Override
    public void close() {
        athena.close();
        engine.close();
        s3.close();
        server.close();
        remove(resultDirectory);
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("embedded-aws");
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
