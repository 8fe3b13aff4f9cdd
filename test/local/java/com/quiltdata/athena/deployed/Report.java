package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** What all checks found. */
record Report(Map<String, Finding> findings) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MARK = 2;
    private static final int NAME = 20;
    private static final int TEXT = 76;

    /** More of them tell nobody more. */
    private static final int MOST_DETAILS = 20;

    Report {
        findings = new LinkedHashMap<>(findings);
    }

    /** How a report is printed. */
    enum Format {
        /** A table for people, 100 columns wide. */
        TEXT,
        /** One object a check for programs. */
        JSON
    }

    /** Returns the exit status: 1 if something is wrong, 2 if nothing could be checked, 0 otherwise. */
    int exitStatus() {
        List<Status> all = findings.values().stream().map(Finding::status).toList();
        return all.contains(Status.FAIL) ? 1 : all.contains(Status.PASS) ? 0 : 2;
    }

    /** Prints the report. */
    String print(Format format) {
        return switch (format) {
            case TEXT -> text();
            case JSON -> json();
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        findings.forEach((check, finding) -> {
            text.append(row(finding.status().mark(), check, finding.message()));
            List<Detail> details = finding.details();
            details.stream().limit(MOST_DETAILS).forEach(detail -> text.append(detail(detail)));
            if (details.size() > MOST_DETAILS) {
                text.append(detail(new Detail(Status.NOTE, "… and %,d more".formatted(details.size() - MOST_DETAILS))));
            }
        });
        return text.toString();
    }

    private static String row(String mark, String check, String message) {
        return table(
                List.of(mark, check, message),
                new Column(MARK, 0, Overflow.TRUNCATE),
                new Column(NAME, 0, Overflow.WRAP),
                new Column(TEXT, 0, Overflow.WRAP));
    }

    private static String detail(Detail detail) {
        return table(
                List.of("", detail.status().mark(), detail.text()),
                new Column(MARK + NAME, 0, Overflow.TRUNCATE),
                new Column(MARK, 0, Overflow.TRUNCATE),
                new Column(TEXT - MARK, 0, Overflow.WRAP));
    }

    private static String table(List<String> row, Column... columns) {
        TextTable table = TextTable.forColumns(Help.defaultColorScheme(Ansi.OFF), columns);
        table.addRowValues(row.toArray(String[]::new));
        return table.toString();
    }

    private String json() {
        ArrayNode array = JSON.createArrayNode();
        findings.forEach((check, finding) -> {
            ObjectNode object = array.addObject()
                    .put("check", check)
                    .put("status", finding.status().word())
                    .put("message", finding.message());
            ArrayNode details = object.putArray("details");
            finding.details()
                    .forEach(detail -> details.addObject()
                            .put("status", detail.status().word())
                            .put("text", detail.text()));
        });
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
