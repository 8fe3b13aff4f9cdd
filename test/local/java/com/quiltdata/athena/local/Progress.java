package com.quiltdata.athena.local;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Says on standard error what the local run is doing: a line for each phase, with its seconds.
 *
 * @param out where to
 */
record Progress(PrintStream out) {

    /**
     * Runs a phase.
     *
     * @param phase what it does
     * @param work the phase itself
     * @param <T> what it returns
     * @return the same
     */
    <T> T phase(String phase, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        done(phase, Duration.ofNanos(System.nanoTime() - start));
        return result;
    }

    /**
     * Reports a phase that is over.
     *
     * @param phase what it did
     * @param took how long it took
     */
    void done(String phase, Duration took) {
        out.printf("%6.1f s  %s%n", took.toMillis() / 1000.0, phase);
    }
}
