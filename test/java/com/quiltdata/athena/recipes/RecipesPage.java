package com.quiltdata.athena.recipes;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.local.ResultTable;
import com.quiltdata.athena.local.ResultTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page in which each block of SQL is either a recipe, with its result in a table below it, or the file of a custom view,
 * whose name is in its first line: {@code -- views/name.sql}.
 */
final class RecipesPage {
    private static final Pattern CUSTOM_VIEW = Pattern.compile("-- views/(\\w+)[.]sql");
    private static final Set<String> NUMBERS = Set.of("bigint", "double", "integer");

    private final Path file;
    private final List<Recipe> recipes = new ArrayList<>();
    private final Map<String, String> customViews = new TreeMap<>();

    /**
     * Reads the page.
     *
     * @param file Markdown
     */
    RecipesPage(Path file) {
        this.file = file;
        List<String> lines = lines();
        String heading = "";
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line).startsWith("#")) {
                heading = lines.get(line).replaceFirst("#+ ", "");
            } else if (lines.get(line).equals("```sql")) {
                int end = next(lines, line, text -> text.equals("```"));
                add(heading, lines.subList(line + 1, end), table(lines, end + 1));
                line = end;
            }
        }
    }

    /**
     * A query and its result.
     *
     * @param title the heading that it is under, with its number there from the second one on
     * @param sql the query
     * @param result the table below it; empty where there is none
     */
    record Recipe(String title, String sql, String result) {
        @Override
        public String toString() {
            return title;
        }
    }

    /** Returns the recipes, in the page's order. */
    List<Recipe> recipes() {
        return recipes;
    }

    /** Returns the custom views, name → the file's text. */
    Map<String, String> customViews() {
        return customViews;
    }

    /** Puts another table below a recipe. */
    void write(Recipe recipe, String result) throws IOException {
        List<String> lines = new ArrayList<>(lines());
        String text = String.join("\n", lines) + "\n";
        String block = "```sql\n" + recipe.sql() + "```\n";
        String old = recipe.result().isEmpty() ? block : block + "\n" + recipe.result();
        Files.writeString(file, text.replace(old, block + "\n" + result));
    }

    /** Returns a result as the page shows it: nulls are empty, numbers are on the right. */
    static String table(ResultTable result) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(result.columns().stream().map(Column::name).toList());
        rows.add(result.columns().stream()
                .map(column -> NUMBERS.contains(column.type()) ? "---:" : "---")
                .toList());
        rows.addAll(result.rows());
        return rows.stream().map(RecipesPage::row).collect(Collectors.joining());
    }

    private static String row(List<String> values) {
        return values.stream()
                .map(value -> value == null ? "" : " " + value.replace("|", "\\|"))
                .collect(Collectors.joining(" |", "|", " |\n"));
    }

    private void add(String heading, List<String> sql, List<String> table) {
        Matcher customView = CUSTOM_VIEW.matcher(sql.getFirst());
        if (customView.matches()) {
            customViews.put(customView.group(1), text(sql));
        } else {
            long before = recipes.stream()
                    .filter(recipe -> recipe.title().replaceFirst(" \\d+$", "").equals(heading))
                    .count();
            String title = before == 0 ? heading : heading + " " + (before + 1);
            recipes.add(new Recipe(title, text(sql), text(table)));
        }
    }

    private List<String> lines() {
        return TestFiles.text(file).lines().toList();
    }

    private static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** Returns the lines of the table that begins after one empty line. */
    private static List<String> table(List<String> lines, int position) {
        int start = position + 1;
        return lines.get(position).isEmpty() && lines.get(start).startsWith("|")
                ? lines.subList(start, next(lines, start, line -> !line.startsWith("|")))
                : List.of();
    }

    /** Returns the number of the first line after another that meets a condition, or that of the page's end. */
    private static int next(List<String> lines, int from, Predicate<String> condition) {
        int line = from + 1;
        while (line < lines.size() && !condition.test(lines.get(line))) {
            line++;
        }
        return line;
    }
}
