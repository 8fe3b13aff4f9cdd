package com.quiltdata.athena.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.registry.RegistryFiles.RegistryFile;
import com.quiltdata.athena.registry.RegistryFiles.Skipped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFilesTest {

    @TempDir
    private Path folder;

    private Path packages;

    @BeforeEach
    void makeRegistry() throws IOException {
        packages = Files.createDirectories(folder.resolve(".quilt/packages"));
        Files.writeString(packages.resolve("abc"), "{}");
    }

    @Test
    void namesAreKeysAsTheyAreABackslashToo() throws IOException {
        Files.createFile(packages.resolve("größe\\1"));

        assertThat(RegistryFiles.in(folder).found())
                .extracting(RegistryFile::key)
                .containsExactly(".quilt/packages/abc", ".quilt/packages/größe\\1");
    }

    @Test
    void linksToFilesAndToTheRegistryAreFollowed() throws IOException {
        Files.createSymbolicLink(packages.resolve("link"), packages.resolve("abc"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(other.resolve(".quilt"), folder.resolve(".quilt"));

        assertThat(RegistryFiles.in(other).found())
                .extracting(RegistryFile::key)
                .containsExactly(".quilt/packages/abc", ".quilt/packages/link");
    }

    @Test
    void whatIsNotLoadedIsNamedWithTheReason() throws Exception {
        Files.createSymbolicLink(packages.resolve("dangling"), Path.of("nothing"));
        Files.createSymbolicLink(packages.resolve("loop"), folder);
        Files.createFile(packages.resolve("secret"));
        shell(
                "mkfifo pipe && touch \"$(printf 'bad\\377')\" \"$(printf 'new\\nline\\377')\" && mkdir \"$(printf 'dir\\377')\""
                        + " && touch \"$(printf 'dir\\377')/file\"");

        RegistryFiles files = RegistryFiles.in(folder, file -> !file.endsWith("secret"));

        assertThat(files.found()).extracting(RegistryFile::key).containsExactly(".quilt/packages/abc");
        assertThat(files.skipped())
                .containsExactly(
                        new Skipped(".quilt/packages/bad\uFFFD", "a file whose name is not UTF-8"),
                        new Skipped(".quilt/packages/dangling", "a symbolic link to nothing"),
                        new Skipped(".quilt/packages/dir\uFFFD", "a folder whose name is not UTF-8"),
                        new Skipped(".quilt/packages/loop", "a symbolic link to a folder"),
                        new Skipped(".quilt/packages/new\\u000aline\uFFFD", "a file whose name is not UTF-8"),
                        new Skipped(".quilt/packages/pipe", "neither a file nor a folder"),
                        new Skipped(".quilt/packages/secret", "not readable: permission denied"));
    }

    @Test
    void aRegistryThatIsNotThereIsNamed() {
        Path nowhere = folder.resolve("nowhere");

        assertThatThrownBy(() -> RegistryFiles.in(nowhere))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(nowhere + "/.quilt cannot be read: ");
    }

    private void shell(String script) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("bash", "-c", script)
                        .directory(packages.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }
}
