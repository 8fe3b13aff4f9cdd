package com.quiltdata.athena.handler;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What may keep Athena from making or dropping a view: how it is told from Athena's words, and what an administrator
 * can do about it.
 *
 * <p>Athena's errors have few codes, and one code for many problems ({@code INVALID_INPUT} for a workgroup that is
 * missing and for one that is disabled), so the patterns begin with the name of the engine's error where there is one.
 * The first constant that matches counts.
 */
enum AthenaFailure {
    WORKGROUP_MISSING("^WorkGroup (.* )?is not found", "create the workgroup, or name another one in WorkGroup"),
    WORKGROUP_DISABLED("^WorkGroup .* is disabled", "enable the workgroup"),
    NO_OUTPUT_LOCATION("^No output location", "give the workgroup an output location"),
    OUTPUT_BUCKET_OUT_OF_REACH(
            "output bucket",
            "give the workgroup an output location in a bucket that exists and that the handler may write to"),
    LAKE_FORMATION(
            "Lake Formation permission", "grant the view handler's role in Lake Formation what the message asks for"),
    ACCESS_DENIED(
            "(?i)access ?denied|not authorized|insufficient permission|permission denied|PERMISSION_DENIED",
            "grant the view handler's role what is missing"),
    TOO_MANY_QUERIES(
            "TooManyRequestsException",
            "deploy again when fewer queries are active, or have the quota of active DDL queries raised"),
    THROTTLED("ThrottlingException|Rate exceeded", "deploy again when the account's services are less busy"),
    DATABASE_MISSING(
            "^SCHEMA_NOT_FOUND: |^NOT_FOUND: Schema .* not found|Database .* not found|Database does not exist",
            "create the database, or name another one in Database"),
    NAME_TAKEN_BY_A_TABLE(
            "^TABLE_ALREADY_EXISTS: |but a table with that name exists",
            "drop or rename the table, or choose another ViewName"),
    TABLE_MISSING(
            "^TABLE_NOT_FOUND: ", "create what the query reads before the view: let the view depend on its tables"),
    COLUMN_MISSING("^COLUMN_NOT_FOUND: ", "make Query and the columns of its tables agree"),
    MALFORMED_QUERY(
            "MALFORMED_QUERY|^SYNTAX_ERROR: ",
            "correct Query; line 1 is the CREATE VIEW that goes before it, line 2 the query's first"),
    CANCELLED("^it was cancelled", "find out who cancelled it, and deploy again"),
    LATE("^it was still", "see what else runs in the workgroup, and deploy again");

    /** On a delete: the view is not there. A table under its name is somebody else's, and stays. */
    private static final Set<AthenaFailure> NOTHING_TO_DROP =
            EnumSet.of(WORKGROUP_MISSING, DATABASE_MISSING, NAME_TAKEN_BY_A_TABLE, TABLE_MISSING);

    /** What a policy that is not in force yet looks like: it cannot be told from one that is missing. */
    private static final Set<AthenaFailure> DENIALS = EnumSet.of(OUTPUT_BUCKET_OUT_OF_REACH, ACCESS_DENIED);

    private final Pattern pattern;
    private final String remedy;

    AthenaFailure(String pattern, String remedy) {
        this.pattern = Pattern.compile(pattern);
        this.remedy = remedy;
    }

    /**
     * Recognizes a failure.
     *
     * @param words what Athena says, with its error's codes
     * @return the failure; empty for one that is not known here
     */
    static Optional<AthenaFailure> of(String words) {
        for (AthenaFailure failure : values()) {
            if (failure.pattern.matcher(words).find()) {
                return Optional.of(failure);
            }
        }
        return Optional.empty();
    }

    /** What to do, in the imperative, without a full stop. */
    String remedy() {
        return remedy;
    }

    /** Whether a view that is to be dropped does not exist, so that the delete is as good as done. */
    boolean leavesNothingToDrop() {
        return NOTHING_TO_DROP.contains(this);
    }

    /** Whether a policy is missing, or not in force yet, so that another try, a little later, may succeed. */
    boolean isDenial() {
        return DENIALS.contains(this);
    }
}
