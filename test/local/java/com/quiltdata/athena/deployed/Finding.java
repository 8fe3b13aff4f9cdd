package com.quiltdata.athena.deployed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a check found. */
record Finding(Status status, String message, List<Detail> details) {

    private static final int LONGEST_TEXT = 100;

    Finding {
        details = List.copyOf(details);
    }

    /** Whether something is right. */
    enum Status {
        /** It is. */
        PASS("✔"),
        /** It is not. */
        FAIL("✘"),
        /** That cannot be told. */
        NOT_CHECKED("–"),
        /** It is neither: something to know. */
        NOTE("·");

        private final String mark;

        Status(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }

        /** The word for programs. */
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

    /** Details, from which the whole finding follows: wrong if one is wrong, not known if one is not known. */
    static final class Details {
        private final List<Detail> all = new ArrayList<>();

        void fail(String text) {
            all.add(new Detail(Status.FAIL, text));
        }

        void notChecked(String text) {
            all.add(new Detail(Status.NOT_CHECKED, text));
        }

        void note(String text) {
            all.add(new Detail(Status.NOTE, text));
        }

        void addAll(List<Detail> details) {
            all.addAll(details);
        }

        List<Detail> all() {
            return List.copyOf(all);
        }

        long failures() {
            return count(Status.FAIL);
        }

        private long count(Status status) {
            return all.stream().filter(detail -> detail.status() == status).count();
        }

        /** Makes the finding; the worst comes first. */
        Finding finding(String message) {
            Status status =
                    failures() > 0 ? Status.FAIL : count(Status.NOT_CHECKED) > 0 ? Status.NOT_CHECKED : Status.PASS;
            List<Detail> sorted = new ArrayList<>(all);
            sorted.sort((one, other) -> Integer.compare(rank(one), rank(other)));
            return new Finding(status, message, sorted);
        }

        private static int rank(Detail detail) {
            return detail.status() == Status.FAIL ? 0 : detail.status() == Status.NOT_CHECKED ? 1 : 2;
        }
    }
}
