package com.quiltdata.athena.command;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts a program in a temporary directory of its own, which is removed with everything in it however the program ends:
 * by itself, by an error, or by a signal that a process can act on.
 */
public final class Launcher {
    private static final int CHILD_SECONDS = 5;

    /** A shell may have started processes before it became this one: those that read the output, for one. */
    private static final Set<ProcessHandle> CHILDREN_OF_THE_SHELL =
            ProcessHandle.current().children().collect(Collectors.toUnmodifiableSet());

    private static volatile boolean launched;
    private static volatile boolean ownsDirectory;
    private static volatile boolean interruptIsSuccess;

    private Launcher() {}

    /**
     * Starts a program.
     *
     * @param arguments the temporary directory, which must not exist; the program's class; the program's arguments
     * @throws ReflectiveOperationException if there is no such program
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        launched = true;
        TemporaryDirectory directory = new TemporaryDirectory(Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(directory)));
        try {
            Files.createDirectory(
                    directory.path(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            ownsDirectory = true;
        } catch (IOException e) {
            System.err.println("The temporary directory " + directory.path() + " cannot be made: " + e);
            System.exit(1);
        }
        // Nothing has asked for it yet; on the command line, it would have to exist.
        System.setProperty("java.io.tmpdir", directory.path().toString());
        try {
            Class.forName(arguments[1]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(arguments, 2, arguments.length));
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
        if (ownsDirectory) {
            directory.close();
        }
        if (interruptIsSuccess) {
            Runtime.getRuntime().halt(0);
        }
    }
}
