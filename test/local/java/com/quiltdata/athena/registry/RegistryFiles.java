package com.quiltdata.athena.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The files of a registry.
 *
 * @param found those that become objects, in the order of their keys
 * @param skipped those that cannot, and folders that are not looked into
 */
public record RegistryFiles(List<RegistryFile> found, List<Skipped> skipped) {
    private static final String SLASH = "/";

    /** Takes note of the files. */
    public RegistryFiles {
        found = List.copyOf(found);
        skipped = List.copyOf(skipped);
    }

    /** A file that becomes an object. */
    public record RegistryFile(Path path, String key) {}

    /**
     * A file that becomes no object.
     *
     * @param name its path below the folder, on one line
     * @param reason why not, as a phrase that follows "is"
     */
    public record Skipped(String name, String reason) {}

    /**
     * Finds the files below {@code .quilt/}; the rest of the folder is not looked into.
     *
     * @throws UncheckedIOException if {@code .quilt} itself cannot be read
     */
    public static RegistryFiles in(Path folder) {
        return in(folder, Files::isReadable);
    }

    /** Finds the files, by another opinion on which of them may be read. */
    public static RegistryFiles in(Path folder, Predicate<Path> readable) {
        Path registry = folder.resolve(RegistryUpload.FOLDER);
        try {
            Path root = registry.toRealPath();
            Visitor visitor = new Visitor(root, readable);
            Files.walkFileTree(root, visitor);
            visitor.found.sort(Comparator.comparing(RegistryFile::key));
            visitor.skipped.sort(Comparator.comparing(Skipped::name));
            return new RegistryFiles(visitor.found, visitor.skipped);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be read: %s".formatted(registry, reason(e)), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof AccessDeniedException ? "permission denied" : e.toString();
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Predicate<Path> readable;
        private final List<RegistryFile> found = new ArrayList<>();
        private final List<Skipped> skipped = new ArrayList<>();

        private Visitor(Path root, Predicate<Path> readable) {
            this.root = root;
            this.readable = readable;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (hasNameOfText(folder)) {
                return FileVisitResult.CONTINUE;
            }
            skip(folder, "a folder whose name is not UTF-8");
            return FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink() && Files.isDirectory(file)) {
                skip(file, "a symbolic link to a folder");
            } else if (attributes.isSymbolicLink() && Files.notExists(file)) {
                skip(file, "a symbolic link to nothing");
            } else if (!Files.isRegularFile(file)) {
                skip(file, "neither a file nor a folder");
            } else if (!hasNameOfText(file)) {
                skip(file, "a file whose name is not UTF-8");
            } else if (!readable.test(file)) {
                skip(file, "not readable: permission denied");
            } else {
                found.add(new RegistryFile(file, key(file)));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
                throw e;
            }
            skip(file, "not readable: " + reason(e));
            return FileVisitResult.CONTINUE;
        }

        private void skip(Path file, String reason) {
            skipped.add(new Skipped(oneLine(key(file)), reason));
        }

        /** Joins the names with slashes; a backslash in a name stays one. */
        private String key(Path file) {
            return StreamSupport.stream(root.relativize(file).spliterator(), false)
                    .map(Path::toString)
                    .collect(Collectors.joining(SLASH, RegistryUpload.FOLDER + SLASH, ""));
        }

        /** Bytes that are no text do not survive the way to a text and back. */
        private static boolean hasNameOfText(Path file) {
            Path name = file.getFileName();
            try {
                return Path.of(name.toString()).equals(name);
            } catch (InvalidPathException e) {
                return false;
            }
        }

        private static String oneLine(String name) {
            return name.codePoints()
                    .mapToObj(character -> Character.isISOControl(character)
                            ? "\\u%04x".formatted(character)
                            : Character.toString(character))
                    .collect(Collectors.joining());
        }
    }
}
