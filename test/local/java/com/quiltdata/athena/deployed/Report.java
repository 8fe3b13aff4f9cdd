package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** What all checks found. */
record Report(List<Checked> all) {
    private static final int MARK = 2;
    private static final int NAME = 20;
    private static final int TEXT = 76;

    /** More of them tell nobody more. */
    private static final int MOST_DETAILS = 20;

    /** What the check of a name found. */
    record Checked(String check, @JsonUnwrapped Finding finding) {}

    /** How a report is printed. */
    enum Format {
        /** A table for people, 100 columns wide. */
        TEXT,
        /** One object a check for programs. */
        JSON
    }

    /** Returns the exit status: 1 if something is wrong, 2 if nothing could be checked, 0 otherwise. */
    int exitStatus() {
        List<Status> statuses =
                all.stream().map(each -> each.finding().status()).toList();
        return statuses.contains(Status.FAIL) ? 1 : statuses.contains(Status.PASS) ? 0 : 2;
    }

    /** Prints the report. */
    String print(Format format) {
        if (format == Format.TEXT) {
            StringBuilder text = new StringBuilder();
            all.forEach(each -> print(each, text));
            return text.toString();
        }
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void print(Checked checked, StringBuilder text) {
        Finding finding = checked.finding();
        text.append(row(MARK, finding.status().mark(), NAME, checked.check(), TEXT, finding.message()));
        List<Detail> details = finding.details();
        details.stream().limit(MOST_DETAILS).forEach(detail -> text.append(detail(detail.status(), detail.text())));
        if (details.size() > MOST_DETAILS) {
            text.append(detail(Status.NOTE, "… and %,d more".formatted(details.size() - MOST_DETAILS)));
        }
    }

    private static String detail(Status status, String text) {
        return row(MARK + NAME, "", MARK, status.mark(), TEXT - MARK, text);
    }

    private static String row(int first, String mark, int second, String name, int third, String text) {
        TextTable table = TextTable.forColumns(
                Help.defaultColorScheme(Ansi.OFF),
                new Column(first, 0, Overflow.TRUNCATE),
                new Column(second, 0, Overflow.WRAP),
                new Column(third, 0, Overflow.WRAP));
        table.addRowValues(mark, name, text);
        return table.toString();
    }
}
