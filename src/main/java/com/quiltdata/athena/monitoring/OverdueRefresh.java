package com.quiltdata.athena.monitoring;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * When a refresh is overdue: no execution has succeeded for the longest time between two starts, once more that time for
 * a refresh that takes long (a day at most), and an hour.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in EventBridge
 *     Scheduler</a>
 */
final class OverdueRefresh {

    /**
     * The longest that CloudWatch looks back with periods of an hour.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html">PutMetricAlarm</a>:
     *     7 days
     */
    private static final Duration LONGEST_WINDOW = Duration.ofDays(7);

    private static final Duration LONGEST_RUN = Duration.ofDays(1);

    private static final Pattern RATE = Pattern.compile("rate\\((\\d+) (minute|hour|day)s?\\)");
    private static final Pattern CRON = Pattern.compile("cron\\((.*)\\)");

    private static final List<String> WEEK = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private OverdueRefresh() {}

    /**
     * How long without a success is too long.
     *
     * @return whole hours; empty if CloudWatch does not look back so far, or the schedule is not for every week
     */
    static OptionalInt hours(String schedule) {
        return longestInterval(schedule)
                .map(interval -> interval.plus(interval.compareTo(LONGEST_RUN) < 0 ? interval : LONGEST_RUN)
                        .plusHours(1))
                .filter(window -> window.compareTo(LONGEST_WINDOW) <= 0)
                .map(window -> OptionalInt.of((int) window.plusMinutes(59).toHours()))
                .orElse(OptionalInt.empty());
    }

    private static Optional<Duration> longestInterval(String schedule) {
        Matcher rate = RATE.matcher(schedule);
        if (rate.matches()) {
            long number = Long.parseLong(rate.group(1));
            return Optional.of(
                    switch (rate.group(2)) {
                        case "minute" -> Duration.ofMinutes(number);
                        case "hour" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
        }
        Matcher cron = CRON.matcher(schedule);
        return cron.matches() ? longestInterval(cron.group(1).split(" ")) : Optional.empty();
    }

    /** Whatever minutes and hours are given, there is a start on each day, and with every hour one in each. */
    private static Optional<Duration> longestInterval(String... cron) {
        String hours = cron[1];
        String daysOfMonth = cron[2];
        String months = cron[3];
        String daysOfWeek = cron[4];
        String years = cron[5];
        if (!isEvery(daysOfMonth) || !isEvery(months) || !isEvery(years)) {
            return Optional.empty();
        }
        if (isEvery(daysOfWeek)) {
            return Optional.of(hours.equals("*") ? Duration.ofHours(1) : Duration.ofDays(1));
        }
        return longestPause(daysOfWeek).map(days -> Duration.ofDays(days));
    }

    private static boolean isEvery(String field) {
        return field.equals("*") || field.equals("?");
    }

    /** The most days from one day of the week to the next that is listed. */
    private static Optional<Integer> longestPause(String daysOfWeek) {
        TreeSet<Integer> days = new TreeSet<>();
        for (String range : daysOfWeek.split(",")) {
            List<Integer> ends =
                    Stream.of(range.split("-")).map(OverdueRefresh::day).toList();
            // Others are days of a month ("6#3", "L"), or steps.
            if (ends.size() > 2 || ends.contains(-1) || ends.get(0) > ends.get(ends.size() - 1)) {
                return Optional.empty();
            }
            IntStream.rangeClosed(ends.get(0), ends.get(ends.size() - 1)).forEach(days::add);
        }
        int[] sorted = Stream.concat(days.stream(), Stream.of(days.first() + WEEK.size()))
                .mapToInt(Integer::intValue)
                .toArray();
        return IntStream.range(1, sorted.length)
                .map(i -> sorted[i] - sorted[i - 1])
                .boxed()
                .max(Integer::compare);
    }

    /** 0 for Sunday, or -1. */
    private static int day(String name) {
        return name.matches("[1-7]") ? Integer.parseInt(name) - 1 : WEEK.indexOf(name.toUpperCase(Locale.ROOT));
    }
}
