package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a check found. */
record Finding(Status status, String message, List<Detail> details) {

    private static final int LONGEST_TEXT = 100;

    Finding {
        details = List.copyOf(details);
    }

    /** Whether something is right; the worst is first. */
    enum Status {
        FAIL("✘"),
        /** It cannot be told. */
        NOT_CHECKED("–"),
        /** Neither right nor wrong: something to know. */
        NOTE("·"),
        PASS("✔");

        private final String mark;

        Status(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }

        /** The word for programs. */
        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One thing that a check found. */
    record Detail(Status status, String text) {}

    /** Counts things: "1 table", "2 tables". */
    static String count(long number, String thing) {
        return "%,d %s%s".formatted(number, thing, number == 1 ? "" : "s");
    }

    /** Returns as much of somebody else's text as a detail has room for; null stays null. */
    static String shortened(String text) {
        return text == null || text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    /** Nothing could be checked. */
    static Finding notChecked(String reason) {
        return new Finding(Status.NOT_CHECKED, reason, List.of());
    }

    /**
     * Details, from which the whole finding follows: wrong if one is wrong, not known if one is not known. Texts are
     * formats, if something is given to be filled in.
     */
    static final class Details {
        private final List<Detail> all = new ArrayList<>();

        void fail(String text, Object... values) {
            add(Status.FAIL, text, values);
        }

        void notChecked(String text, Object... values) {
            add(Status.NOT_CHECKED, text, values);
        }

        void note(String text, Object... values) {
            add(Status.NOTE, text, values);
        }

        private void add(Status status, String text, Object... values) {
            all.add(new Detail(status, values.length == 0 ? text : text.formatted(values)));
        }

        void addAll(List<Detail> details) {
            all.addAll(details);
        }

        List<Detail> all() {
            return List.copyOf(all);
        }

        long failures() {
            return all.stream().filter(detail -> detail.status() == Status.FAIL).count();
        }

        /** Makes the finding, with the worst first. */
        Finding finding(String right, String wrong) {
            List<Detail> sorted = new ArrayList<>(all);
            sorted.sort(Comparator.comparing(Detail::status));
            Status worst = sorted.stream()
                    .map(Detail::status)
                    .filter(status -> status != Status.NOTE)
                    .findFirst()
                    .orElse(Status.PASS);
            return new Finding(worst, worst == Status.FAIL ? wrong : right, sorted);
        }
    }
}
