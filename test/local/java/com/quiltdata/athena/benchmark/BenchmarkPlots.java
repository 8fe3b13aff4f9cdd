package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.benchmark.LogLogPlot.Figure;
import com.quiltdata.athena.benchmark.LogLogPlot.Line;
import com.quiltdata.athena.benchmark.LogLogPlot.Look;
import com.quiltdata.athena.benchmark.LogLogPlot.Panel;
import com.quiltdata.athena.benchmark.LogLogPlot.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** Draws what the benchmarks have printed into a folder with {@code --plots}, without measuring anything. */
@Command(
        name = "bench-plots",
        mixinStandardHelpOptions = true,
        description = "Draws plots of the figures that the benchmarks have left in a folder with --plots.")
public final class BenchmarkPlots implements Runnable {
    /** What a run of the benchmark of views on one engine has printed. */
    static final String VIEWS = "views-trino-";

    /** What the benchmark of synthesis has printed. */
    static final String SYNTHESIS = "synthesis";

    /** What the benchmark of deployments has printed. */
    static final String DEPLOYMENT = "deployment";

    private static final Pattern VIEWS_FILE = Pattern.compile(VIEWS + "(\\d+)[.]md");

    /** What a query asked S3 for, as far as a run tells. Lists are left out: one for 1,000 objects. */
    private static final List<String> REQUESTS = List.of("manifests", "pointers", "snapshot files");

    @Parameters(
            paramLabel = "DIR",
            defaultValue = "docs/internals/plots",
            description = "Where the figures are, and the plots go to; by default ${DEFAULT-VALUE}.")
    private Path directory;

