package com.quiltdata.athena.deployed;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** What is still to be done when the process is told to end: then, nothing else is. */
final class Interruption {
    private Interruption() {}

    /** Works; when the process is told to end meanwhile (Ctrl-C), something else is done before it ends. */
    static <T> T run(Runnable stop, Supplier<T> work) {
        Thread hook = new Thread(stop);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return work.get();
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The hook runs, and then the process ends.
                waitForTheEnd();
            }
        }
    }

    private static void waitForTheEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
