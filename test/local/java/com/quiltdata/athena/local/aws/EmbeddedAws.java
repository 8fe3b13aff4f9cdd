package com.quiltdata.athena.local.aws;

import com.google.common.io.Closer;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.quiltdata.athena.local.athena.Athena;
import com.quiltdata.athena.local.athena.AthenaLimits;
import com.quiltdata.athena.local.athena.DdlLoad;
import com.quiltdata.athena.local.athena.QueryRunner;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.Bootstrap;
import com.quiltdata.athena.local.cloudformation.CloudFormation;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.engine.QueryEngine;
import com.quiltdata.athena.local.events.EventPipes;
import com.quiltdata.athena.local.glue.DefaultDatabase;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.glue.IcebergTables;
import com.quiltdata.athena.local.protocol.AwsJsonFilter;
import com.quiltdata.athena.local.protocol.AwsQueryFilter;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.LocalRequestsFilter;
import com.quiltdata.athena.local.s3.BucketPolicies;
import com.quiltdata.athena.local.s3.FrontServer;
import com.quiltdata.athena.local.s3.MultipartChecksums;
import com.quiltdata.athena.local.s3.ObjectEvents;
import com.quiltdata.athena.local.s3.S3Recording;
import com.quiltdata.athena.local.s3.S3Traffic;
import com.quiltdata.athena.local.scheduler.Schedules;
import com.quiltdata.athena.local.scheduler.SchedulesFilter;
import com.quiltdata.athena.local.stepfunctions.StateMachines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.services.athena.model.GetWorkGroupRequest;
import software.amazon.awssdk.services.glue.model.GetTableRequest;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/**
 * An AWS account on loopback, in this process, that is bootstrapped for the CDK: S3 (path style), the Glue Data Catalog,
 * Athena, Step Functions and CloudFormation, behind one port.
 *
 * <p>{@code AWS_ENDPOINT_URL} set to {@link #endpoint()}, with any credentials, is all that the AWS CLI, boto3 or an
 * AWS SDK needs. Nothing outlives {@link #close()}.
 */
public final class EmbeddedAws implements AutoCloseable {
    private final Closer closer = Closer.create();
    private final S3Traffic s3Traffic = new S3Traffic();
    private CloudFormation cloudFormation;
    private FrontServer server;
    private Athena athena;
    private AwsClients clients;
    private StateMachines stateMachines;
    private DefaultDatabase defaultDatabase;
    private QueryRunner runner;

    private EmbeddedAws() {}

    /** Starts an empty account, with the quotas of a new one, on a port of 127.0.0.1; 0 is any free one. */
    public static EmbeddedAws start(int port) {
        requireFree(port);
        QuietLogging.configure();
        EmbeddedAws aws = new EmbeddedAws();
        try {
            aws.open(port);
        } catch (IOException exception) {
            aws.close();
            throw new UncheckedIOException(exception);
        } catch (RuntimeException exception) {
            aws.close();
            throw exception;
        }
        return aws;
    }

