package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Scripts in JavaScript, and the packages of npm that they need.
 *
 * @param directory where both are
 */
public record NodePackages(Path directory) {

    /** Copies the scripts of a folder of the tests, and installs their packages. */
    public static NodePackages install(String folder) throws IOException, InterruptedException {
        NodePackages packages = new NodePackages(Files.createDirectories(Path.of("target", folder)));
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            for (Path file : files.toList()) {
                Files.copy(file, packages.directory().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        packages.output(
                List.of(
                        "npm",
                        "install",
                        "--no-audit",
                        "--no-fund",
                        "--no-package-lock",
                        "--prefer-offline",
                        "--silent"),
                Map.of(),
                "");
        return packages;
    }

    /** Runs a script, and returns what it prints. */
    public String run(String script, List<String> arguments, Map<String, String> environment, String input)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(arguments);
        return output(command, environment, input);
    }

    private String output(List<String> command, Map<String, String> environment, String input)
            throws IOException, InterruptedException {
        Path errors = Files.createTempFile("node", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var standardInput = process.getOutputStream()) {
            standardInput.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = process.inputReader().readAllAsString();
        int status = process.waitFor();
        String printed = Files.readString(errors);
        Files.delete(errors);
        assertThat(status).as("%s: %s", command, printed).isZero();
        return output;
    }
}
