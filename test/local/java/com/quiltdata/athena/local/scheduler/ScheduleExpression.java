package com.quiltdata.athena.local.scheduler;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a schedule is due, in UTC.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in EventBridge
 *     Scheduler</a>
 */
final class ScheduleExpression {
    private static final Pattern RATE = Pattern.compile("rate\\(([1-9][0-9]{0,8}) (minute|hour|day)s?\\)");
    private static final Pattern CRON = Pattern.compile("cron\\((.+)\\)");

    /** EventBridge's expressions are Quartz's without the seconds, which come first there. */
    private static final CronParser QUARTZ =
            new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ));

    private static final String AT_THE_FULL_MINUTE = "0 ";
    private static final int FIELDS = 6;

    private final Function<Instant, Optional<Instant>> next;

    private ScheduleExpression(Function<Instant, Optional<Instant>> next) {
        this.next = next;
    }

    /** Reads {@code rate(…)} or {@code cron(…)}; anything else is an IllegalArgumentException. */
    static ScheduleExpression parse(String text) {
        Matcher rate = RATE.matcher(text);
        if (rate.matches()) {
            long number = Long.parseLong(rate.group(1));
            ChronoUnit unit = ChronoUnit.valueOf(rate.group(2).toUpperCase(Locale.ROOT) + "S");
            return new ScheduleExpression(after -> Optional.of(after.plus(number, unit)));
        }
        Matcher cron = CRON.matcher(text);
        if (!cron.matches() || cron.group(1).split(" ").length != FIELDS) {
            throw new IllegalArgumentException("Invalid Schedule Expression " + text + ".");
        }
        ExecutionTime times = ExecutionTime.forCron(QUARTZ.parse(AT_THE_FULL_MINUTE + cron.group(1)));
        return new ScheduleExpression(
                after -> times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toInstant));
    }

    /** Finds the next time, if there is one. */
    Optional<Instant> next(Instant after) {
        return next.apply(after);
    }
}
