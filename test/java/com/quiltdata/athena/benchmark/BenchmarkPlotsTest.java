package com.quiltdata.athena.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which plots are made of the figures that benchmarks print. */
class BenchmarkPlotsTest {
    private static final Path COMMITTED = Path.of("..", "docs", "internals", "plots");
    private static final String TABLE = """
            Trino 476

            | refresh | manifests | bytes |
            | --- | ---: | ---: |
            | first | 60 | 1 |

            | packages | query | views | manifests | pointers | lists | snapshot files | bytes | seconds | rows |
            | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | 30 | count of packages | reference | 60 | 90 | 2 | 0 | 4,296,403 | 0.7 | 1 |
            | 30 | count of packages | ours | 30 | 90 | 2 | 0 | 2,151,089 | 1.0 | 1 |
            | 30 | count of packages | snapshot | 0 | 0 | 0 | 4 | 42,919 | 0.2 | 1 |
            The rows of ours differ for: nothing
            """;

    @TempDir
    private Path directory;

    @Test
    void thePlotsInTheDocumentationAreThoseOfTheFiguresBesideThem() throws IOException {
        if (Boolean.getBoolean("snapshot.update")) {
            BenchmarkPlots.draw(COMMITTED);
        }
        Map<String, String> committed = new TreeMap<>();
        for (Path file : TestFiles.list(COMMITTED)) {
            if (file.toString().endsWith(".svg")) {
                committed.put(file.getFileName().toString(), TestFiles.text(file));
            }
        }
        assertThat(BenchmarkPlots.plots(COMMITTED))
                .isEqualTo(committed)
                .containsOnlyKeys("buckets.svg", "bytes.svg", "requests.svg", "seconds.svg");
    }

    @Test
    void aQuerysFiguresAreDrawnForEachKindOfViewAndEachEngine() throws IOException {
        Files.writeString(directory.resolve("views-trino-476.md"), TABLE);
        Files.writeString(directory.resolve("views-trino-483.md"), TABLE.replace("4,296,403", "7"));

        Map<String, String> plots = BenchmarkPlots.plots(directory);

        assertThat(plots).containsOnlyKeys("bytes.svg", "requests.svg", "seconds.svg");
        assertThat(marks(plots.get("bytes.svg")))
                .containsExactly(
                        "reference, 30 packages: 7 B",
                        "view, 30 packages: 2.15 MB",
                        "snapshot, 30 packages: 42.9 kB",
                        "reference, 30 packages: 4.3 MB",
                        "view, 30 packages: 2.15 MB",
                        "snapshot, 30 packages: 42.9 kB");
        assertThat(marks(plots.get("requests.svg")))
                .endsWith("reference, 30 packages: 150", "view, 30 packages: 120", "snapshot, 30 packages: 4");
        assertThat(marks(plots.get("seconds.svg")))
                .endsWith("reference, 30 packages: 0.7 s", "view, 30 packages: 1 s", "snapshot, 30 packages: 0.2 s");
    }

    @Test
    void aBenchmarkThatSucceedsLeavesItsFiguresAndPlotsInTheFolder() throws Exception {
        Path folder = directory.resolve("new");

        assertThat(printed("--plots", folder.toString())).isEqualTo(TABLE);

        assertThat(TestFiles.text(folder.resolve("views-trino-476.md"))).isEqualTo(TABLE);
        assertThat(marks(TestFiles.text(folder.resolve("requests.svg")))).hasSize(3);
    }

    @Test
    void aBenchmarkThatFailsLeavesTheFolderAsItWas() throws Exception {
        Path folder = directory.resolve("new");

        assertThat(printed("--plots", folder.toString(), "--status", "1")).isEqualTo(TABLE);

        assertThat(folder).doesNotExist();
    }

    /** Runs a benchmark that prints the table, and returns what it prints. */
    private static String printed(String... arguments) {
        PrintStream terminal = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            Benchmark benchmark = new Benchmark();
            assertThat(new CommandLine(benchmark).execute(arguments)).isEqualTo(benchmark.status);
        } finally {
            System.setOut(terminal);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    private static List<String> marks(String svg) {
        return Pattern.compile("<path .*\\n<title>(.*)</title>")
                .matcher(svg)
                .results()
                .map(mark -> mark.group(1))
                .toList();
    }

    @Command(name = "benchmark")
    private static final class Benchmark implements Callable<Integer> {
        @CommandLine.Option(names = "--status")
        private int status;

        @Mixin
        private PlotsOption plots;

        @Override
        public Integer call() throws Exception {
            return plots.keep("views-trino-476", () -> {
                System.out.print(TABLE);
                return status;
            });
        }
    }
}
