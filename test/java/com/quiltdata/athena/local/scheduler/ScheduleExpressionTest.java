package com.quiltdata.athena.local.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When schedules are due. */
class ScheduleExpressionTest {

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            rate(1 minute)                | 2026-11-25T02:24:05Z | 2026-11-25T02:25:05Z
            rate(12 hours)                | 2026-11-25T02:24:05Z | 2026-11-25T14:24:05Z
            rate(7 days)                  | 2026-11-25T02:24:05Z | 2026-12-02T02:24:05Z
            cron(0 5 * * ? *)             | 2026-11-25T02:24:05Z | 2026-11-25T05:00:00Z
            cron(0 5 * * ? *)             | 2026-11-25T05:00:00Z | 2026-11-26T05:00:00Z
            cron(0/15 8-17 ? * MON-FRI *) | 2026-11-27T17:50:00Z | 2026-11-30T08:00:00Z
            cron(30 1 ? * 1 *)            | 2026-11-25T02:24:05Z | 2026-11-29T01:30:00Z
            cron(0 0 L * ? *)             | 2026-11-25T02:24:05Z | 2026-11-30T00:00:00Z
            cron(0 0 ? * 6#1 2027)        | 2026-11-25T02:24:05Z | 2027-01-01T00:00:00Z
            """)
    void isDueInUtc(String expression, Instant after, Instant due) {
        assertThat(ScheduleExpression.parse(expression).next(after)).hasValue(due);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cron(0 0 1 1 ? 2020)"})
    void isNeverDue(String expression) {
        assertThat(ScheduleExpression.parse(expression).next(Instant.parse("2026-11-25T02:24:05Z")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rate(0 hours)",
                "rate(1 week)",
                "at(2026-11-25T00:00:00)",
                "cron(0 5 * * *)",
                "cron(0 25 * * ? *)"
            })
    void isRefused(String expression) {
        assertThatThrownBy(() -> ScheduleExpression.parse(expression)).isInstanceOf(IllegalArgumentException.class);
    }
}
