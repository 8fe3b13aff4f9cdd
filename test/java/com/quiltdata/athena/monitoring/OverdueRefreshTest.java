package com.quiltdata.athena.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverdueRefreshTest {

    /** Twice the longest time between two starts, or a day more where that is longer than a day, and an hour. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rate(1 minute)          | 2
            rate(30 minutes)        | 2
            rate(1 hour)            | 3
            rate(100 minutes)       | 5
            rate(12 hours)          | 25
            rate(1 day)             | 49
            rate(5 days)            | 145
            cron(0 5 * * ? *)       | 49
            cron(0 0,12 ? * * *)    | 49
            cron(0/15 * * * ? *)    | 3
            cron(0 5 ? * MON-FRI *) | 97
            cron(0 5 ? * MON,THU *) | 121
            cron(0 5 ? * 2,4,6 *)   | 97
            cron(0 5 ? * SUN-SAT *) | 49
            """)
    void aRefreshIsOverdueWhenTheNextOneShouldHaveSucceededToo(String schedule, int hours) {
        assertThat(OverdueRefresh.hours(schedule)).isEqualTo(OptionalInt.of(hours));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rate(6 days)            | longer than CloudWatch looks back
            rate(999999999 days)    | longer than CloudWatch looks back
            cron(0 5 ? * SUN *)     | once a week
            cron(0 5 1 * ? *)       | a day of the month
            cron(0 5 L * ? *)       | a day of the month
            cron(0 5 ? 1-6 * *)     | not in every month
            cron(0 5 ? * 6#3 *)     | a week of the month
            cron(0 5 ? * FRI-MON *) | a range that EventBridge does not have
            cron(0 5 ? * MON/2 *)   | steps
            cron(0 5 * * ? 2026)    | one year
            """)
    void whatIsNotForEveryWeekIsNotWatched(String schedule, String why) {
        assertThat(OverdueRefresh.hours(schedule)).as(why).isEmpty();
    }
}
