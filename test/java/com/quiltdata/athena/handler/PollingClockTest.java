package com.quiltdata.athena.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollingClockTest {

    @Test
    void theSystemsTimePassesWhileItSleeps() throws InterruptedException {
        Duration length = Duration.ofMillis(20).plusNanos(500_000);
        long before = PollingClock.SYSTEM.nanos();

        PollingClock.SYSTEM.sleep(length);

        assertThat(PollingClock.SYSTEM.nanos() - before).isGreaterThanOrEqualTo(length.toNanos());
    }
}
