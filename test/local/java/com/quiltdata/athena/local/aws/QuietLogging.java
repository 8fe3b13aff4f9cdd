package com.quiltdata.athena.local.aws;

import io.airlift.log.Level;
import io.airlift.log.Logging;
import java.io.PrintStream;
import java.util.logging.Logger;
import org.apache.catalina.loader.WebappClassLoaderBase;

/** Keeps libraries quiet: warnings go to standard error, and nothing else anywhere. */
final class QuietLogging {
    /** Announces where it logs to; held, because a logger that nobody holds forgets its level. */
    private static final Logger ANNOUNCEMENT = Logger.getLogger(Logging.class.getName());

    /** Complains, when the server stops, about threads of the engine that its own threads happened to start. */
    private static final Logger THREAD_COMPLAINTS = Logger.getLogger(WebappClassLoaderBase.class.getName());

    /** Says after every commit that it looked for old files too early, and did without: they go with the next ones. */
    private static final Logger EARLY_CLEAN_UP = Logger.getLogger("org.apache.iceberg.BaseTransaction");

    private QuietLogging() {}

    /** Sets up the logging of the process, once, in the way that the engine would otherwise do louder. */
    static void configure() {
        PrintStream output = System.out;
        PrintStream errors = System.err;
        ANNOUNCEMENT.setLevel(java.util.logging.Level.WARNING);
        THREAD_COMPLAINTS.setLevel(java.util.logging.Level.SEVERE);
        EARLY_CLEAN_UP.setLevel(java.util.logging.Level.SEVERE);
        Logging.initialize().setRootLevel(Level.WARN);
        // The engine's logging takes the standard streams over; they are the caller's.
        System.setOut(output);
        System.setErr(errors);
    }
}
