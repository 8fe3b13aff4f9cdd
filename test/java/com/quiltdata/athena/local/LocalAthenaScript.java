package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.command.LaunchFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The script {@code test/local-athena} or another one beside it, started as users start it, but on what the running build has compiled: in a
 * folder of links to the project, with the files in it that tell the script that nothing has to be built.
 */
public final class LocalAthenaScript {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private final Path script;
    private final Path errors;
    private final Path temporaryFiles;
    private final Map<String, String> environment = new HashMap<>();

    private LocalAthenaScript(Path script, Path errors, Path temporaryFiles) {
        this.script = script;
        this.errors = errors;
        this.temporaryFiles = temporaryFiles;
    }

    /**
     * Prepares the script.
     *
     * @param directory where to keep the folder, and what the script says on standard error
     */
    static LocalAthenaScript in(Path directory) throws IOException {
        return named("local-athena", directory);
    }

    /**
     * Prepares a script.
     *
     * @param name its name in the folder {@code test}
     * @param directory where to keep the folder, and what the script says on standard error
     */
    public static LocalAthenaScript named(String name, Path directory) throws IOException {
        Path folder = directory.resolve("script");
        Path target = Files.createDirectories(folder.resolve("test/target"));
        for (String file :
                List.of("pom.xml", "cdk.json", "cdk.context.json", "lambda", "src", "test/pom.xml", "test/local")) {
            Files.createSymbolicLink(folder.resolve(file), PROJECT.resolve(file));
        }
        // The script follows a link to itself, and would start the project's own.
        Path script = Files.copy(
                PROJECT.resolve("test/" + name), folder.resolve("test/" + name), StandardCopyOption.COPY_ATTRIBUTES);
        LaunchFiles.main(new String[] {target.resolve("none.jar").toString(), System.getProperty("engine.jvmOptions")});
        Files.writeString(target.resolve("local-built"), folder + "\n");
        return new LocalAthenaScript(
                script, directory.resolve("errors.txt"), Files.createDirectories(directory.resolve("temporary")));
    }

    /** Sets a variable of the script's environment. */
    public LocalAthenaScript with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Starts the script; what it says on standard error is kept. */
    public Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(script.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        // As in a container behind a proxy, where nothing listens.
        builder.environment()
                .putAll(Map.of(
                        "LC_ALL", "C",
                        "HTTP_PROXY", "http://127.0.0.1:9",
                        "TMPDIR", temporaryFiles.toString()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Returns what the process that was started last has said on standard error. */
    public String errors() throws IOException {
        return Files.readString(errors);
    }

    /** Returns what the processes that have ended left in the temporary directory. */
    public List<Path> leftovers() {
        return TestFiles.list(temporaryFiles);
    }

    /**
     * Starts the script with {@code --serve} on a free port, and waits until it serves.
     *
     * @param arguments what else to start it with
     */
    Serving serve(String... arguments) throws IOException, InterruptedException {
        int port = freePort();
        List<String> all = new ArrayList<>(List.of("--serve", String.valueOf(port)));
        all.addAll(List.of(arguments));
        Process process = start(all.toArray(String[]::new));
        while (!errors().contains("until you interrupt this program")) {
            assertThat(process.isAlive()).as(errors()).isTrue();
            Thread.sleep(100);
        }
        return new Serving(process, URI.create("http://127.0.0.1:" + port));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * A script that serves.
     *
     * @param process the script's; its output is what the query gave
     * @param endpoint where S3, Glue and Athena are
     */
    record Serving(Process process, URI endpoint) {
        /** Interrupts the script. */
        int interrupt() throws InterruptedException {
            // Unlike the process itself, its handle leaves the output open.
            process.toHandle().destroy();
            return process.waitFor();
        }
    }
}
