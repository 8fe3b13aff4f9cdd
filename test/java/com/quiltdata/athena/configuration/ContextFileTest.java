package com.quiltdata.athena.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextFileTest {

    @TempDir
    private Path project;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                   | is empty; without any configuration, it must be {}
            null                 | must be an object of keys and values, not null
            []                   | must be an object of keys and values, not array
            {"a": 1,~}           | line 2, column 1: Unexpected character ('}' (code 125)): was expecting double-quote to start field name
            \uFEFF{}             | must not begin with a byte order mark: save it as UTF-8 without one
            {"a": 1,~ "a": 2}    | line 2, column 5: Duplicate field 'a'
            {} {}                | line 1, column 4: Trailing token
            """)
    void whatIsWrongIsOneLine(String text, String problem) throws IOException {
        write(text.replace('~', '\n'), StandardCharsets.UTF_8);

        assertThat(problem()).startsWith(file() + ": " + problem).doesNotContain("\n");
    }

    @Test
    void anotherEncodingIsShownWhereItIs() throws IOException {
        write("{\n \"a\": \"ä\"}", StandardCharsets.ISO_8859_1);
        assertThat(problem()).isEqualTo(file() + ": line 2, column 8: must be in UTF-8");

        write("{}", StandardCharsets.UTF_16);
        assertThat(problem()).isEqualTo(file() + ": line 1, column 1: must be in UTF-8");
    }

    @Test
    void aFileThatIsMissingOrADirectoryIsNamed() throws IOException {
        assertThat(problem()).isEqualTo(file() + ": is missing");

        Files.createDirectory(file());
        assertThat(problem()).isEqualTo(file() + ": must be a file, not a directory");
    }

    @Test
    void aProjectMayDoWithoutTheFile() throws IOException {
        assertThatCode(() -> ContextFile.check(project)).doesNotThrowAnyException();

        write("[]", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ContextFile.check(project)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void anObjectIsRead() throws IOException {
        write("{\"a\": [\"ä\"], \"b\": {\"c\": 1}}", StandardCharsets.UTF_8);

        assertThat(ContextFile.read(file())).isEqualTo(Map.of("a", List.of("ä"), "b", Map.of("c", 1)));
    }

    private Path file() {
        return project.resolve("cdk.context.json");
    }

    private void write(String text, Charset charset) throws IOException {
        Files.write(file(), text.getBytes(charset));
    }

    private String problem() {
        try {
            ContextFile.read(file());
        } catch (ConfigurationException e) {
            assertThat(e.problems()).hasSize(1);
            return e.problems().getFirst();
        }
        throw new AssertionError("The file was accepted");
    }
}
