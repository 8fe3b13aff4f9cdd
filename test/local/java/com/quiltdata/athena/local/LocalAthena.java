package com.quiltdata.athena.local;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.aws.AwsClients;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The local run: the synthesized stack on embedded services, a registry in them, and a query. */
@Command(
        name = "local-athena",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Deploys the stack to S3, Glue and Athena on loopback, loads a Quilt registry, and queries it.")
public final class LocalAthena implements Callable<Integer> {

    /** The system property with the directory of {@code cdk.json}. */
    static final String PROJECT_DIRECTORY = "project.directory";

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

    @Spec
    private CommandSpec command;

    private final Path project;
    private final PrintStream out;
    private final PrintStream err;
    private final Progress progress;

    private LocalAthena(Path project, PrintStream out, PrintStream err) {
        this.project = project;
        this.out = out;
        this.err = err;
        this.progress = new Progress(err);
    }

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        System.exit(run(Path.of(System.getProperty(PROJECT_DIRECTORY, ".")), out, System.err, arguments));
    }

    /**
     * Runs the command.
     *
     * @param project the directory of {@code cdk.json}
     * @param out gets the result, and the text of {@code --help}
     * @param err gets everything else
     * @param arguments see {@code --help}
     * @return the exit status
     */
    static int run(Path project, PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new LocalAthena(project, out, err))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> fail(e, err))
                .execute(arguments);
    }

    private static int fail(Exception e, PrintStream err) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof ConfigurationException configuration) {
            configuration.problems().forEach(err::println);
        } else {
            err.println(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        }
        return ExitCode.SOFTWARE;
    }

    @Override
    public Integer call() throws Exception {
        checkArguments();
        Map<String, Object> context = CloudAssembly.projectContext(project);
        QuiltBucket bucket = bucketName == null
                ? ConfigurationReader.read(context, project).quiltBuckets().getFirst()
                : new QuiltBucket(bucketName);
        addBucket(context, project, bucket);
        Configuration configuration = ConfigurationReader.read(context, project);

        CompletableFuture<EmbeddedAws> starting = CompletableFuture.supplyAsync(() -> progress.phase(
                "started S3, Glue and Athena on loopback", () -> EmbeddedAws.start(port == null ? 0 : port)));
        try {
            try (TemporaryDirectory directory = TemporaryDirectory.create("local-athena")) {
                CloudAssembly assembly = progress.phase(
                        "synthesized the stack",
                        () -> CloudAssembly.synthesize(context, project, directory.resolve("cdk.out")));
                try (AwsClients aws = new AwsClients(starting.join().endpoint())) {
                    run(starting.join(), aws, assembly, configuration, bucket, directory.path());
                }
            }
            if (port != null) {
                serve(starting.join());
            }
            return ExitCode.OK;
        } finally {
            starting.thenAccept(EmbeddedAws::close).exceptionally(e -> null).join();
        }
    }

    private void run(
            EmbeddedAws account,
            AwsClients aws,
            CloudAssembly assembly,
            Configuration configuration,
            QuiltBucket bucket,
            Path directory) {
        int objects = progress.phase("loaded the registry of " + bucket.name(), () -> load(aws, bucket, directory));
        configuration.quiltBuckets().stream()
                .filter(other -> !other.equals(bucket))
                .forEach(other -> aws.s3().createBucket(create -> create.bucket(other.name())));
        Map<String, String> outputs = adopt
                ? adopt(account, aws, assembly, configuration)
                : progress.phase(
                        "deployed the stack (%d objects in %s)".formatted(objects, bucket.name()),
                        () -> new LocalStack(account.endpoint()).deploy(assembly));

        String workGroup = outputs.get("WorkgroupName");
        String sql = query != null ? query : exampleQuery(aws, workGroup, bucket);
        ResultTable result = progress.phase(
                query != null ? "ran the query" : "ran the saved example query",
                () -> ResultTable.query(aws, workGroup, outputs.get("DatabaseName"), sql));
        out.print(format.print(result));
        out.flush();
        if (query == null && registry == null && result.rows().isEmpty()) {
            throw new IllegalStateException("The example query found nothing in the sample registry");
        }
    }

    private Map<String, String> adopt(
            EmbeddedAws account, AwsClients aws, CloudAssembly assembly, Configuration configuration) {
        NotebookResources notebook = new NotebookResources(aws, configuration);
        progress.phase("made what the notebook makes, and what its users make", () -> {
            notebook.create();
            notebook.addWhatUsersMake();
            return notebook;
        });
        int before = progress.phase("ran a user's saved query", () -> rowsOfSavedQuery(notebook));
        Adoption.Outcome outcome = progress.phase(
                "imported what can be imported, deleted the tables, deployed the stack",
                () -> new Adoption(aws, configuration).adopt(new LocalStack(account.endpoint()), assembly));
        int after = progress.phase("ran the user's saved query again", () -> rowsOfSavedQuery(notebook));
        err.printf(
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

    private int load(AwsClients aws, QuiltBucket bucket, Path directory) {
        try {
            Path folder = registry;
            if (folder == null) {
                folder = directory.resolve("sample");
                SampleRegistry.write(folder);
            }
            return RegistryUpload.upload(aws, bucket.name(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
        err.printf(
                """

                S3, Glue and Athena are at %s until you interrupt this program (Ctrl-C). For an AWS client:
                export AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_DEFAULT_REGION=%s
                export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
                """,
                account.endpoint(),
                account.endpoint(),
                EmbeddedAws.REGION,
                EmbeddedAws.REGION,
                EmbeddedAws.ACCESS_KEY_ID,
                EmbeddedAws.SECRET_ACCESS_KEY);
        // Being interrupted is how serving ends, so it is not a failure.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            account.close();
            Runtime.getRuntime().halt(ExitCode.OK);
        }));
        new CountDownLatch(1).await();
    }
}
