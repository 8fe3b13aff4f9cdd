package com.quiltdata.athena.handler;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An invocation with five minutes left, whose time passes only while the handler waits, and that keeps its log. */
final class FakeContext implements PollingClock, LambdaLogger {
    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private long nanos;

    /** The invocation, with the two things that the handler asks it for. */
    Context invocation() {
        return (Context) Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getLogger" -> this;
                    case "getRemainingTimeInMillis" -> 300_000;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    /** How long the handler waited, each time. */
    List<Duration> pauses() {
        return pauses;
    }

    /** What was logged: the level and the message. */
    List<String> log() {
        return log;
    }

    /** How long the handler waited in all. */
    Duration waited() {
        return Duration.ofNanos(nanos);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void sleep(Duration length) {
        pauses.add(length);
        nanos += length.toNanos();
    }

    @Override
    public void log(String message, LogLevel level) {
        log.add(level + " " + message);
    }

    @Override
    public void log(String message) {
        log.add("without a level: " + message);
    }

    @Override
    public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8));
    }
}
