package com.quiltdata.athena.local.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.TestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyCacheTest {
    private static final String JAR = "asset.0f1e.jar";

    @TempDir
    private Path project;

    private AssemblyCache cache;

    @BeforeEach
    void makeProject() throws IOException {
        for (String source : List.of("src/main/App.java", "src/pom.xml", "lambda/src/Handler.java", "lambda/pom.xml")) {
            Files.createDirectories(project.resolve(source).getParent());
            Files.writeString(project.resolve(source), source);
        }
        Files.writeString(project.resolve("pom.xml"), "");
        cache = new AssemblyCache(project);
    }

    @Test
    void anAssemblyIsMadeOnceUntilASourceOrTheContextChanges() throws IOException {
        Path first = cache.get(Map.of("a", 1, "b", 2), assembly("first"));

        assertThat(cache.get(Map.of("b", 2, "a", 1), assembly("again"))).isEqualTo(first);
        assertThat(first.resolve("manifest.json")).hasContent("first");
        assertThat(cache.get(Map.of("a", 2), assembly("other"))).isNotEqualTo(first);
        Files.writeString(project.resolve("src/main/App.java"), "changed");
        assertThat(cache.get(Map.of("a", 1, "b", 2), assembly("changed"))).isNotEqualTo(first);
    }

    @Test
    void assembliesShareTheirFunctionAndNothingElse() throws IOException {
        Path one = cache.get(Map.of("a", 1), assembly("one"));
        Path other = cache.get(Map.of("a", 2), assembly("other"));

        assertThat(Files.isSameFile(one.resolve(JAR), other.resolve(JAR))).isTrue();
        assertThat(other.resolve(JAR)).hasContent("function");
        assertThat(one.resolve("manifest.json")).hasContent("one");
        assertThat(TestFiles.list(other)).hasSize(2);
    }

    @Test
    void nothingIsKeptOfASynthesisThatFails() {
        assertThatThrownBy(() -> cache.get(Map.of("a", 1), directory -> {
                    assembly("failing").accept(directory);
                    throw new IllegalArgumentException("quiltBuckets: wrong");
                }))
                .hasMessage("quiltBuckets: wrong");

        assertThat(TestFiles.list(project.resolve("test/target/assemblies"))).isEmpty();
    }

    private static Consumer<Path> assembly(String manifest) {
        return directory -> {
            try {
                Files.writeString(directory.resolve("manifest.json"), manifest);
                Files.writeString(directory.resolve(JAR), "function");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
