package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.command.TemporaryDirectory;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.engine.EngineVersion;
import com.quiltdata.athena.notebook.ReferenceViews;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BinaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

/** Compares what the app's views read with what the {@linkplain ReferenceViews straightforward ones} do. */
@Command(
        name = "bench-views",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Makes registries on S3, Glue and Athena on loopback, and measures what queries of the views read.")
public final class ViewsBenchmark implements Callable<Integer> {
    private static final String HEADINGS = """
            | packages | query | views | manifests | pointers | lists | snapshot files | bytes | seconds | rows |
            | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            """;
    private static final String HEADINGS_OF_REFRESHES = """
            | refresh | manifests | pointers | lists | snapshot files | bytes | seconds |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: |
            """;
    private static final int QUERIED_PACKAGE = 7;

    /** More than the pushes between two compactions. */
    private static final int PUSHES_THAT_ARE_COMPACTED = 10;

    @Option(
            names = "--packages",
            paramLabel = "N",
            split = ",",
            defaultValue = "30,100,300",
            description = "The sizes of the registries; each package has 2 revisions. By default ${DEFAULT-VALUE}.")
    private List<Integer> packages;

    @Option(
            names = "--objects",
            paramLabel = "M",
            defaultValue = "200",
            description = "How many entries a revision has; by default ${DEFAULT-VALUE}.")
    private int objects;

    @Option(
            names = "--pushes",
            paramLabel = "P",
            defaultValue = "0",
            description =
                    "Instead of the views, measures the snapshot of the last registry after so many pushes, each a"
                            + " refresh by events, then after as many without compaction, and compacted.")
    private int pushes;

    /** The script has chosen the class path by it. */
    @Option(
            names = "--trino",
            paramLabel = "VERSION",
            description =
                    "The engine's version; by default the one that the tests run on. 476 is the other that is known to work.")
    private Integer trino;

    @Spec
    private CommandLine.Model.CommandSpec command;

    private boolean rowsDiffer;

    private ViewsBenchmark() {}

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed or rows differ, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ViewsBenchmark())
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    e.printStackTrace();
                    return ExitCode.SOFTWARE;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (objects < 1 || packages.stream().anyMatch(number -> number <= QUERIED_PACKAGE)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--packages must be more than " + QUERIED_PACKAGE + ", and --objects must be at least 1");
        }
        if (trino != null && trino != EngineVersion.current().number()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--trino must be the engine on the class path, which is "
                            + EngineVersion.current().number() + ": start test/bench-views");
        }
        try (TemporaryDirectory directory = TemporaryDirectory.create("bench-views");
                EmbeddedAws account = EmbeddedAws.start(0);
                AwsClients aws = new AwsClients(account.endpoint())) {
            run(account, aws, directory.path());
        }
        return rowsDiffer ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private void run(EmbeddedAws account, AwsClients aws, Path directory) throws InterruptedException {
        List<GeneratedRegistry> registries = packages.stream()
                .distinct()
                .map(number -> new GeneratedRegistry(new QuiltBucket("packages-" + number), number, objects))
                .toList();
        for (GeneratedRegistry registry : registries) {
            System.err.printf("Making %d packages%n", registry.packages());
            registry.upload(aws);
        }
        Map<String, String> outputs = account.stack(QuiltAthenaApp.STACK_ID).deploy(assembly(registries, directory));
        Athena athena = new Athena(account, aws, outputs.get("WorkgroupName"), outputs.get("DatabaseName"));
        String stateMachine = outputs.get("SnapshotStateMachineArn");
        System.out.printf("Trino %d%n%n", EngineVersion.current().number());
        System.out.print(HEADINGS_OF_REFRESHES);
        refresh(athena, stateMachine, "first, of all buckets");
        registries.getLast().uploadPackage(aws, registries.getLast().packages());
        refresh(athena, stateMachine, "after one new package with two revisions");
        refresh(athena, stateMachine, "with nothing new");
        String ofEvents = eventsStateMachine(aws);
        for (GeneratedRegistry registry : registries) {
            String events = registry.push(aws, QUERIED_PACKAGE + 1, 2);
            refresh(
                    athena,
                    ofEvents,
                    events,
                    "by events, of one push to one of %,d packages".formatted(registry.packages()));
        }
        System.out.println();
        // The first queries would pay for loading the engine's classes.
        warmUp(athena, registries.getFirst());
        if (pushes > 0) {
            push(athena, registries.getLast(), stateMachine);
            return;
        }

        System.out.print(HEADINGS);
        for (GeneratedRegistry registry : registries) {
            ReferenceViews reference = createReference(athena, registry);
            for (BenchmarkQuery query : BenchmarkQuery.values()) {
                compare(athena, registry, reference, query);
            }
        }
    }

    private static String eventsStateMachine(AwsClients aws) {
        return aws.stepFunctions().listStateMachines().stateMachines().stream()
                .map(StateMachineListItem::stateMachineArn)
                .filter(arn -> arn.contains("EventsStateMachine"))
                .findFirst()
                .orElseThrow();
    }

    /** Measures what many pushes do to queries: with compaction, at its worst; then without; and after a refresh. */
    private void push(Athena athena, GeneratedRegistry registry, String scheduled) {
        SfnClient stepFunctions = athena.aws().stepFunctions();
        String machine = eventsStateMachine(athena.aws());
        Map<BenchmarkQuery, Measurement> worst = new EnumMap<>(BenchmarkQuery.class);
        for (int push = 0; push < pushes; push++) {
            push(athena, registry, machine, push);
            if (push >= pushes - PUSHES_THAT_ARE_COMPACTED) {
                measureSnapshot(athena, registry)
                        .forEach((query, measurement) -> worst.merge(
                                query,
                                measurement,
                                BinaryOperator.maxBy(Comparator.comparing(
                                        each -> each.reads().snapshotFiles()))));
            }
        }
        String definition = stepFunctions
                .describeStateMachine(describe -> describe.stateMachineArn(machine))
                .definition()
                .replaceFirst("(?<=file_count.{1,15}> )\\d+", "1000000");
        stepFunctions.updateStateMachine(
                update -> update.stateMachineArn(machine).definition(definition));
        for (int push = pushes; push < 2 * pushes; push++) {
            push(athena, registry, machine, push);
        }
        Map<BenchmarkQuery, Measurement> notCompacted = measureSnapshot(athena, registry);
        System.out.println();
        System.out.print(HEADINGS_OF_REFRESHES);
        refresh(athena, scheduled, "after %,d pushes, with compaction".formatted(2 * pushes));
        System.out.println();
        System.out.print(HEADINGS);
        worst.forEach((query, each) -> print(registry, query, "snapshot, after pushes, most of the last 10", each));
        notCompacted.forEach(
                (query, each) -> print(registry, query, "snapshot, %,d not compacted".formatted(pushes), each));
        measureSnapshot(athena, registry).forEach((query, each) -> print(registry, query, "snapshot, compacted", each));
    }

    private static void push(Athena athena, GeneratedRegistry registry, String machine, int push) {
        int number = push % registry.packages();
        String events = registry.push(athena.aws(), number, 3 + push / registry.packages());
        requireSuccess(athena.aws().execute(machine, events));
    }

    private static Map<BenchmarkQuery, Measurement> measureSnapshot(Athena athena, GeneratedRegistry registry) {
        Map<BenchmarkQuery, Measurement> all = new EnumMap<>(BenchmarkQuery.class);
        for (BenchmarkQuery query : BenchmarkQuery.values()) {
            all.put(query, athena.measure(ofSnapshots(query, registry.bucket())));
        }
        return all;
    }

    private static void refresh(Athena athena, String stateMachine, String which) {
        refresh(athena, stateMachine, "{}", which);
    }

    private static void refresh(Athena athena, String stateMachine, String input, String which) {
        long start = System.nanoTime();
        RegistryReads.Measured<DescribeExecutionResponse> measured = RegistryReads.during(
                athena.account(), bucket -> true, () -> athena.aws().execute(stateMachine, input));
        requireSuccess(measured.result());
        System.out.printf("| %s %s|%n", which, figures(measured.reads(), (System.nanoTime() - start) / 1e9));
    }

    private static void requireSuccess(DescribeExecutionResponse execution) {
        if (execution.status() != ExecutionStatus.SUCCEEDED) {
            throw new IllegalStateException("The refresh failed: " + execution);
        }
    }

    private static CloudAssembly assembly(List<GeneratedRegistry> registries, Path directory) {
        Path project = Path.of(System.getProperty("project.directory", "."));
        Map<String, Object> context = CloudAssembly.projectContext(project);
        context.keySet().removeAll(CloudAssembly.projectConfiguration(project).keySet());
        context.put("companyName", "benchmark");
        context.put("snapshotSchedule", "rate(1 day)");
        context.put("snapshotEvents", true);
        context.put(
                "quiltBuckets",
                registries.stream().map(registry -> registry.bucket().name()).toList());
        return CloudAssembly.synthesize(context, project, directory.resolve("cdk.out"));
    }

    private static ReferenceViews createReference(Athena athena, GeneratedRegistry registry) {
        ReferenceViews views = ReferenceViews.besideTheAppsOwn(registry.bucket());
        views.create(athena.aws(), athena.workGroup(), athena.database());
        return views;
    }

    private static void warmUp(Athena athena, GeneratedRegistry registry) {
        for (BenchmarkQuery query : BenchmarkQuery.values()) {
            athena.measure(ofViews(query, registry.bucket()));
            athena.measure(ofSnapshots(query, registry.bucket()));
        }
    }

    private static String ofViews(BenchmarkQuery query, QuiltBucket bucket) {
        return query.sql(BucketView.PACKAGES.nameIn(bucket), BucketView.OBJECTS.nameIn(bucket), name());
    }

    private static String ofSnapshots(BenchmarkQuery query, QuiltBucket bucket) {
        return query.sql(SnapshotView.PACKAGES.nameIn(bucket), SnapshotView.OBJECTS.nameIn(bucket), name());
    }

    private void compare(Athena athena, GeneratedRegistry registry, ReferenceViews reference, BenchmarkQuery query) {
        Measurement naive = athena.measure(query.sql(reference.packagesView(), reference.objectsView(), name()));
        print(registry, query, "reference", naive);
        Measurement own = athena.measure(ofViews(query, registry.bucket()));
        print(registry, query, "ours", own);
        Measurement snapshot = athena.measure(ofSnapshots(query, registry.bucket()));
        print(registry, query, "snapshot", snapshot);
        compareRows(query, "ours", naive.result().rows(), own);
        compareRows(query, "the snapshot", own.result().rows(), snapshot);
    }

    private static String name() {
        return GeneratedRegistry.name(QUERIED_PACKAGE);
    }

    private static void print(GeneratedRegistry registry, BenchmarkQuery query, String views, Measurement measurement) {
        System.out.printf(
                "| %d | %s | %s %s| %,d |%n",
                registry.packages(),
                query.title(),
                views,
                figures(measurement.reads(), measurement.seconds()),
                measurement.result().rows().size());
    }

    /** Manifests, pointers, lists, files of a snapshot, bytes and seconds. */
    private static String figures(RegistryReads reads, double seconds) {
        return "| %,d | %,d | %,d | %,d | %,d | %.1f "
                .formatted(
                        reads.manifests().size(),
                        reads.pointers().size(),
                        reads.lists(),
                        reads.snapshotFiles(),
                        reads.bytes(),
                        seconds);
    }

    private void compareRows(BenchmarkQuery query, String views, List<List<String>> expectedRows, Measurement actual) {
        List<List<String>> expected = sorted(expectedRows);
        List<List<String>> rows = sorted(actual.result().rows());
        if (!expected.equals(rows)) {
            rowsDiffer = true;
            System.out.printf("The rows of %s differ for: %s%n", views, query.title());
            difference(expected, rows).forEach(row -> System.out.println("  only expected: " + row));
            difference(rows, expected).forEach(row -> System.out.println("  only " + views + ": " + row));
        }
    }

    private static List<List<String>> sorted(List<List<String>> rows) {
        return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
    }

    private static List<List<String>> difference(List<List<String>> rows, List<List<String>> others) {
        List<List<String>> more = new ArrayList<>(rows);
        more.removeAll(new HashSet<>(others));
        return more;
    }

    /** The rows of a query, what it read at S3, and how long it took until its rows were here. */
    private record Measurement(ResultTable result, RegistryReads reads, double seconds) {}

    /** Where queries run. */
    private record Athena(EmbeddedAws account, AwsClients aws, String workGroup, String database) {
        private Measurement measure(String sql) {
            long start = System.nanoTime();
            RegistryReads.Measured<ResultTable> measured = RegistryReads.during(
                    account, bucket -> true, () -> ResultTable.query(aws, workGroup, database, sql));
            return new Measurement(measured.result(), measured.reads(), (System.nanoTime() - start) / 1e9);
        }
    }
}
