package com.quiltdata.athena.local.athena;

import java.time.Duration;

/**
 * What an account's quotas and the services' load do to queries.
 *
 * @param activeDdlQueries how many DDL queries may be queued or running at once; one more is refused with
 *     {@code TooManyRequestsException}
 * @param ddlDuration how long a DDL query takes besides the engine's own time
 * @param policiesInForceAfter how long it takes until a policy is in force: for so long after a DDL statement is asked for
 *     for the first time, it is denied
 * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/service-limits.html">Athena's quotas</a>
 */
public record AthenaLimits(int activeDdlQueries, Duration ddlDuration, Duration policiesInForceAfter) {
    /** The quotas that a new account has, no time but the engine's own, and policies that are in force at once. */
    public static final AthenaLimits DEFAULTS = new AthenaLimits(20, Duration.ZERO);

    /**
     * Limits with policies that are in force at once.
     *
     * @param activeDdlQueries how many DDL queries may be queued or running at once
     * @param ddlDuration how long a DDL query takes besides the engine's own time
     */
    public AthenaLimits(int activeDdlQueries, Duration ddlDuration) {
        this(activeDdlQueries, ddlDuration, Duration.ZERO);
    }
}