    /** What is opened is registered to be closed, so that a failure leaves nothing behind. */
    private void open(int port) throws IOException {
        Path directory = Files.createTempDirectory("embedded-aws");
        closer.register(() -> remove(directory));
        Path objects = Files.createDirectory(directory.resolve("s3"));
        Path results = Files.createDirectory(directory.resolve("results"));
        Path engineFiles = Files.createDirectory(directory.resolve("engine"));

        GlueDataCatalog glue = new GlueDataCatalog(new IcebergTables(() -> clients.s3()));
        AwsJsonFilter filter = new AwsJsonFilter();
        filter.add("AWSGlue", GetTableRequest.class.getPackage(), glue);
        AwsQueryFilter queryFilter = new AwsQueryFilter();
        queryFilter.add(SecurityTokens.VERSION, new SecurityTokens());
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        // Nothing is started any more when the account is closed.
        closer.register(timer::shutdownNow);
        AwsService executions = (operation, request) -> stateMachines.call(operation, request);
        Schedules.Timer later = (delay, task) -> timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        Schedules schedules = new Schedules(executions, InstantSource.system(), later);
        filter.add("Scheduler", CreateScheduleRequest.class.getPackage(), schedules);
        EventPipes eventPipes = new EventPipes(executions, later);
        // On a thread of its own: the common pool has one thread on two cores, which may be this one.
        CompletableFuture<QueryEngine> startingEngine = CompletableFuture.supplyAsync(
                () -> QueryEngine.start(engineFiles),
                task -> Thread.ofPlatform().start(task));
        try {
            server = FrontServer.start(
                    port,
                    objects,
                    List.of(
                            new LocalRequestsFilter(),
                            filter,
                            queryFilter,
                            new SchedulesFilter(schedules),
                            new ObjectEvents(eventPipes::accept),
                            s3Traffic,
                            new MultipartChecksums(),
                            new BucketPolicies()));
            closer.register(server::close);
            clients = new AwsClients(endpoint());
            closer.register(clients::close);
            Map<String, String> parameters = new ConcurrentHashMap<>();
            // There is no model of its requests here.
            filter.add("AmazonSSM", EmbeddedAws.class.getPackage(), new ParameterStore(parameters));
            cloudFormation = new CloudFormation(filter, clients.s3(), endpoint(), parameters);
            queryFilter.add(CloudFormation.VERSION, cloudFormation);
            Bootstrap.deploy(cloudFormation);
        } finally {
            closer.register(startingEngine.join()::close);
        }
        QueryEngine engine = startingEngine.join();
        engine.createCatalog(endpoint());

        defaultDatabase = new DefaultDatabase(glue);
        runner = new QueryRunner(defaultDatabase, engine, clients.s3(), results);
        athena = new Athena(glue, runner);
        closer.register(athena::close);
        filter.add("AmazonAthena", GetWorkGroupRequest.class.getPackage(), athena);
        stateMachines = new StateMachines(athena, clients::s3);
        closer.register(stateMachines::close);
        filter.add("AWSStepFunctions", StartExecutionRequest.class.getPackage(), stateMachines);
        // There is no model of its requests here.
        filter.add("EventPipes", EventPipes.class.getPackage(), eventPipes);
    }

    /** Prepares to deploy a stack whose functions' logs nobody reads. */
    public LocalStack stack(String name) {
        return stack(name, message -> {});
    }

    /** Prepares to deploy a stack; the log gets what its functions log, one message at a time. */
    public LocalStack stack(String name, Consumer<String> log) {
        return new LocalStack(clients, cloudFormation, name, log);
    }

    /** Returns clients of the services, which are closed with the account. */
    public AwsClients clients() {
        return clients;
    }

    /** Returns where the services answer. */
    public URI endpoint() {
        return server.endpoint();
    }

    /**
     * Says whether those who run statements may make the database {@code default}, which is not there at first and which
     * Athena makes on their behalf where it is not. Without it, they may.
     *
     * @param may whether their policies allow {@code glue:CreateDatabase} on it and on the catalog
     */
    public void letUsersCreateTheDefaultDatabase(boolean may) {
        defaultDatabase.letUsersCreate(may);
    }

    /** Gives the account other quotas. */
    public void limit(AthenaLimits limits) {
        athena.limit(limits);
    }

    /**
     * Returns what Athena's DDL queries have made of the account's quota, since it was started or given other quotas.
     */
    public DdlLoad ddlLoad() {
        return athena.ddlLoad();
    }

    /**
     * Runs a query for what Athena's texts do not tell.
     *
     * @param sql one SELECT statement
     * @param database what unqualified names are looked up in
     * @return rows whose values of structured types are lists and maps, and the others Athena's texts
     */
    public Iterable<List<Object>> values(String sql, String database) {
        return () -> runner.values(sql, database);
    }

    /** Records the requests that S3 gets from now on, the engine's and everybody else's. */
    public S3Recording recordS3() {
        return s3Traffic.record();
    }

    /** Stops everything and removes all data. */
    @Override
    public void close() {
        try {
            closer.close();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** Fails if a port of 127.0.0.1 is in use, before anything slow is started; 0 never is. */
    public static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.getLocalPort();
        } catch (IOException exception) {
            throw new UncheckedIOException(
                    "Port %d on 127.0.0.1 cannot be opened: %s".formatted(port, exception.getMessage()), exception);
        }
    }

    private static void remove(Path directory) throws IOException {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
}
