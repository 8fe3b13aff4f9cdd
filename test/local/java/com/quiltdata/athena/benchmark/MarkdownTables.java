package com.quiltdata.athena.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables that benchmarks print. */
final class MarkdownTables {
    private MarkdownTables() {}

    /**
     * Finds the rows of all tables that have some columns.
     *
     * @param markdown a text with tables in it
     * @return the rows, in the text's order, column → value
     */
    static List<Map<String, String>> rows(String markdown, String... columns) {
        List<Map<String, String>> rows = new ArrayList<>();
        List<String> names = List.of();
        for (String line : markdown.lines().toList()) {
            if (!line.startsWith("|")) {
                names = List.of();
            } else if (names.isEmpty()) {
                names = cells(line);
            } else if (names.containsAll(List.of(columns)) && !line.startsWith("| --")) {
                rows.add(row(names, cells(line)));
            }
        }
        return rows;
    }

    /** Returns a printed number. */
    static double number(String text) {
        return Double.parseDouble(text.replace(",", ""));
    }

    private static Map<String, String> row(List<String> names, List<String> cells) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int column = 0; column < names.size(); column++) {
            row.put(names.get(column), cells.get(column));
        }
        return row;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.replaceFirst("^[|]", "").split("[|]"))
                .map(String::strip)
                .toList();
    }
}
