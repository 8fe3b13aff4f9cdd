package com.quiltdata.athena.local;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/**
 * A shell in a folder with the project's scripts, with the account on loopback in its environment: what an administrator or
 * a pipeline types, with the CDK CLI and the AWS CLI themselves.
 */
final class CommandLine {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * Opens the shell.
     *
     * @param directory is empty, and gets the folder
     */
    CommandLine(Path directory) throws IOException {
        // The check of a deployment runs on what the build has compiled.
        LocalAthenaScript.named("deployed-athena", directory);
        folder = directory.resolve("script");
        for (String name : new String[] {".ci", ".github", "docs"}) {
            Files.createSymbolicLink(folder.resolve(name), PROJECT.resolve(name));
        }
        Files.createDirectory(folder.resolve("bin"));
        Files.createDirectory(folder.resolve("home"));
        String endpoint = SharedEmbeddedAws.endpoint().toString();
        environment.putAll(Map.of(
                "AWS_ENDPOINT_URL",
                endpoint,
                "AWS_ENDPOINT_URL_S3",
                endpoint,
                "AWS_REGION",
                LocalAccount.REGION,
                "AWS_DEFAULT_REGION",
                LocalAccount.REGION,
                "AWS_ACCESS_KEY_ID",
                LocalAccount.ACCESS_KEY_ID,
                "AWS_SECRET_ACCESS_KEY",
                LocalAccount.SECRET_ACCESS_KEY,
                "CDK_DISABLE_CLI_TELEMETRY",
                "true",
                "PATH",
                folder.resolve("bin") + ":" + System.getenv("PATH")));
    }

    /** The folder, which commands run in. */
    Path folder() {
        return folder;
    }

    /** Puts a command in another one's place. */
    void standIn(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve("bin").resolve(name), "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Runs a command to its end, as a step of GitHub Actions does. */
    Outcome run(String command) throws IOException, InterruptedException {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes());
        return new Outcome(process.waitFor(), output);
    }

    /** Starts a command. */
    Process start(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().keySet().removeIf(name -> name.toLowerCase().endsWith("_proxy"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Sets a variable of the environment. */
    void set(String name, String value) {
        environment.put(name, value);
    }

    /** Reads a file of the folder. */
    String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a command did.
     *
     * @param output what it wrote, errors, too
     */
    record Outcome(int status, String output) {}
}
