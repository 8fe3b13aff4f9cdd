package com.quiltdata.athena.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void aPhaseOfManyStepsHasABarOnATerminal() {
        assertThat(new Progress(out, true).steps("Loading", 30, ProgressTest::take))
                .isEqualTo("done");
        assertThat(text()).contains("Loading", "30/30", "100%");
    }

    @Test
    void elsewhereItHasNone() {
        assertThat(new Progress(out, false).steps("Loading", 30, ProgressTest::take))
                .isEqualTo("done");
        assertThat(text()).isEmpty();
    }

    @Test
    void aPhaseIsALineWithItsSeconds() {
        new Progress(out, true).phase(() -> 13, number -> "loaded " + number + " objects");

        assertThat(text()).matches(" +\\d+\\.\\d s  loaded 13 objects\n");
    }

    @Test
    void ofManyThingsTwentyAreNamedAndTheOthersCounted() {
        Progress progress = new Progress(out, false);

        progress.list("None:", List.of());
        progress.list(
                "Many:", IntStream.range(0, 1_022).mapToObj(Integer::toString).toList());

        assertThat(text().lines()).hasSize(22).startsWith("Many:", "  0", "  1").endsWith("  19", "  … and 1,002 more");
    }

    private static String take(Runnable step) {
        IntStream.range(0, 30).forEach(number -> step.run());
        return "done";
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
