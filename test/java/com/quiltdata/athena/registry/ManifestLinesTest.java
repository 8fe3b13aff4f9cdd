package com.quiltdata.athena.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.registry.ManifestLines.DeepLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestLinesTest {
    private static final int MOST = ManifestLines.MOST_LEVELS;

    @TempDir
    private Path folder;

    @Test
    void linesThatAreNestedTooDeepAreFoundWhereverTheyAre() throws IOException {
        String deep = "[".repeat(MOST + 1);
        Path file = write(deep + "\n{}\n" + deep + "[");

        assertThat(ManifestLines.tooDeep(file))
                .containsExactly(
                        new DeepLine(1, 0, MOST + 1, MOST + 1), new DeepLine(3, MOST + 5, 2 * MOST + 7, MOST + 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{}\n\"\n%s", "\"\\\"[%1$s\"", "'[%s'", "%1$s]\n[%1$s"})
    void otherLinesAreNot(String text) throws IOException {
        assertThat(ManifestLines.tooDeep(write(text.formatted("[".repeat(MOST - 1)))))
                .isEmpty();
    }

    @Test
    void bracketsAfterATextCount() throws IOException {
        assertThat(ManifestLines.tooDeep(write("{\"a\\\"b\": " + "[".repeat(MOST))))
                .extracting(DeepLine::levels)
                .containsExactly(MOST + 1);
    }

    @Test
    void suchLinesAreEmptyInTheCopy() throws IOException {
        String deep = "[".repeat(MOST + 1);
        Path file = write("{\"ä\": 1}\n" + deep + "\n{\"b\": 2}\n" + deep);
        List<DeepLine> lines = ManifestLines.tooDeep(file);

        ManifestLines.emptyLines(file, lines, folder.resolve("copy"));

        assertThat(folder.resolve("copy")).hasContent("{\"ä\": 1}\n\n{\"b\": 2}\n");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("manifest"), text);
    }
}
