package com.quiltdata.athena;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that tests look into; one that cannot be read fails the test. */
public final class TestFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestFiles() {}

    /**
     * Reads a file.
     *
     * @param file in UTF-8
     */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file below {@code test/resources} that belongs to a class. */
    public static String resource(Class<?> owner, String name) {
        return text(Path.of("resources", owner.getPackageName().replace('.', '/'), name));
    }

    /** Reads JSON. */
    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lists a directory.
     *
     * @param directory not its subdirectories
     * @return the files, sorted
     */
    public static List<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
