package com.quiltdata.athena.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.command.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times whole synthesizing processes, as {@code cdk.json} runs them. */
@Command(
        name = "bench-synthesis",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Synthesizes the app for few and many Quilt buckets, and prints the medians of seconds and memory "
                        + "and what one bucket more costs. By default, 1, 10, 100 and the most that fit.")
public final class SynthesisBenchmark implements Callable<Integer> {
    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How many runs are counted, after one that is not; by default ${DEFAULT-VALUE}.")
    private int runs;

    @Mixin
    private ManyBuckets manyBuckets;

    private SynthesisBenchmark() {}

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SynthesisBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ManyBuckets.head(
                "buckets",
                "resources",
                "seconds",
                "lowest to highest",
                "MB",
                "ms for one bucket more",
                "MB for one bucket more");
        Optional<Figures> previous = Optional.empty();
        for (int count : manyBuckets.counts("1", "10", "100", ManyBuckets.MOST)) {
            Figures figures = measure(count);
            print(figures, previous);
            previous = Optional.of(figures);
        }
        return ExitCode.OK;
    }

    /** The medians of some runs, and their lowest and highest number of seconds. */
    private record Figures(
            int buckets, int resources, double seconds, double lowest, double highest, double megabytes) {

        double growth(Figures previous, ToDoubleFunction<Figures> figure) {
            return (figure.applyAsDouble(this) - figure.applyAsDouble(previous)) / (buckets - previous.buckets);
        }
    }

    private static void print(Figures figures, Optional<Figures> previous) {
        ManyBuckets.row(
                figures.buckets,
                figures.resources,
                "%.1f".formatted(figures.seconds),
                "%.1f to %.1f".formatted(figures.lowest, figures.highest),
                "%.0f".formatted(figures.megabytes),
                previous.map(before -> "%.0f".formatted(1_000 * figures.growth(before, Figures::seconds)))
                        .orElse(""),
                previous.map(before -> "%.2f".formatted(figures.growth(before, Figures::megabytes)))
                        .orElse(""));
    }

    private Figures measure(int count) throws IOException, InterruptedException {
        String app = manyBuckets.project().resolve("src/app").toString();
        String context = new ObjectMapper().writeValueAsString(manyBuckets.context(count));
        List<ProcessRun> counted = new ArrayList<>();
        try (TemporaryDirectory output = TemporaryDirectory.create("bench-synthesis")) {
            Map<String, String> environment = Map.of(
                    "CDK_CONTEXT_JSON", context, "CDK_OUTDIR", output.path().toString());
            for (int run = 0; run <= runs; run++) {
                ProcessRun one = ProcessRun.of(List.of("sh", app), environment);
                if (run > 0) {
                    counted.add(one);
                }
            }
            return new Figures(
                    count,
                    resources(output.path()),
                    median(counted, ProcessRun::seconds),
                    counted.stream().mapToDouble(ProcessRun::seconds).min().orElseThrow(),
                    counted.stream().mapToDouble(ProcessRun::seconds).max().orElseThrow(),
                    median(counted, ProcessRun::megabytes));
        }
    }

    private static int resources(Path assembly) throws IOException {
        int resources = 0;
        try (Stream<Path> files = Files.list(assembly)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".template.json")).toList()) {
                resources += new ObjectMapper()
                        .readTree(file.toFile())
                        .path("Resources")
                        .size();
            }
        }
        return resources;
    }

    private static double median(List<ProcessRun> values, ToDoubleFunction<ProcessRun> figure) {
        double[] sorted = values.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
