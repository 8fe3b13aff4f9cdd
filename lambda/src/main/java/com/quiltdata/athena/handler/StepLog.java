package com.quiltdata.athena.handler;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;

/**
 * What the handler does, one line a step: the step's name and then {@code name=value} for each thing there is to know.
 *
 * <p>Time, level and the invocation's id are added by Lambda's JSON log format. The request itself is never logged: it
 * has a pre-signed URL that lets its bearer answer CloudFormation.
 */
final class StepLog {
    private final LambdaLogger logger;

    StepLog(LambdaLogger logger) {
        this.logger = logger;
    }

    /** Logs a step that went as it should. */
    void info(String step, Object... details) {
        logger.log(line(step, details), LogLevel.INFO);
    }

    /** Logs a step that failed and that the handler makes up for. */
    void warn(String step, Object... details) {
        logger.log(line(step, details), LogLevel.WARN);
    }

    /** Logs a step that the request failed with. */
    void error(String step, Object... details) {
        logger.log(line(step, details), LogLevel.ERROR);
    }

    private static String line(String step, Object... details) {
        StringBuilder line = new StringBuilder(step);
        for (int i = 0; i < details.length; i += 2) {
            line.append(' ').append(details[i]).append('=').append(value(String.valueOf(details[i + 1])));
        }
        return line.toString();
    }

    /** A value with white space is put in quotes; it never breaks the line. */
    private static String value(String text) {
        String flat = text.replaceAll("\\s+", " ");
        return flat.indexOf(' ') < 0 ? flat : '"' + flat.replace("\"", "\\\"") + '"';
    }
}
