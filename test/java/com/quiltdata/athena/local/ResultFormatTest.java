package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.ResultTable.Column;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFormatTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            tinyint, 1, 1
            smallint, -2, -2
            integer, 3, 3
            bigint, 4300000000, 4300000000
            decimal, 0.10, 0.10
            real, 1.5, 1.5
            float, 1.5, 1.5
            double, 2.5, 2.5
            double, NaN, "NaN"
            double, Infinity, "Infinity"
            boolean, true, true
            varchar, 12, "12"
            varchar, true, "true"
            date, 2026-01-02, "2026-01-02"
            bigint, , null
            """, quoteCharacter = '`')
    void inJsonNumbersAndBooleansAreNotInQuotes(String type, String value, String json) {
        ResultTable result = new ResultTable(List.of(new Column("a", type)), List.of(Arrays.asList(value)), 0);

        assertThat(ResultFormat.JSON.print(result)).isEqualTo("[ {\n  \"a\" : " + json + "\n} ]\n");
    }
}
