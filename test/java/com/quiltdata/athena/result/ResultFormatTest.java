package com.quiltdata.athena.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.command.Output;
import com.quiltdata.athena.result.ResultTable.Column;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFormatTest {
    private static final ResultTable SMALL = new ResultTable(
            List.of(new Column("größe", "bigint"), new Column("b", "varchar")),
            List.of(List.of("1", "x\ny"), Arrays.asList(null, "\"z\"")),
            0);

    @Test
    void aTableHasItsColumnsSideBySide() {
        assertThat(ResultFormat.TABLE.print(SMALL)).isEqualTo("""
                         größe │ b
                        ───────┼─────
                         1     │ x⏎y
                               │ "z"
                        (2 rows)
                        """);
    }

    @Test
    void csvTellsNullFromText() {
        assertThat(ResultFormat.CSV.print(SMALL)).isEqualTo("\"größe\",\"b\"\r\n\"1\",\"x\ny\"\r\n,\"\"\"z\"\"\"\r\n");
    }

    @Test
    void jsonIsOneArrayOfObjects() {
        assertThat(ResultFormat.JSON.print(SMALL)).isEqualTo("""
                        [ {
                          "größe" : 1,
                          "b" : "x\\ny"
                        }, {
                          "größe" : null,
                          "b" : "\\"z\\""
                        } ]
                        """);
        assertThat(ResultFormat.JSON.print(new ResultTable(List.of(new Column("a", "bigint")), List.of(), 0)))
                .isEqualTo("[ ]\n");
    }

    @Test
    void columnsOfOneNameAreAllInAnObject() {
        List<Column> columns = Arrays.stream("a,a,a_2,a,b".split(","))
                .map(name -> new Column(name, "bigint"))
                .toList();

        assertThat(ResultFormat.JSON
                        .print(new ResultTable(columns, List.of(List.of("1", "2", "3", "4", "5")), 0))
                        .replaceAll("\\s", ""))
                .isEqualTo("[{\"a\":1,\"a_3\":2,\"a_2\":3,\"a_4\":4,\"b\":5}]");
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            Output output = new Output(full);

            assertThatThrownBy(() -> output.print(SMALL, ResultFormat.CSV))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Standard output cannot be written: No space left on device");
            assertThat(output.failure()).isPresent();
        }
    }

    /** A table's rows are read before, once, for its columns' widths. */
    @ParameterizedTest
    @CsvSource({"CSV, 0", "JSON, 0", "TABLE, 5000"})
    void rowsAreWrittenAsTheyComeAndAClosedPipeEndsThatQuietly(ResultFormat format, int before) {
        Output output = new Output(new ClosedPipe(100_000));
        ManyRows rows = new ManyRows();

        assertThatCode(() -> output.print(rows, format)).doesNotThrowAnyException();

        assertThat(output.failure()).isEmpty();
        assertThat(rows.given.get() - before).isBetween(40, 100);
    }

    @Test
    void textIsUtf8() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        new Output(bytes).print(SMALL, ResultFormat.CSV);

        assertThat(bytes.toString(StandardCharsets.UTF_8)).startsWith("\"größe\"");
    }

    /** Rows of 2 kB that nobody holds. */
    private static final class ManyRows implements QueryResult {
        private static final int ROWS = 5_000;

        private final AtomicInteger given = new AtomicInteger();

        @Override
        public List<Column> columns() {
            return List.of(new Column("a", "varchar"));
        }

        @Override
        public Iterable<List<String>> rows() {
            return () -> IntStream.range(0, ROWS)
                    .mapToObj(number -> {
                        given.incrementAndGet();
                        return List.of(Integer.toString(number) + "x".repeat(2_000));
                    })
                    .iterator();
        }
    }

    /** Takes so many bytes, and is then what a pipe is whose reader is gone. */
    private static final class ClosedPipe extends OutputStream {
        private final long most;
        private long bytes;

        private ClosedPipe(long most) {
            this.most = most;
        }

        @Override
        public void write(int character) throws IOException {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            bytes += length;
            if (bytes > most) {
                throw new IOException("Broken pipe");
            }
        }
    }

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
