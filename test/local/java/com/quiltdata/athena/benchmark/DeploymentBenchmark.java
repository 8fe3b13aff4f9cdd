package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.command.TemporaryDirectory;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.athena.AthenaLimits;
import com.quiltdata.athena.local.athena.DdlLoad;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.schema.BucketView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.glue.model.Table;

/** Deploys many buckets with the real handlers against an Athena that has the account's quota of DDL queries. */
@Command(
        name = "bench-deployment",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Deploys many Quilt buckets to S3, Glue and Athena on loopback, where Athena has the quota of active "
                        + "DDL queries of a real account, and counts what the quota refused. By default, 200 buckets and the most that fit.")
public final class DeploymentBenchmark implements Callable<Integer> {
    /** How a handler's log tells that it waits for room in Athena's quota. */
    private static final String REFUSED = "TooManyRequestsException";

    @Option(
            names = "--quota",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "How many DDL queries may be active in the account; by default ${DEFAULT-VALUE}, as in Athena.")
    private int quota;

    @Option(
            names = "--ddl-seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "How long a DDL query takes besides the engine's own time; by default ${DEFAULT-VALUE}.")
    private double ddlSeconds;

    @Option(
            names = "--others",
            paramLabel = "N",
            split = ",",
            defaultValue = "0",
            description = "How many DDL queries somebody else has active all the time; by default ${DEFAULT-VALUE}.")
    private List<Integer> others;

    @Mixin
    private ManyBuckets manyBuckets;

    private DeploymentBenchmark() {}

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed or a view is missing, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DeploymentBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() {
        ManyBuckets.head(
                "buckets",
                "stacks",
                "views",
                "made",
                "others' queries",
                "most active",
                "starts refused",
                "seconds",
                "quota's bound",
                "ratio");
        boolean complete = true;
        for (int count : manyBuckets.counts("200", ManyBuckets.MOST)) {
            for (int busy : others) {
                complete &= measure(count, busy);
            }
        }
        return complete ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private boolean measure(int count, int busy) {
        Path project = manyBuckets.project();
        Map<String, Object> context = manyBuckets.context(count);
        Configuration configuration = ConfigurationReader.read(context, project);
        Duration ddlDuration = Duration.ofMillis(Math.round(ddlSeconds * 1_000));
        AtomicInteger refused = new AtomicInteger();
        try (TemporaryDirectory directory = TemporaryDirectory.create("bench-deployment");
                EmbeddedAws account = EmbeddedAws.start(0);
                AwsClients aws = new AwsClients(account.endpoint());
                OtherUsers users = new OtherUsers(aws)) {
            CloudAssembly assembly = CloudAssembly.synthesize(context, project, directory.path());
            account.limit(new AthenaLimits(quota, ddlDuration));
            users.begin(busy);
            long start = System.nanoTime();
            LocalStack stack = account.stack(QuiltAthenaApp.STACK_ID, line -> {
                if (line.contains(REFUSED)) {
                    refused.incrementAndGet();
                }
            });
            Map<String, String> outputs = stack.deploy(assembly);
            double seconds = (System.nanoTime() - start) / 1e9;
            long made = aws.glue().getTablesPaginator(get -> get.databaseName(outputs.get("DatabaseName"))).stream()
                    .flatMap(page -> page.tableList().stream())
                    .map(Table::tableType)
                    .filter("VIRTUAL_VIEW"::equals)
                    .count();
            DdlLoad load = account.ddlLoad();
            int views = (count + (configuration.hasViewsOverBuckets() ? 1 : 0)) * BucketView.values().length;
            double bound = views * ddlSeconds / quota;
            ManyBuckets.row(
                    count,
                    configuration.quiltBucketGroups().size(),
                    views,
                    made,
                    busy,
                    load.mostActive(),
                    refused,
                    "%.1f".formatted(seconds),
                    "%.1f".formatted(bound),
                    "%.2f".formatted(seconds / bound));
            return made == views;
        }
    }
}
