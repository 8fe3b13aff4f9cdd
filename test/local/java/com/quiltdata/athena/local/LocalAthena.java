package com.quiltdata.athena.local;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.command.Launcher;
import com.quiltdata.athena.command.Output;
import com.quiltdata.athena.command.Progress;
import com.quiltdata.athena.command.ScriptCommand;
import com.quiltdata.athena.command.TemporaryDirectory;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.protocol.LocalAccount;
import com.quiltdata.athena.notebook.Adoption;
import com.quiltdata.athena.notebook.NotebookResources;
import com.quiltdata.athena.registry.RegistryFiles;
import com.quiltdata.athena.registry.RegistryReader;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import com.quiltdata.athena.result.ResultFormat;
import com.quiltdata.athena.result.StreamedResult;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** The local run: the synthesized stack on embedded services, a registry in them, and a query. */
@Command(
        name = "local-athena",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        versionProvider = LocalAthena.Version.class,
        description = "Deploys the stack to S3, Glue and Athena on loopback, loads a Quilt registry, and queries it.")
public final class LocalAthena implements Callable<Integer> {

    /** The system property with the directory of {@code cdk.json}. */
    static final String PROJECT_DIRECTORY = "project.directory";

    /** The system property with what {@code node --version} says. */
    private static final String NODE_VERSION = "node.version";

    /** The system property that tells whether standard error is a terminal. */
    private static final String TERMINAL = "stderr.terminal";

    @Option(
            names = "--registry",
            paramLabel = "DIR",
            description = "A folder with a .quilt folder in it; without it, a sample is made.")
    private Path registry;

    @Option(
            names = "--bucket",
            paramLabel = "NAME",
            description = "The Quilt bucket that the registry becomes; by default the first configured one.")
    private String bucketName;

    @Option(
            names = "--query",
            paramLabel = "SQL",
            description = "What to run; by default the bucket's saved example query.")
    private String query;

    @Option(
            names = "--format",
            paramLabel = "table|csv|json",
            defaultValue = "table",
            description = "How to print the result; by default as a table.")
    private ResultFormat format;

    @Option(
            names = "--adopt",
            description = "First make by hand what the published notebook makes, then deploy over it.")
    private boolean adopt;

    @Option(
            names = "--serve",
            paramLabel = "PORT",
            description = "Stay up on this port of 127.0.0.1 until interrupted, for AWS clients.")
    private Integer port;

    @Option(names = "--empty", description = "With --serve: deploy nothing, so that the CDK CLI can.")
    private boolean empty;

    @Option(
            names = {"-c", "--context"},
            paramLabel = "KEY=VALUE",
            description = "Configuration for this run, as the CDK CLI takes it; may be repeated.")
    private Map<String, String> context = new LinkedHashMap<>();

    @Spec
    private CommandSpec command;

    private final Path project;
    private final Output output;
    private final PrintStream errors;
    private final Progress progress;

