package com.quiltdata.athena.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes what a shell script needs to start the local run without Maven: {@code java-home}, the home of the JDK that
 * this program runs on, and {@code local-athena.args}, a java argument file with the JVM's options and the class path
 * that this program runs with.
 *
 * <p>The build runs it on the JDK that the engine needs, so that the script does not have to look for that JDK.
 */
public final class LaunchFiles {
    private LaunchFiles() {}

    /**
     * Writes the two files.
     *
     * @param arguments the jar of this program, beside which they are written, and the JVM's options. The jar is in the class
     *     path instead of the directory {@code classes} beside it, because the JVM archives the classes of jars alone
     */
    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        Path directory = jar.getParent();
        String classPath = System.getProperty("java.class.path")
                .replace(directory.resolve("classes").toString(), jar.toString());
        Stream<String> options = Arrays.stream(arguments, 1, arguments.length)
                .flatMap(words -> Arrays.stream(words.strip().split("\\s+")));
        String lines = Stream.concat(options, Stream.of("-classpath", classPath))
                .map(LaunchFiles::quoted)
                .collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(directory.resolve("local-athena.args"), lines);
        Files.writeString(directory.resolve("java-home"), System.getProperty("java.home") + "\n");
    }

    /** An argument file takes a backslash in quotes as an escape. */
    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
