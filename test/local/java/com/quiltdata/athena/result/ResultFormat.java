package com.quiltdata.athena.result;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.quiltdata.athena.result.ResultTable.Column;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a result is printed, row by row. */
public enum ResultFormat {
    /** For people: columns side by side. */
    TABLE {
        /** Reads the rows twice: how wide a column is, is known at the end. */
        @Override
        public void print(QueryResult result, Writer out) throws IOException {
            List<String> names = result.columns().stream().map(Column::name).toList();
            int[] widths = names.stream().mapToInt(ResultFormat::width).toArray();
            long rows = 0;
            for (List<String> row : result.rows()) {
                for (int column = 0; column < widths.length; column++) {
                    widths[column] = Math.max(widths[column], width(shown(row.get(column))));
                }
                rows++;
            }
            out.write(line(names, widths));
            out.write(IntStream.of(widths).mapToObj("─"::repeat).collect(Collectors.joining("─┼─", "─", "─\n")));
            for (List<String> row : result.rows()) {
                out.write(line(row, widths));
            }
            out.write(rows == 1 ? "(1 row)\n" : "(%d rows)\n".formatted(rows));
        }
    },

    /** For spreadsheets: RFC 4180 with a header; null is an empty field without quotes, as in Athena's own files. */
    CSV {
        @Override
        public void print(QueryResult result, Writer out) throws IOException {
            out.write(record(result.columns().stream().map(Column::name).toList()));
            for (List<String> row : result.rows()) {
                out.write(record(row));
            }
        }

        private static String record(List<String> row) {
            return row.stream()
                    .map(value -> value == null ? "" : '"' + value.replace("\"", "\"\"") + '"')
                    .collect(Collectors.joining(",", "", "\r\n"));
        }
    },

    /**
     * For programs: one array of objects, column → value; numbers and booleans are not in quotes. Of columns with one
     * name, the second one is {@code name_2}.
     */
    JSON {
        @Override
        public void print(QueryResult result, Writer out) throws IOException {
            List<String> names = distinctNames(result.columns());
            try (SequenceWriter objects = MAPPER.writerWithDefaultPrettyPrinter()
                    .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .without(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM)
                    .writeValuesAsArray(out)) {
                for (List<?> row : result.values()) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    for (int column = 0; column < row.size(); column++) {
                        object.put(names.get(column), json(result.columns().get(column), row.get(column)));
                    }
                    objects.write(object);
                }
            }
            out.write("\n");
        }
    };

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .build();
    private static final Pattern LINE_BREAK = Pattern.compile("\\R");

    /**
     * Prints a result.
     *
     * @param out gets its text, with a line end
     */
    public abstract void print(QueryResult result, Writer out) throws IOException;

    /**
     * Prints a result that is small.
     *
     * @return its text, with a line end
     */
    public String print(QueryResult result) {
        StringWriter text = new StringWriter();
        try {
            print(result, text);
        } catch (IOException e) {
            throw new UncheckedIOException("A text takes everything", e);
        }
        return text.toString();
    }

    private static List<String> distinctNames(List<Column> columns) {
        Set<String> taken = columns.stream().map(Column::name).collect(Collectors.toCollection(HashSet::new));
        Set<String> used = new HashSet<>();
        return columns.stream()
                .map(Column::name)
                .map(name -> used.add(name)
                        ? name
                        : IntStream.iterate(2, number -> number + 1)
                                .mapToObj(number -> name + "_" + number)
                                .filter(taken::add)
                                .findFirst()
                                .orElseThrow())
                .toList();
    }

    private static Object json(Column column, Object typed) {
        if (!(typed instanceof String value)) {
            return structured(typed);
        }
        return switch (column.type()) {
            case "boolean" -> Boolean.valueOf(value);
            case "tinyint", "smallint", "integer", "bigint", "decimal" -> new BigDecimal(value);
            // NaN and the infinities have no form in JSON but text.
            case "float", "real", "double" -> isFinite(value) ? (Object) new BigDecimal(value) : value;
            default -> value;
        };
    }

    /** Arrays and objects; numbers stay exact. */
    private static Object structured(Object value) {
        return switch (value) {
            case null -> null;
            case List<?> elements ->
                elements.stream().map(ResultFormat::structured).collect(Collectors.toCollection(ArrayList::new));
            case Map<?, ?> entries -> {
                Map<String, Object> object = new LinkedHashMap<>();
                entries.forEach((key, of) -> object.put(String.valueOf(key), structured(of)));
                yield object;
            }
            case Number number ->
                Double.isFinite(number.doubleValue()) ? new BigDecimal(number.toString()) : number.toString();
            case Boolean truth -> truth;
            default -> value.toString();
        };
    }

    private static boolean isFinite(String number) {
        return Double.isFinite(Double.parseDouble(number));
    }

    private static String line(List<String> row, int[] widths) {
        return IntStream.range(0, widths.length)
                        .mapToObj(column -> padded(shown(row.get(column)), widths[column]))
                        .collect(Collectors.joining(" │ ", " ", ""))
                        .stripTrailing()
                + "\n";
    }

    private static String shown(String value) {
        return value == null ? "" : LINE_BREAK.matcher(value).replaceAll("⏎");
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - width(text));
    }
}
