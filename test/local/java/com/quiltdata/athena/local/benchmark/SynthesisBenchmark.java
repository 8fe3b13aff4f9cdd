package com.quiltdata.athena.local.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.TemporaryDirectory;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Times whole synthesizing processes: what cdk.json runs, and the same stack in TypeScript, in turn. */
@Command(
        name = "bench-synthesis",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Synthesizes the app and the same stack in TypeScript in turn, and prints medians and ratios.")
public final class SynthesisBenchmark implements Callable<Integer> {
    private static final String ROW = "| %s | %s | %s | %s | %s | %s | %s | %s | %s |%n";

    @Option(
            names = "--buckets",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,10,100,1000",
            description = "How many buckets; above 50, in groups of 50. By default ${DEFAULT-VALUE}.")
    private List<Integer> buckets;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How many pairs of runs are counted, after one that is not; by default ${DEFAULT-VALUE}.")
    private int runs;

    private final Path project = Path.of(System.getProperty("project.directory", "."))
            .toAbsolutePath()
            .normalize();

    private SynthesisBenchmark() {}

    /**
     * Runs the command and ends the JVM: status 0 done, 1 failed or the two stacks differ, 2 wrong arguments.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SynthesisBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.out.printf(
                ROW,
                "buckets",
                "resources",
                "Java, s",
                "TypeScript, s",
                "ratio",
                "lowest to highest",
                "Java, MB",
                "TypeScript, MB",
                "ratio");
        System.out.printf(ROW, "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        for (int count : buckets) {
            measure(count);
        }
        return ExitCode.OK;
    }

    private void measure(int count) throws IOException, InterruptedException {
        try (TemporaryDirectory outputs = TemporaryDirectory.create("bench-synthesis")) {
            measure(count, outputs.resolve("java"), outputs.resolve("typescript"));
        }
    }

    private void measure(int count, Path javaOutput, Path typescriptOutput) throws IOException, InterruptedException {
        Map<String, Object> context = CloudAssembly.projectContext(project);
        context.put("quiltBuckets", ManyBuckets.of(count));
        context.put("inputAccess", "any");
        String json = new ObjectMapper().writeValueAsString(context);
        List<ProcessRun> java = new ArrayList<>();
        List<ProcessRun> typescript = new ArrayList<>();
        for (int run = 0; run <= runs; run++) {
            ProcessRun first =
                    ProcessRun.of(List.of("sh", project.resolve("src/app").toString()), environment(json, javaOutput));
            ProcessRun second = ProcessRun.of(
                    List.of(
                            "node",
                            project.resolve("test/target/typescript/quilt-athena.js")
                                    .toString()),
                    environment(json, typescriptOutput));
            if (run > 0) {
                java.add(first);
                typescript.add(second);
            }
        }
        Map<String, JsonNode> resources = resources(javaOutput);
        Map<String, JsonNode> expected = resources(typescriptOutput);
        if (!resources.equals(expected)) {
            throw new IllegalStateException("The stacks differ in " + difference(resources, expected));
        }
        List<Double> ratios = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            ratios.add(java.get(run).seconds() / typescript.get(run).seconds());
        }
        double javaMemory = median(java, ProcessRun::megabytes);
        double typescriptMemory = median(typescript, ProcessRun::megabytes);
        System.out.printf(
                ROW,
                count,
                resources.size(),
                "%.1f".formatted(median(java, ProcessRun::seconds)),
                "%.1f".formatted(median(typescript, ProcessRun::seconds)),
                "%.2f".formatted(median(ratios, Double::doubleValue)),
                "%.2f to %.2f"
                        .formatted(
                                ratios.stream().min(Double::compare).orElseThrow(),
                                ratios.stream().max(Double::compare).orElseThrow()),
                "%.0f".formatted(javaMemory),
                "%.0f".formatted(typescriptMemory),
                "%.2f".formatted(javaMemory / typescriptMemory));
    }

    private Map<String, String> environment(String context, Path output) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CDK_CONTEXT_JSON", context);
        environment.put("CDK_OUTDIR", output.toString());
        environment.put(
                "QUILT_ATHENA_RESOURCES",
                project.resolve("src/target/classes/com/quiltdata/athena").toString());
        return environment;
    }

    /** The resources of all templates, by template and logical id, without what the CDK notes about their constructs. */
    private static Map<String, JsonNode> resources(Path assembly) throws IOException {
        Map<String, JsonNode> resources = new TreeMap<>();
        try (Stream<Path> files = Files.list(assembly)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".template.json")).toList()) {
                new ObjectMapper()
                        .readTree(file.toFile())
                        .path("Resources")
                        .properties()
                        .forEach(resource -> {
                            ObjectNode declaration = (ObjectNode) resource.getValue();
                            declaration.remove("Metadata");
                            // Of a nested stack: the hash of a template, with the metadata in there.
                            if (declaration.path("Properties") instanceof ObjectNode properties) {
                                properties.remove("TemplateURL");
                            }
                            resources.put(file.getFileName() + " " + resource.getKey(), declaration);
                        });
            }
        }
        return resources;
    }

    private static String difference(Map<String, JsonNode> one, Map<String, JsonNode> other) {
        Set<String> ids = new TreeSet<>(one.keySet());
        ids.addAll(other.keySet());
        return ids.stream()
                .filter(id -> !Objects.equals(one.get(id), other.get(id)))
                .map(id -> "%n%s:%n  %s%n  %s".formatted(id, one.get(id), other.get(id)))
                .collect(Collectors.joining());
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> figure) {
        double[] sorted = values.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
