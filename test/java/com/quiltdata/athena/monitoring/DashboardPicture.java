package com.quiltdata.athena.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Draws a dashboard from its definition: a box for each graph where CloudWatch puts it, with its title, what it shows and
 * the metrics that it is made of. The colors follow the reader's, light or dark.
 */
final class DashboardPicture {
    private static final int COLUMN = 40;
    private static final int ROW = 26;
    private static final int COLUMNS = 24;
    private static final int GAP = 4;
    private static final int MARGIN = 14;
    private static final int LINE = 18;

    /** What fits into a column, of the titles' letters. */
    private static final double LETTERS_OF_A_COLUMN = 5.2;

    private static final String STYLE = """
              <style>
                text { font-family: sans-serif; font-size: 13px; fill: #1f2328; }
                .title { font-weight: bold; }
                .unit { font-style: italic; }
                .metric { font-family: monospace; font-size: 11px; fill: #59636e; }
                rect { fill: #f6f8fa; stroke: #d1d9e0; }
                @media (prefers-color-scheme: dark) {
                  text { fill: #f0f6fc; }
                  .metric { fill: #9198a1; }
                  rect { fill: #151b23; stroke: #3d444d; }
                }
              </style>
            """;

    private final StringBuilder svg = new StringBuilder();

    private DashboardPicture() {}

    /** Draws a dashboard. */
    static String of(JsonNode body) {
        DashboardPicture picture = new DashboardPicture();
        int rows = 0;
        for (JsonNode widget : body.path("widgets")) {
            rows = Math.max(
                    rows, widget.path("y").asInt() + widget.path("height").asInt());
        }
        picture.svg.append("""
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
                          <title>The graphs of the dashboard, their units and their metrics</title>
                        """.formatted(COLUMNS * COLUMN, rows * ROW)).append(STYLE);
        body.path("widgets").forEach(picture::draw);
        return picture.svg.append("</svg>\n").toString();
    }

    private void draw(JsonNode widget) {
        int x = widget.path("x").asInt() * COLUMN;
        int y = widget.path("y").asInt() * ROW;
        int width = widget.path("width").asInt();
        svg.append("  <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n"
                .formatted(
                        x + GAP,
                        y + GAP,
                        width * COLUMN - 2 * GAP,
                        widget.path("height").asInt() * ROW - 2 * GAP));
        int line = y + MARGIN + LINE / 2 + GAP;
        JsonNode properties = widget.path("properties");
        for (String part : wrapped(properties.path("title").asText(), (int) (width * LETTERS_OF_A_COLUMN))) {
            line = text("title", x, line, part);
        }
        line = text("unit", x, line, properties.at("/yAxis/left/label").asText());
        line = text("shown", x, line, String.join(" · ", shown(properties.path("metrics"))));
        for (String metric : metrics(properties.path("metrics"))) {
            line = text("metric", x, line, metric);
        }
    }

    private int text(String style, int x, int y, String text) {
        svg.append("  <text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n"
                .formatted(style, x + MARGIN, y, text.replace("&", "&amp;").replace("<", "&lt;")));
        return y + LINE;
    }

    /** The labels of what is not hidden. */
    private static Set<String> shown(JsonNode metrics) {
        Set<String> labels = new LinkedHashSet<>();
        for (JsonNode metric : metrics) {
            JsonNode options = metric.path(metric.size() - 1);
            if (options.path("visible").asBoolean(true)) {
                labels.add(options.path("label").asText());
            }
        }
        return labels;
    }

    private static Set<String> metrics(JsonNode metrics) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode metric : metrics) {
            if (metric.size() > 1) {
                names.add("%s %s"
                        .formatted(metric.path(0).asText(), metric.path(1).asText()));
            }
        }
        return names;
    }

    private static List<String> wrapped(String text, int longest) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > longest) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
