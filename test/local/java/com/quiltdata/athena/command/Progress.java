package com.quiltdata.athena.command;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Says on standard error what a program is doing: a line for each phase, with its seconds.
 *
 * @param out where to
 * @param terminal whether somebody watches, who is shown how far a long phase has come
 */
public record Progress(PrintStream out, boolean terminal) {
    private static final int MOST_NAMED = 20;
    private static final int BAR_COLUMNS = 79;
    private static final int UPDATE_MILLIS = 200;

    /** Runs a phase. */
    public <T> T phase(String phase, Supplier<T> work) {
        return phase(work, result -> phase);
    }

    /** Runs a phase, which is named by what it returns. */
    public <T> T phase(Supplier<T> work, Function<T, String> phase) {
        long start = System.nanoTime();
        T result = work.get();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        out.printf(Locale.ROOT, "%6.1f s  %s%n", took.toMillis() / 1000.0, phase.apply(result));
        return result;
    }

    /** Runs a phase of many steps, each of which it tells, with a bar on a terminal. */
    public <T> T steps(String phase, int steps, Function<Runnable, T> work) {
        if (!terminal) {
            return work.apply(() -> {});
        }
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(phase)
                .setInitialMax(steps)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(out, BAR_COLUMNS))
                .build()) {
            return work.apply(bar::step);
        }
    }

    /** Names things that somebody should know of, one a line: the first twenty, and how many more there are. */
    public void list(String heading, List<String> things) {
        if (things.isEmpty()) {
            return;
        }
        out.println(heading);
        things.stream().limit(MOST_NAMED).forEach(thing -> out.println("  " + thing));
        if (things.size() > MOST_NAMED) {
            out.printf(Locale.ROOT, "  … and %,d more%n", things.size() - MOST_NAMED);
        }
    }
}
