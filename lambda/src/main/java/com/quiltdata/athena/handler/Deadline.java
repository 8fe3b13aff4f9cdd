package com.quiltdata.athena.handler;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** A moment after which nothing more is waited for, and the only way in which the handler waits. */
final class Deadline {
    private final PollingClock clock;
    private final RandomGenerator random;
    private final Duration length;
    private final long start;

    /**
     * Sets a deadline.
     *
     * @param random what the lengths of pauses are drawn from
     */
    Deadline(PollingClock clock, RandomGenerator random, Duration length) {
        this.clock = clock;
        this.random = random;
        this.length = length;
        this.start = clock.nanos();
    }

    /**
     * Waits for a random time between half of the given length and all of it, so that handlers which were started
     * together part; no longer than the deadline.
     *
     * @return false, without waiting, if the deadline is over
     */
    boolean pause(Duration longest) {
        long remaining = length.minus(passed()).toNanos();
        if (remaining <= 0) {
            return false;
        }
        long half = longest.toNanos() / 2;
        long jittered = half + random.nextLong(half + 1);
        try {
            clock.sleep(Duration.ofNanos(Math.min(remaining, jittered)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Athena", e);
        }
        return true;
    }

    /** How much time has passed since the deadline was set. */
    Duration passed() {
        return Duration.ofNanos(clock.nanos() - start);
    }

    /** How much time there was when the deadline was set. */
    Duration length() {
        return length;
    }
}
