package com.quiltdata.athena.command;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts a program in a JVM whose {@code java.io.tmpdir} is its own: the directory is removed with everything in it however
 * the program ends, by itself, by an error, or by a signal that a process can act on. A JVM reads the property when it
 * starts, and sticks to it.
 */
public final class Launcher {
    private static final int CHILD_SECONDS = 5;

    /** A shell may have started processes before it became this one: those that read the output, for one. */
    private static final Set<ProcessHandle> CHILDREN_OF_THE_SHELL =
            ProcessHandle.current().children().collect(Collectors.toUnmodifiableSet());

    private static volatile boolean launched;
    private static volatile boolean interruptIsSuccess;

    private Launcher() {}

    /**
     * Starts a program.
     *
     * @param arguments the program's class, and the program's arguments
     * @throws ReflectiveOperationException if there is no such program
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        launched = true;
        TemporaryDirectory directory = new TemporaryDirectory(Path.of(System.getProperty("java.io.tmpdir")));
        String[] files = directory.path().toFile().list();
        if (files == null || files.length > 0) {
            System.err.println("The temporary directory " + directory.path() + " is removed at the end, so it has to be"
                    + " there and empty at the start");
            System.exit(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(directory)));
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            System.exit(1);
        }
    }

    /** From now on, being interrupted is how the program is meant to end: with status 0. */
    public static void expectInterrupt() {
        interruptIsSuccess = true;
    }

    /**
     * Ends the processes that this one has started, such as the Node.js that the CDK runs in, and waits for their end. In
     * a process that others share, it does nothing.
     */
    public static void endChildProcesses() {
        if (launched) {
            List<ProcessHandle> processes = ProcessHandle.current()
                    .children()
                    .filter(child -> !CHILDREN_OF_THE_SHELL.contains(child))
                    .flatMap(child -> Stream.concat(Stream.of(child), child.descendants()))
                    .toList();
            processes.forEach(ProcessHandle::destroyForcibly);
            processes.forEach(process -> process.onExit()
                    .completeOnTimeout(process, CHILD_SECONDS, TimeUnit.SECONDS)
                    .join());
        }
    }

    private static void end(TemporaryDirectory directory) {
        // What is torn off complains; nobody wants to know.
        LogManager.getLogManager().reset();
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        endChildProcesses();
        directory.close();
        if (interruptIsSuccess) {
            Runtime.getRuntime().halt(0);
        }
    }
}
