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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a schedule is due, in UTC.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in EventBridge
 *     Scheduler</a>
 */
@FunctionalInterface
interface ScheduleExpression {
    /** Finds the next time, if there is one. */
    Optional<Instant> next(Instant after);

    /** Reads {@code rate(…)} or {@code cron(…)}; anything else is an IllegalArgumentException. */
    static ScheduleExpression parse(String text) {
        Matcher rate = Pattern.compile("rate\\(([1-9][0-9]{0,8}) (minute|hour|day)s?\\)")
                .matcher(text);
        if (rate.matches()) {
            long number = Long.parseLong(rate.group(1));
            ChronoUnit unit = ChronoUnit.valueOf(rate.group(2).toUpperCase(Locale.ROOT) + "S");
            return after -> Optional.of(after.plus(number, unit));
        }
        Matcher cron = Pattern.compile("cron\\(((\\S+ ){5}\\S+)\\)").matcher(text);
        if (!cron.matches()) {
            throw new IllegalArgumentException("Invalid Schedule Expression " + text + ".");
        }
        // EventBridge's expressions are Quartz's without the seconds, which come first there.
        ExecutionTime times =
                ExecutionTime.forCron(new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ))
                        .parse("0 " + cron.group(1)));
        return after -> times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toInstant);
    }
}
