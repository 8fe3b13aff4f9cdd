package com.quiltdata.athena.handler;

import java.time.Duration;

/** Tells the time and lets it pass. */
interface PollingClock {

    /** The machine's. */
    PollingClock SYSTEM = new PollingClock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
            Thread.sleep(length.toMillis(), length.toNanosPart() % 1_000_000);
        }
    };

    /** The time in nanoseconds from an arbitrary origin, for differences only. */
    long nanos();

    /**
     * Waits.
     *
     * @throws InterruptedException if the thread is told to stop waiting
     */
    void sleep(Duration length) throws InterruptedException;
}
