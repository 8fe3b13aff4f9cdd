package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps assemblies, each in a folder named by a digest of all that it depends on. Synthesis starts Node.js and takes most
 * of the processor time of a local run, and it is a function of the app's sources, the context and two variables of the
 * CDK CLI: when none of them has changed, the assembly is the same.
 */
final class AssemblyCache {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** What the app is built of: a build comes before every synthesis. */
    private static final List<String> SOURCES =
            List.of("pom.xml", "src/pom.xml", "src/main", "lambda/pom.xml", "lambda/src");

    private static final Duration KEPT_UNUSED = Duration.ofDays(1);

    /** What the names of folders begin with that are not complete yet. */
    private static final String UNFINISHED = "synthesizing";

    private final Path project;
    private final Path folder;

    /** Keeps assemblies in the project's build directory, which {@code mvn clean} removes. */
    AssemblyCache(Path project) {
        this.project = project;
        this.folder = project.resolve("test/target/assemblies");
    }

    /**
     * Returns an assembly that was synthesized before, or has it made. Nobody may change what is in it.
     *
     * @param synthesis gets the directory to synthesize to; if it throws, nothing is kept
     */
    Path get(Map<String, Object> context, Consumer<Path> synthesis) {
        try {
            Files.createDirectories(folder);
            Path kept = folder.resolve(digest(context));
            if (!Files.exists(kept)) {
                Path fresh = Files.createTempDirectory(folder, UNFINISHED);
                try {
                    synthesis.accept(fresh);
                    shareFunction(fresh);
                    publish(fresh, kept);
                } finally {
                    if (Files.exists(fresh)) {
                        MoreFiles.deleteRecursively(fresh, RecursiveDeleteOption.ALLOW_INSECURE);
                    }
                }
                removeUnused();
            }
            Files.setLastModifiedTime(kept, FileTime.from(Instant.now()));
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot keep an assembly in " + folder, e);
        }
    }

    /** Has the function's jar, which is large, once for all assemblies that it is in: its name is its content's digest. */
    private void shareFunction(Path fresh) throws IOException {
        try (Stream<Path> files = Files.list(fresh);
                Stream<Path> others = Files.list(folder)) {
            Path jar = files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
            Optional<Path> same = others.filter(
                            other -> !other.getFileName().toString().startsWith(UNFINISHED))
                    .map(other -> other.resolve(jar.getFileName()))
                    .filter(Files::exists)
                    .findFirst();
            if (same.isPresent()) {
                Path link = Files.createLink(fresh.resolve("link"), same.get());
                Files.move(link, jar, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (FileSystemException | UnsupportedOperationException e) {
            // The other one was just removed, or there are no links here: it stays a copy.
        }
    }

    private static void publish(Path fresh, Path kept) throws IOException {
        try {
            Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process was faster.
            if (!Files.isDirectory(kept)) {
                throw e;
            }
        }
    }

    private void removeUnused() throws IOException {
        Instant limit = Instant.now().minus(KEPT_UNUSED);
        try (Stream<Path> assemblies = Files.list(folder)) {
            for (Path assembly : assemblies.toList()) {
                if (Files.getLastModifiedTime(assembly).toInstant().isBefore(limit)) {
                    MoreFiles.deleteRecursively(assembly, RecursiveDeleteOption.ALLOW_INSECURE);
                }
            }
        }
    }

    private String digest(Map<String, Object> context) throws IOException {
        Hasher hasher = Hashing.sha256().newHasher();
        add(hasher, JSON.writeValueAsString(context));
        for (String variable : List.of("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION")) {
            add(hasher, String.valueOf(System.getenv(variable)));
        }
        for (String source : SOURCES) {
            addFiles(hasher, project.resolve(source));
        }
        for (Object file : customViews(context)) {
            addFiles(hasher, project.resolve(String.valueOf(file)));
        }
        return hasher.hash().toString();
    }

    private static Iterable<?> customViews(Map<String, Object> context) {
        return Optional.ofNullable(context.get("customViews"))
                .filter(Map.class::isInstance)
                .<Iterable<?>>map(views -> ((Map<?, ?>) views).values())
                .orElse(List.of());
    }

    private void addFiles(Hasher hasher, Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                add(hasher, project.relativize(file).toString());
                hasher.putLong(Files.size(file)).putBytes(Files.readAllBytes(file));
            }
        }
    }

    private static void add(Hasher hasher, String text) {
        hasher.putInt(text.length()).putString(text, StandardCharsets.UTF_8);
    }
}
