package com.quiltdata.athena.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.quiltdata.athena.local.ResultTable.Column;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How a result is printed. */
public enum ResultFormat {
    /** For people: columns side by side. */
    TABLE {
        @Override
        String print(ResultTable result) {
            List<List<String>> lines = new ArrayList<>();
            lines.add(names(result));
            result.rows()
                    .forEach(row -> lines.add(row.stream()
                            .map(value -> value == null ? "" : value.replaceAll("\\R", "⏎"))
                            .toList()));
            int[] widths = IntStream.range(0, result.columns().size())
                    .map(column -> lines.stream()
                            .mapToInt(line -> width(line.get(column)))
                            .max()
                            .orElse(0))
                    .toArray();
            String rule = IntStream.of(widths).mapToObj("─"::repeat).collect(Collectors.joining("─┼─", "─", "─\n"));
            StringBuilder text = new StringBuilder();
            for (int line = 0; line < lines.size(); line++) {
                List<String> values = lines.get(line);
                text.append(IntStream.range(0, widths.length)
                                .mapToObj(column -> padded(values.get(column), widths[column]))
                                .collect(Collectors.joining(" │ ", " ", ""))
                                .stripTrailing())
                        .append('\n');
                if (line == 0) {
                    text.append(rule);
                }
            }
            int rows = result.rows().size();
            return text.append(rows == 1 ? "(1 row)\n" : "(%d rows)\n".formatted(rows))
                    .toString();
        }
    },

    /** For spreadsheets: RFC 4180 with a header; null is an empty field without quotes, as in Athena's own files. */
    CSV {
        @Override
        String print(ResultTable result) {
            return Stream.concat(Stream.of(names(result)), result.rows().stream())
                    .map(row -> row.stream()
                            .map(value -> value == null ? "" : '"' + value.replace("\"", "\"\"") + '"')
                            .collect(Collectors.joining(",", "", "\r\n")))
                    .collect(Collectors.joining());
        }
    },

    /** For programs: one array of objects, column → value; numbers and booleans are not in quotes. */
    JSON {
        @Override
        String print(ResultTable result) {
            List<Map<String, Object>> objects = new ArrayList<>();
            for (List<String> row : result.rows()) {
                Map<String, Object> object = new LinkedHashMap<>();
                for (int column = 0; column < row.size(); column++) {
                    object.put(
                            result.columns().get(column).name(),
                            json(result.columns().get(column), row.get(column)));
                }
                objects.add(object);
            }
            try {
                return MAPPER.writeValueAsString(objects) + "\n";
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("Texts and numbers can be written", e);
            }
        }
    };

    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * Prints a result.
     *
     * @param result the result
     * @return its text, with a line end
     */
    abstract String print(ResultTable result);

    private static List<String> names(ResultTable result) {
        return result.columns().stream().map(Column::name).toList();
    }

    private static Object json(Column column, String value) {
        if (value == null) {
            return null;
        }
        return switch (column.type()) {
            case "boolean" -> Boolean.valueOf(value);
            case "tinyint", "smallint", "integer", "bigint", "decimal" -> new BigDecimal(value);
            // NaN and the infinities have no form in JSON but text.
            case "float", "real", "double" -> isFinite(value) ? (Object) new BigDecimal(value) : value;
            default -> value;
        };
    }

    private static boolean isFinite(String number) {
        return Double.isFinite(Double.parseDouble(number));
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - width(text));
    }
}
