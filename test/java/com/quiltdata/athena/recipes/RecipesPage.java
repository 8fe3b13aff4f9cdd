package com.quiltdata.athena.recipes;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.result.ResultTable;
import com.quiltdata.athena.result.ResultTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page in which each block of SQL is either a recipe, with its result in a table below it, or the file of a custom view,
 * whose name is in its first line: {@code -- views/name.sql}.
 */
final class RecipesPage {
    private static final Pattern PARTS = Pattern.compile(
            "^#+ (?<heading>.+)$|^```sql\\n(?<sql>(?s:.+?))^```\\n(?:\\n(?<result>(?:[|].*\\n)+))?", Pattern.MULTILINE);
    private static final Pattern CUSTOM_VIEW = Pattern.compile("^-- views/(\\w+)[.]sql\\n");
    private static final Set<String> NUMBERS = Set.of("bigint", "double", "integer");

    private final Path file;
    private final List<Recipe> recipes = new ArrayList<>();
    private final Map<String, String> customViews = new TreeMap<>();

    /** Reads the page. */
    RecipesPage(Path file) {
        this.file = file;
        Matcher parts = PARTS.matcher(TestFiles.text(file));
        String heading = "";
        while (parts.find()) {
            if (parts.group("heading") != null) {
                heading = parts.group("heading");
            } else {
                add(heading, parts.group("sql"), parts.group("result"));
            }
        }
    }

    private void add(String heading, String sql, String result) {
        Matcher customView = CUSTOM_VIEW.matcher(sql);
        if (customView.find()) {
            customViews.put(customView.group(1), sql);
        } else {
            recipes.add(new Recipe(heading, sql, Objects.requireNonNullElse(result, "")));
        }
    }

    /**
     * A query and its result.
     *
     * @param heading what it is under
     * @param sql the query
     * @param result the table below it; empty where there is none
     */
    record Recipe(String heading, String sql, String result) {
        @Override
        public String toString() {
            return heading;
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
        String block = "```sql\n" + recipe.sql() + "```\n";
        String old = recipe.result().isEmpty() ? block : block + "\n" + recipe.result();
        Files.writeString(file, TestFiles.text(file).replace(old, block + "\n" + result));
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
}