    private BenchmarkPlots() {}

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchmarkPlots())
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    System.err.println(e.getMessage());
                    return ExitCode.SOFTWARE;
                })
                .execute(arguments));
    }

    @Override
    public void run() {
        try {
            draw(directory);
        } catch (IOException e) {
            throw new IllegalStateException("%s: cannot be read or written".formatted(e.getMessage()), e);
        }
    }

    /**
     * Draws plots of all figures in a folder.
     *
     * @param directory where the figures are, and the plots go to
     * @throws IOException if a file cannot be read or written
     */
    static void draw(Path directory) throws IOException {
        for (Map.Entry<String, String> plot : plots(directory).entrySet()) {
            Files.writeString(directory.resolve(plot.getKey()), plot.getValue());
        }
    }

    /**
     * Makes plots of all figures in a folder.
     *
     * @return a file's name → an SVG document
     * @throws IOException if a file cannot be read
     */
    static Map<String, String> plots(Path directory) throws IOException {
        Map<String, String> plots = new TreeMap<>();
        SortedMap<Integer, String> engines = engines(directory);
        if (!engines.isEmpty()) {
            plots.put("bytes.svg", views("Bytes that a query reads", Unit.BYTES, engines, row -> number(row, "bytes")));
            plots.put(
                    "requests.svg",
                    views(
                            "Manifests, pointers and files of a snapshot that a query asks for",
                            Unit.NUMBER,
                            engines,
                            BenchmarkPlots::requests));
            plots.put(
                    "seconds.svg",
                    views("Seconds that a query takes", Unit.SECONDS, engines, row -> number(row, "seconds")));
        }
        String buckets = printed(directory, SYNTHESIS) + "\n" + printed(directory, DEPLOYMENT);
        if (!buckets.isBlank()) {
            plots.put("buckets.svg", buckets(buckets));
        }
        return plots;
    }

    /** What the benchmark of views has printed, by the engine's version, the newest first. */
    private static SortedMap<Integer, String> engines(Path directory) throws IOException {
        SortedMap<Integer, String> engines = new TreeMap<>(Comparator.reverseOrder());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Matcher views = VIEWS_FILE.matcher(file.getFileName().toString());
                if (views.matches()) {
                    engines.put(Integer.valueOf(views.group(1)), Files.readString(file));
                }
            }
        }
        return engines;
    }

    private static String printed(Path directory, String benchmark) throws IOException {
        Path file = directory.resolve(benchmark + ".md");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** A row of panels for each query, a column for each engine. */
    private static String views(
            String title, Unit unit, SortedMap<Integer, String> engines, ToDoubleFunction<Map<String, String>> figure) {
        List<List<Panel>> rows = new ArrayList<>();
        for (BenchmarkQuery query : BenchmarkQuery.values()) {
            List<Panel> panels = new ArrayList<>();
            engines.forEach((engine, printed) -> {
                List<Map<String, String>> ofQuery = MarkdownTables.rows(printed, "packages", "query", "views").stream()
                        .filter(row -> row.get("query").equals(query.title()))
                        .toList();
                panels.add(new Panel(
                        query.title() + ", Trino " + engine,
                        List.of(
                                line("reference", Look.ORANGE_CIRCLE, "packages", of(ofQuery, "reference"), figure),
                                line("view", Look.BLUE_SQUARE, "packages", of(ofQuery, "ours"), figure),
                                line("snapshot", Look.GREEN_DIAMOND, "packages", of(ofQuery, "snapshot"), figure))));
            });
            rows.add(panels);
        }
        return new LogLogPlot(
                        title,
                        title + ", over the number of packages: for each question of the benchmark and each engine, of"
                                + " straightforward views (reference), of the views of this project, and of snapshots.",
                        "packages",
                        unit,
                        rows)
                .svg();
    }

    private static List<Map<String, String>> of(List<Map<String, String>> rows, String views) {
        return rows.stream().filter(row -> row.get("views").equals(views)).toList();
    }

    private static String buckets(String printed) {
        ToDoubleFunction<Map<String, String>> seconds = row -> number(row, "seconds");
        List<Map<String, String>> deployments = MarkdownTables.rows(printed, "buckets", "others' queries");
        Predicate<Map<String, String>> isAlone = row -> number(row, "others' queries") == 0;
        List<Map<String, String>> alone = deployments.stream().filter(isAlone).toList();
        List<Map<String, String>> besideOthers =
                deployments.stream().filter(isAlone.negate()).toList();
        return new LogLogPlot(
                        "Seconds over the number of buckets",
                        "Seconds that synthesis and deployment take, over the number of buckets; a deployment alone,"
                                + " beside others who use Athena's quota, and the time if the quota were used up.",
                        "buckets",
                        Unit.SECONDS,
                        List.of(List.of(
                                new Panel(
                                        "Synthesis",
                                        List.of(line(
                                                "synthesis",
                                                Look.BLUE_SQUARE,
                                                "buckets",
                                                MarkdownTables.rows(printed, "buckets", "MB"),
                                                seconds))),
                                new Panel(
                                        "Deployment",
                                        List.of(
                                                line(
                                                        "with others",
                                                        Look.ORANGE_CIRCLE,
                                                        "buckets",
                                                        besideOthers,
                                                        seconds),
                                                line("alone", Look.BLUE_SQUARE, "buckets", alone, seconds),
                                                line(
                                                        "quota's bound",
                                                        Look.GREEN_DIAMOND,
                                                        "buckets",
                                                        alone,
                                                        row -> number(row, "quota's bound")))))))
                .svg();
    }

    private static Line line(
            String label,
            Look look,
            String across,
            List<Map<String, String>> rows,
            ToDoubleFunction<Map<String, String>> figure) {
        return new Line(
                label,
                look,
                rows.stream()
                        .map(row -> new Figure(number(row, across), figure.applyAsDouble(row)))
                        .toList());
    }

    private static double requests(Map<String, String> row) {
        return REQUESTS.stream()
                .filter(row::containsKey)
                .mapToDouble(column -> number(row, column))
                .sum();
    }

    private static double number(Map<String, String> row, String column) {
        return MarkdownTables.number(row.get(column));
    }
}
