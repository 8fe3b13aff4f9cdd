package com.quiltdata.athena.local.aws;

import java.time.Duration;

/**
 * What an account's quotas and the service's load do to queries.
 *
 * @param activeDdlQueries how many DDL queries may be queued or running at once; one more is refused with
 *     {@code TooManyRequestsException}
 * @param ddlDuration how long a DDL query takes besides the engine's own time
 * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/service-limits.html">Athena's quotas</a>
 */
public record AthenaLimits(int activeDdlQueries, Duration ddlDuration) {
    /** The quotas that a new account has, and no time but the engine's own. */
    public static final AthenaLimits DEFAULTS = new AthenaLimits(20, Duration.ZERO);
}
