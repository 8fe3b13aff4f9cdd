package com.quiltdata.athena.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqlTemplateTest {
    @Test
    void aCheckoutWithOtherLineEndsMakesTheSameViews() throws Exception {
        Path beside = Path.of(
                SqlTemplateTest.class.getResource("SqlTemplateTest.class").toURI());
        Files.writeString(beside.resolveSibling("line_ends.sql"), "SELECT ${column}\r\nFROM t\r\n");

        assertThat(SqlTemplate.fill("line_ends.sql", Map.of("column", "a"))).isEqualTo("SELECT a\nFROM t");
    }
}