    /**
     * Makes the command.
     *
     * @param project the directory of {@code cdk.json}
     * @param terminal whether somebody watches what is written to {@code errors}
     */
    private LocalAthena(Path project, Output output, PrintStream errors, boolean terminal) {
        this.project = project;
        this.output = output;
        this.errors = errors;
        progress = new Progress(errors, terminal);
    }

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(run(project(), new FileOutputStream(FileDescriptor.out), System.err, arguments));
    }

    /**
     * The project that this program was started in.
     *
     * @return the directory of {@code cdk.json}
     */
    public static Path project() {
        return Path.of(System.getProperty(PROJECT_DIRECTORY, "."));
    }

    /**
     * Runs the command.
     *
     * @param project the directory of {@code cdk.json}
     * @param arguments see {@code --help}
     * @return the exit status: 0 done, 1 failed, 2 wrong arguments
     */
    static int run(Path project, OutputStream out, PrintStream errors, String... arguments) {
        Output output = new Output(out);
        PrintWriter errorWriter = new PrintWriter(errors, true, StandardCharsets.UTF_8);
        int status = ScriptCommand.of(
                        "test/local-athena",
                        new LocalAthena(project, output, errors, Boolean.getBoolean(TERMINAL)),
                        output,
                        errorWriter)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> fail(e, errors))
                .execute(arguments);
        if (status == ExitCode.OK && output.failure().isPresent()) {
            errors.println(output.failure().get());
            return ExitCode.SOFTWARE;
        }
        return status;
    }

    private static int fail(Exception e, PrintStream errors) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof ConfigurationException configuration) {
            configuration.report().forEach(errors::println);
        } else {
            errors.println(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        }
        return ExitCode.SOFTWARE;
    }

    @Override
    public Integer call() throws Exception {
        checkArguments();
        if (port != null) {
            EmbeddedAws.requireFree(port);
        }
        Map<String, Object> appContext = CloudAssembly.projectContext(project, context);
        QuiltBucket bucket = bucketName == null
                ? ConfigurationReader.read(appContext, project).quiltBuckets().getFirst()
                : new QuiltBucket(bucketName);
        addBucket(appContext, project, bucket);
        Configuration configuration = ConfigurationReader.read(appContext, project);

        try (TemporaryDirectory directory = TemporaryDirectory.create("local-athena")) {
            RegistryFiles files = files(directory);
            CompletableFuture<EmbeddedAws> starting = CompletableFuture.supplyAsync(() -> progress.phase(
                    "started S3, Glue and Athena on loopback", () -> EmbeddedAws.start(port == null ? 0 : port)));
            try {
                if (!empty) {
                    CloudAssembly assembly = progress.phase(
                            "synthesized the stack" + aboutNode(), () -> CloudAssembly.synthesize(appContext, project));
                    Launcher.endChildProcesses();
                    deploy(starting.join(), assembly, configuration, bucket, files);
                } else {
                    load(starting.join(), configuration, bucket, files);
                }
                if (port != null) {
                    serve(starting.join());
                }
                return ExitCode.OK;
            } finally {
                starting.thenAccept(EmbeddedAws::close).exceptionally(e -> null).join();
            }
        }
    }

    /** What the CDK would say at length of a Node.js that it does not support any more. */
    private static String aboutNode() {
        String version = System.getProperty(NODE_VERSION, "");
        return version.matches("v(1?\\d|2[01])\\..*")
                ? " (with Node.js %s; the CDK supports 22 and newer)".formatted(version)
                : "";
    }

    /** Finds what is to be loaded, and says at once what will not be. */
    private RegistryFiles files(TemporaryDirectory directory) throws IOException {
        Path folder = registry;
        if (folder == null) {
            folder = directory.resolve("sample");
            SampleRegistry.write(folder);
        }
        RegistryFiles files = RegistryFiles.in(folder);
        progress.list(
                "Not loaded: %,d of what is in %s".formatted(files.skipped().size(), folder),
                files.skipped().stream()
                        .map(skipped -> skipped.name() + " is " + skipped.reason())
                        .toList());
        return files;
    }

    /** Makes the Quilt buckets, with the registry in one of them; they send their events if snapshots follow those. */
    private void load(EmbeddedAws account, Configuration configuration, QuiltBucket bucket, RegistryFiles files) {
        load(account.clients(), bucket, files);
        configuration.quiltBuckets().stream()
                .filter(other -> !other.equals(bucket))
                .forEach(other -> account.clients().s3().createBucket(create -> create.bucket(other.name())));
        if (configuration.snapshots().filter(Configuration.Snapshots::events).isPresent()) {
            configuration
                    .quiltBuckets()
                    .forEach(each -> account.clients()
                            .s3()
                            .putBucketNotificationConfiguration(put -> put.bucket(each.name())
                                    .notificationConfiguration(all -> all.eventBridgeConfiguration(send -> {}))));
        }
    }

    private void deploy(
            EmbeddedAws account,
            CloudAssembly assembly,
            Configuration configuration,
            QuiltBucket bucket,
            RegistryFiles files) {
        AwsClients aws = account.clients();
        load(account, configuration, bucket, files);
        LocalStack stack = account.stack(QuiltAthenaApp.STACK_ID);
        Map<String, String> outputs = adopt
                ? adopt(stack, aws, assembly, configuration)
                : progress.phase("deployed the stack", () -> stack.deploy(assembly));

        if (configuration.snapshots().isPresent()) {
            progress.phase("refreshed the snapshots", () -> refresh(aws, outputs.get("SnapshotStateMachineArn")));
        }
        String workGroup = outputs.get("WorkgroupName");
        String sql = query != null ? query : exampleQuery(aws, workGroup, bucket);
        StreamedResult result = progress.phase(
                query != null ? "ran the query" : "ran the saved example query",
                () -> StreamedResult.query(aws, workGroup, outputs.get("DatabaseName"), sql));
        output.print(new StructuredResult(result, account, outputs.get("DatabaseName"), sql), format);
        if (query == null && registry == null && !result.rows().iterator().hasNext()) {
            throw new IllegalStateException("The example query found nothing in the sample registry");
        }
    }

    private static DescribeExecutionResponse refresh(AwsClients aws, String stateMachine) {
        DescribeExecutionResponse end = aws.execute(stateMachine, "{}");
        if (end.status() != ExecutionStatus.SUCCEEDED) {
            throw new IllegalStateException("The refresh of the snapshots failed: " + end.cause());
        }
        return end;
    }

    private Map<String, String> adopt(
            LocalStack stack, AwsClients aws, CloudAssembly assembly, Configuration configuration) {
        NotebookResources notebook = new NotebookResources(aws, configuration);
        progress.phase("made what the notebook makes, and what its users make", () -> {
            notebook.create();
            notebook.addWhatUsersMake();
            return notebook;
        });
        int before = progress.phase("ran a user's saved query", () -> rowsOfSavedQuery(notebook));
        Adoption.Outcome outcome = progress.phase(
                "imported what can be imported, deleted the tables, deployed the stack",
                () -> new Adoption(aws, configuration).adopt(stack, assembly));
        int after = progress.phase("ran the user's saved query again", () -> rowsOfSavedQuery(notebook));
        errors.printf(
                "%n%s%nThe user's saved query found %d rows before, and finds %d now.%n%n",
                ResultFormat.TABLE.print(outcome.table()).stripTrailing(), before, after);
        return outcome.outputs();
    }

    private static int rowsOfSavedQuery(NotebookResources notebook) {
        return notebook.query(NotebookResources.SAVED_QUERY_SQL).rows().size();
    }

    private void checkArguments() {
        if (registry != null && !Files.isDirectory(registry.resolve(RegistryUpload.FOLDER))) {
            throw wrong("--registry", registry, "be a folder that has a folder .quilt in it");
        }
        if (bucketName != null) {
            try {
                new QuiltBucket(bucketName);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(command.commandLine(), "--bucket: " + e.getMessage(), e);
            }
        }
        if (query != null && query.isBlank()) {
            throw wrong("--query", '"' + query + '"', "be an SQL statement");
        }
        if (empty && (port == null || query != null || adopt)) {
            throw new ParameterException(
                    command.commandLine(), "--empty: requires --serve, and neither --query nor --adopt goes with it");
        }
        if (port != null && (port < 1 || port > 65535)) {
            throw wrong("--serve", port, "be a port from 1 to 65535");
        }
    }

    private ParameterException wrong(String option, Object value, String rule) {
        return new ParameterException(command.commandLine(), "%s: %s must %s".formatted(option, value, rule));
    }

    /** Configures the bucket for this run, if it is not; the app itself then checks the whole configuration. */
    private static void addBucket(Map<String, Object> context, Path project, QuiltBucket bucket) {
        if (ConfigurationReader.read(context, project).quiltBuckets().contains(bucket)) {
            return;
        }
        Object configured = context.get("quiltBuckets");
        if (configured instanceof Map<?, ?> groups) {
            Map<Object, Object> all = new LinkedHashMap<>(groups);
            all.put("local-run", List.of(bucket.name()));
            context.put("quiltBuckets", all);
        } else if (configured instanceof List<?> list) {
            List<Object> all = new ArrayList<>(list);
            all.add(bucket.name());
            context.put("quiltBuckets", all);
        } else {
            context.put("quiltBuckets", configured + "," + bucket.name());
        }
    }

    private void load(AwsClients aws, QuiltBucket bucket, RegistryFiles files) {
        int objects = files.found().size();
        RegistryUpload.Outcome outcome = progress.phase(
                () -> progress.steps(
                        "Loading", objects, loaded -> RegistryUpload.upload(aws, bucket.name(), files, loaded)),
                loaded -> "loaded the registry of %s: %d objects, %.1f MB"
                        .formatted(bucket.name(), objects, loaded.bytes() / 1e6));
        progress.list(
                "Lines that were loaded as empty ones: %,d"
                        .formatted(outcome.emptiedLines().size()),
                outcome.emptiedLines());
        progress.list(
                "Loaded, and told of in docs/query/views.md: %,d"
                        .formatted(outcome.odd().size()),
                outcome.odd());
        if (files.found().stream()
                .noneMatch(file -> RegistryReader.pointerPath(file.key()).isPresent())) {
            errors.println(
                    "There is no pointer in .quilt/named_packages/, so the views have no rows; is it all copied?");
        }
    }

    private static String exampleQuery(AwsClients aws, String workGroup, QuiltBucket bucket) {
        Optional<String> example = aws.athena().listNamedQueriesPaginator(list -> list.workGroup(workGroup)).stream()
                .flatMap(page -> page.namedQueryIds().stream())
                .map(id -> aws.athena()
                        .getNamedQuery(get -> get.namedQueryId(id))
                        .namedQuery()
                        .queryString())
                .filter(sql -> sql.contains('"' + BucketView.OBJECTS.nameIn(bucket) + '"'))
                .findFirst();
        return example.orElseThrow(
                () -> new IllegalStateException("The stack has no saved query for " + bucket.name()));
    }

    private void serve(EmbeddedAws account) throws InterruptedException {
        errors.printf(
                """

                S3, Glue and Athena are at %s until you interrupt this program (Ctrl-C). For an AWS client:
                export AWS_ENDPOINT_URL=%s AWS_ENDPOINT_URL_S3=%s
                export AWS_REGION=%s AWS_DEFAULT_REGION=%s
                export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
                """,
                account.endpoint(),
                account.endpoint(),
                account.endpoint(),
                LocalAccount.REGION,
                LocalAccount.REGION,
                LocalAccount.ACCESS_KEY_ID,
                LocalAccount.SECRET_ACCESS_KEY);
        Launcher.expectInterrupt();
        new CountDownLatch(1).await();
    }

    /**
     * The version that the build has put into a file.
     *
     * @return such as {@code 1.0.0}
     */
    public static String version() {
        Properties properties = new Properties();
        try (InputStream file = LocalAthena.class.getResourceAsStream("version.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** The version of the build. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"local-athena " + version()};
        }
    }
}
