package com.quiltdata.athena.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run of a command as a whole process.
 *
 * @param seconds from its start to its end
 * @param megabytes the most memory that it and the processes it started had resident at the same time, as far as
 *     looking every 20 milliseconds tells; 0 where there is no {@code /proc}
 */
record ProcessRun(double seconds, double megabytes) {
    private static final long SAMPLE_MILLIS = 20;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    /**
     * Runs a command.
     *
     * @param environment variables that are added to this process's own
     * @throws IllegalStateException if it ends with another status than 0
     */
    static ProcessRun of(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        long start = System.nanoTime();
        Process process = builder.start();
        long most = 0;
        while (process.isAlive()) {
            most = Math.max(most, residentKilobytes(process));
            Thread.sleep(SAMPLE_MILLIS);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IllegalStateException(command + " ended with status " + process.exitValue());
        }
        return new ProcessRun(seconds, most / 1e3);
    }

    private static long residentKilobytes(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(handle -> residentKilobytes(handle.pid()))
                .sum();
    }

    private static long residentKilobytes(long pid) {
        try {
            Matcher matcher = RESIDENT.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        } catch (IOException e) {
            // It has ended in the meantime.
            return 0;
        }
    }
}
