package com.quiltdata.athena.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory that goes with everything in it when it is closed. */
public record TemporaryDirectory(Path path) implements AutoCloseable {
    /** How often others may put something in while it is removed. */
    private static final int ATTEMPTS = 50;

    /** Makes a directory. */
    public static TemporaryDirectory create(String prefix) {
        try {
            return new TemporaryDirectory(Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names a file in the directory. */
    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Deletes the directory, if it is still there, and what others put in meanwhile. */
    @Override
    public void close() {
        for (int attempt = 1; Files.exists(path); attempt++) {
            try {
                delete();
            } catch (IOException | UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    throw new IllegalStateException("Cannot delete " + path, e);
                }
            }
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
