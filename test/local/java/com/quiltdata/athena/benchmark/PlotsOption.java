package com.quiltdata.athena.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The option of a benchmark to keep its figures, and to draw them. */
final class PlotsOption {
    @Option(
            names = "--plots",
            paramLabel = "DIR",
            description = "Also write what is printed into this folder, and draw plots of all figures that are in it.")
    private Path directory;

    /**
     * Runs a benchmark, and keeps what it prints if it succeeds.
     *
     * @param name tells its figures from those of others in the folder
     * @throws Exception what the benchmark throws, or if a file cannot be written
     */
    int keep(String name, Callable<Integer> benchmark) throws Exception {
        if (directory == null) {
            return benchmark.call();
        }
        PrintStream terminal = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        int status;
        try (PrintStream both = new PrintStream(new Both(terminal, printed), true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            status = benchmark.call();
        } finally {
            System.setOut(terminal);
        }
        if (status == ExitCode.OK) {
            Files.createDirectories(directory);
            Files.write(directory.resolve(name + ".md"), printed.toByteArray());
            BenchmarkPlots.draw(directory);
        }
        return status;
    }

    /** Writes to two streams; the first stays open. */
    private static final class Both extends OutputStream {
        private final OutputStream first;
        private final OutputStream second;

        Both(OutputStream first, OutputStream second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(int octet) throws IOException {
            first.write(octet);
            second.write(octet);
        }

        @Override
        public void flush() throws IOException {
            first.flush();
        }
    }
}
