package com.quiltdata.athena.local.cloudformation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A Java Lambda function, run from the very archive that would be deployed, and from nothing else: its class loader
 * knows the archive and the JDK, as the Lambda runtime's does.
 */
final class LambdaFunction {
    private static final String INTERFACES = "com.amazonaws.services.lambda.runtime.";

    /** Loading an archive takes longer than all that the function does. */
    private static final Map<Path, ClassLoader> ARCHIVES = new ConcurrentHashMap<>();

    private final ClassLoader archive;
    private final Object handler;
    private final Class<?> contextType;
    private final Duration timeout;
    private final Consumer<String> log;

    /** Loads a function; its handler has a constructor without parameters. */
    LambdaFunction(Path archive, String handlerClass, Duration timeout, Consumer<String> log) {
        this.timeout = timeout;
        this.log = log;
        try {
            this.archive = ARCHIVES.computeIfAbsent(archive, LambdaFunction::loader);
            this.contextType = this.archive.loadClass(INTERFACES + "Context");
            this.handler = this.archive
                    .loadClass(handlerClass)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot load %s from %s".formatted(handlerClass, archive), e);
        }
    }

    /** Invokes the function; where it fails, the exception has its own message. */
    Map<?, ?> invoke(Map<String, Object> event) {
        try {
            Method method = handler.getClass().getMethod("handleRequest", Map.class, contextType);
            return (Map<?, ?>) method.invoke(handler, event, context());
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot invoke " + handler.getClass(), e);
        }
    }

    private Object context() throws ClassNotFoundException {
        long end = System.nanoTime() + timeout.toNanos();
        Object logger = proxy(archive.loadClass(INTERFACES + "LambdaLogger"), (method, arguments) -> {
            log.accept(String.valueOf(arguments[0]));
            return null;
        });
        return proxy(contextType, (method, arguments) -> switch (method) {
            case "getRemainingTimeInMillis" -> (int) ((end - System.nanoTime()) / 1_000_000);
            case "getLogger" -> logger;
            default -> throw new UnsupportedOperationException("Context." + method);
        });
    }

    private Object proxy(Class<?> type, Call call) {
        return Proxy.newProxyInstance(
                archive, new Class<?>[] {type}, (self, method, arguments) -> call.answer(method.getName(), arguments));
    }

    private static ClassLoader loader(Path archive) {
        try {
            return new URLClassLoader(new URL[] {archive.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        } catch (MalformedURLException e) {
            throw new IllegalStateException("Cannot load " + archive, e);
        }
    }

    private interface Call {
        Object answer(String method, Object[] arguments);
    }
}
