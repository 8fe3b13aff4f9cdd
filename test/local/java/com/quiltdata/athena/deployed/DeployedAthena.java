package com.quiltdata.athena.deployed;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.command.Output;
import com.quiltdata.athena.command.Progress;
import com.quiltdata.athena.command.ScriptCommand;
import com.quiltdata.athena.deployed.CatalogCheck.Catalog;
import com.quiltdata.athena.deployed.Report.Checked;
import com.quiltdata.athena.deployed.Report.Format;
import com.quiltdata.athena.deployed.SampledQueries.Choice;
import com.quiltdata.athena.deployed.SampledQueries.Users;
import com.quiltdata.athena.local.LocalAthena;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;

/** The check of a deployment: whether it works in this account, for its users, on its registries. */
@Command(
        name = "deployed-athena",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Checks what is deployed, in the account and region of the AWS credentials or at AWS_ENDPOINT_URL. It changes"
                    + " nothing, apart from query results in the results bucket.",
            "Exit status: 0 all is right, 1 something is wrong, 2 wrong arguments or nothing to check."
        })
public final class DeployedAthena implements Callable<Integer> {
    private static final int MOST_PACKAGES = 100;
    private static final int MOST_SEEDS = 1_000_000;

    @Option(
            names = "--stack",
            paramLabel = "NAME",
            defaultValue = QuiltAthenaApp.STACK_ID,
            description = "The stack's name; by default ${DEFAULT-VALUE}.")
    private String stackName;

    @Option(names = "--as", paramLabel = "ROLE_ARN", description = "A user's role that queries are made as.")
    private String role;

    @Option(
            names = "--quilt-stack",
            paramLabel = "NAME",
            description = "The stack of the Quilt Platform that is to give users the policy.")
    private String quiltStackName;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How many packages of each bucket are compared with S3, 1 to 100; by default ${DEFAULT-VALUE}.")
    private int packages;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Which packages: the number that an earlier check has printed; by default any.")
    private Long seed;

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to print the result; by default as text.")
    private Format format;

    @Option(
            names = {"-c", "--context"},
            paramLabel = "KEY=VALUE",
            description = "Configuration that was deployed with, as the CDK CLI takes it; may be repeated.")
    private Map<String, String> context = new LinkedHashMap<>();

    @Spec
    private CommandSpec command;

    private final Path project;
    private final Supplier<Environment> environment;
    private final Output output;
    private final PrintStream errors;

    private DeployedAthena(Path project, Supplier<Environment> environment, Output output, PrintStream errors) {
        this.project = project;
        this.environment = environment;
        this.output = output;
        this.errors = errors;
    }

    /** Runs the command and ends the JVM. */
    public static void main(String[] arguments) {
        System.exit(run(
                LocalAthena.project(),
                Environment::ofProcess,
                new FileOutputStream(FileDescriptor.out),
                System.err,
                arguments));
    }

    /** Runs the command; the stack is compared with the project's checkout. */
    static int run(
            Path project,
            Supplier<Environment> environment,
            OutputStream out,
            PrintStream errors,
            String... arguments) {
        Output output = new Output(out);
        PrintWriter errorWriter = new PrintWriter(errors, true, StandardCharsets.UTF_8);
        CommandLine command = ScriptCommand.of(
                "test/deployed-athena", new DeployedAthena(project, environment, output, errors), output, errorWriter);
        command.getCommandSpec().version("deployed-athena " + LocalAthena.version());
        int status = command.setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    errorWriter.println(e.getMessage() == null ? e.toString() : e.getMessage());
                    return e instanceof NothingToCheckException ? ExitCode.USAGE : ExitCode.SOFTWARE;
                })
                .execute(arguments);
        output.failure().ifPresent(errorWriter::println);
        return output.failure().isPresent() ? ExitCode.SOFTWARE : status;
    }

    @Override
    public Integer call() {
        checkArguments();
        try (Account account = Account.in(environment.get())) {
            Deployment deployment = Deployment.read(account.cloudFormation(), stackName);
            errors.printf(
                    "Checking %s in account %s, region %s.%n",
                    deployment.stack().stackName(),
                    deployment.place().account(),
                    deployment.place().region());
            SampledQueries queries = queries(account, deployment);
            Report report = Interruption.run(queries::stop, () -> check(account, deployment, queries));
            PrintWriter printer = output.printer();
            printer.print(report.print(format));
            printer.flush();
            return report.exitStatus();
        }
    }

    private SampledQueries queries(Account account, Deployment deployment) {
        String workGroup = output(deployment, "WorkgroupName");
        String database = output(deployment, "DatabaseName");
        return new SampledQueries(
                deployment,
                account.s3(),
                new Users(
                        Optional.ofNullable(role),
                        () -> new AthenaQueries(
                                role == null ? account.athena() : account.athenaAs(role), workGroup, database)),
                new Choice(packages, seed == null ? new Random().nextInt(MOST_SEEDS) : seed),
                errors);
    }

    private Report check(Account account, Deployment deployment, SampledQueries queries) {
        Catalog catalog = new Catalog(account.glue(), output(deployment, "DatabaseName"));
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("Stack", new StackCheck(deployment, project, context));
        checks.put("Tables and views", new CatalogCheck(deployment, catalog));
        checks.put("Rows", new RowsCheck(queries));
        checks.put("What a query reads", new ReadsCheck(queries));
        checks.put("Access", new AccessCheck(deployment, account.iam()));
        checks.put("Quilt", new QuiltCheck(deployment, account.cloudFormation(), Optional.ofNullable(quiltStackName)));
        checks.put("Leftovers", new LeftoversCheck(deployment, catalog, account.cloudFormation()));
        if (!deployment.resources("AWS::Pipes::Pipe").isEmpty()) {
            checks.put("Events", new EventsCheck(deployment.buckets(), account.s3()));
        }
        Progress progress = new Progress(errors, false);
        List<Checked> findings = new ArrayList<>();
        checks.forEach((name, check) -> findings.add(new Checked(name, progress.phase(name, () -> find(check)))));
        return new Report(findings);
    }

    private static Finding find(Check check) {
        try {
            return check.find();
        } catch (NotCheckedException | SdkException e) {
            return Finding.notChecked(Refusals.reason(e));
        }
    }

    private static String output(Deployment deployment, String name) {
        return deployment
                .output(name)
                .orElseThrow(() -> new NothingToCheckException(
                        "The stack %s has no output %s: it is not this project's, or was never complete"
                                .formatted(deployment.stack().stackName(), name)));
    }

    private void checkArguments() {
        if (packages < 1 || packages > MOST_PACKAGES) {
            throw wrong("--sample", packages, "be a number from 1 to " + MOST_PACKAGES);
        }
        if (role != null && !role.matches("arn:[a-z-]+:iam::\\d{12}:role/\\S+")) {
            throw wrong("--as", role, "be a role's ARN");
        }
    }

    private ParameterException wrong(String option, Object value, String rule) {
        return new ParameterException(command.commandLine(), "%s: %s must %s".formatted(option, value, rule));
    }
}
