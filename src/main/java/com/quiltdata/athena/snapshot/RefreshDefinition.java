package com.quiltdata.athena.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The definition of the state machine that refreshes snapshots. It holds each statement once, and goes through the
 * buckets one after the other: all of them are in one table, whose commits would get into each other's way.
 *
 * <p>A bucket whose statements fail does not keep the others from being refreshed. After all of them, the execution fails
 * with the names of those buckets and Athena's reasons.
 *
 * @param buckets the Quilt buckets
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html">JSONata in Step Functions</a>
 */
record RefreshDefinition(List<QuiltBucket> buckets) {

    /** Replaced by the names that are known only at deployment. */
    static final String PARTITION = "Partition";

    static final String WORK_GROUP = "WorkGroup";

    static final String DATABASE = "Database";

    /** The input that asks for compaction instead of a refresh. */
    static final String COMPACTION = "{\"compact\":true}";

    /**
     * The most events of an execution's history.
     *
     * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html">Quotas of Step Functions</a>
     */
    private static final int MOST_EVENTS = 25_000;

    /** What is left of the events for retries and for what is done once. */
    private static final int OTHER_EVENTS = 5_000;

    /** Of a bucket with one round: its iteration, three queries, the result of one of them, and three other states. */
    private static final int EVENTS_OF_A_BUCKET = 31;

    /** Of each round more: two queries, the result of one of them, and two choices. */
    private static final int EVENTS_OF_A_ROUND = 21;

    private static final int MOST_ROUNDS = 20;

    /** The most buckets whose refreshes fit into one execution. */
    static final int MOST_BUCKETS = (MOST_EVENTS - OTHER_EVENTS) / EVENTS_OF_A_BUCKET;

    /** Long enough to tell, and short enough for those of all buckets to fit into the execution's state. */
    private static final int LONGEST_REASON = 400;

    private static final int LONGEST_CAUSE = 32_000;

    /** Where a bucket ends up that was not refreshed. */
    private static final String FAILED = "NotRefreshed";

    private static final String ITEM = "$states.context.Map.Item.Value";
    private static final String ROW = "$states.result.ResultSet.Rows[1].Data";

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How many times {@link SnapshotStatements#MOST_MANIFESTS} manifests one execution copies of a bucket, at most. What
     * is left waits for the next execution.
     *
     * @return more the fewer buckets there are
     */
    int rounds() {
        int eventsForEach = (MOST_EVENTS - OTHER_EVENTS) / buckets.size();
        return Math.min(MOST_ROUNDS, 1 + (eventsForEach - EVENTS_OF_A_BUCKET) / EVENTS_OF_A_ROUND);
    }

    /**
     * The definition in the Amazon States Language.
     *
     * @return JSON, with {@link #PARTITION}, {@link #WORK_GROUP} and {@link #DATABASE} to be filled in
     */
    String json() {
        try {
            return JSON.writeValueAsString(map(
                    "Comment",
                    "Refreshes the snapshots of Quilt package metadata",
                    "QueryLanguage",
                    "JSONata",
                    "StartAt",
                    "WhatIsAskedFor",
                    "States",
                    states()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts and numbers can be written", e);
        }
    }

    private Map<String, Object> states() {
        return map(
                "WhatIsAskedFor",
                map(
                        "Type",
                        "Choice",
                        "Choices",
                        List.of(map("Condition", expression("$states.input.compact = true"), "Next", "Compact")),
                        "Default",
                        "RemoveOtherBuckets"),
                "Compact",
                ofEach(itemsOfBuckets(), "CompactBucket", statesOfACompaction(), "RemoveOldFiles"),
                "RemoveOldFiles",
                query(
                        SnapshotStatements.removeOldFiles(),
                        "Output",
                        expression("$states.input"),
                        "Next",
                        "HaveAllSucceeded"),
                "RemoveOtherBuckets",
                query(SnapshotStatements.removeOthers(buckets), "Next", "AddBuckets"),
                "AddBuckets",
                ofEach(
                        SnapshotStatements.bucketsToAdd(buckets),
                        "AddSomeBuckets",
                        map(
                                "AddSomeBuckets",
                                query(
                                        replacing(
                                                text(SnapshotStatements.addBuckets()),
                                                map(SnapshotStatements.BUCKETS, ITEM)),
                                        "End",
                                        true)),
                        "RefreshBuckets"),
                "RefreshBuckets",
                ofEach(itemsOfBuckets(), "ReadPointers", statesOfARefresh(), "HaveAllSucceeded"),
                "HaveAllSucceeded",
                map(
                        "Type",
                        "Choice",
                        "Choices",
                        List.of(map(
                                "Condition", expression("$count($states.input[$exists(reason)]) = 0"), "Next", "Done")),
                        "Default",
                        "SomeFailed"),
                "SomeFailed",
                map(
                        "Type",
                        "Fail",
                        "Error",
                        "BucketsNotRefreshed",
                        "Cause",
                        expression(
                                "$substring($join($states.input[$exists(reason)].(bucket & ': ' & reason), '; '), 0, %d)"
                                        .formatted(LONGEST_CAUSE))),
                "Done",
                map("Type", "Succeed"));
    }

    private List<?> itemsOfBuckets() {
        return buckets.stream()
                .map(bucket -> map("bucket", bucket.name(), "prefix", bucket.tablePrefix()))
                .toList();
    }

    private static Map<String, Object> ofEach(List<?> items, String startAt, Map<String, Object> states, String next) {
        return map(
                "Type",
                "Map",
                "Items",
                items,
                "MaxConcurrency",
                1,
                "ItemProcessor",
                map("ProcessorConfig", map("Mode", "INLINE"), "StartAt", startAt, "States", states),
                "Next",
                next);
    }

    private static Map<String, Object> statesOfACompaction() {
        return map(
                "CompactBucket",
                caught(query(ofBucket(SnapshotStatements.compact()), "Next", "Compacted"), "NotCompacted"),
                "Compacted",
                succeeded(),
                "NotCompacted",
                failed());
    }

    private Map<String, Object> statesOfARefresh() {
        return map(
                "ReadPointers",
                caught(query(
                        ofBucket(SnapshotStatements.readPointers()),
                        "Assign",
                        map("rounds", 0),
                        "Next",
                        "FindChanges")),
                "FindChanges",
                caught(query(ofBucket(SnapshotStatements.findChanges()), "Next", "GetChanges")),
                "GetChanges",
                caught(task(
                        "getQueryResults",
                        map("QueryExecutionId", expression("$states.input.QueryExecution.QueryExecutionId")),
                        "Assign",
                        map(
                                "rounds",
                                expression("$rounds + 1"),
                                "changes",
                                expression("$number(" + ROW + "[0].VarCharValue)"),
                                "more",
                                expression(ROW + "[1].VarCharValue = 'true'"),
                                "paths",
                                expression(ROW + "[2].VarCharValue"),
                                "names",
                                expression(ROW + "[3].VarCharValue")),
                        "Output",
                        map(),
                        "Next",
                        "IsThereAChange")),
                "IsThereAChange",
                map(
                        "Type",
                        "Choice",
                        "Choices",
                        List.of(map("Condition", expression("$changes > 0"), "Next", "Copy")),
                        "Default",
                        "Refreshed"),
                "Copy",
                caught(query(copy(), "Next", "IsThereMore")),
                "IsThereMore",
                map(
                        "Type",
                        "Choice",
                        "Choices",
                        List.of(map(
                                "Condition",
                                expression("$more and $rounds < %d".formatted(rounds())),
                                "Next",
                                "FindChanges")),
                        "Default",
                        "Refreshed"),
                "Refreshed",
                succeeded(),
                FAILED,
                failed());
    }

    private static Map<String, Object> succeeded() {
        return map("Type", "Pass", "Output", map("bucket", expression(ITEM + ".bucket")), "End", true);
    }

    private static Map<String, Object> failed() {
        return map(
                "Type",
                "Pass",
                "Output",
                map("bucket", expression(ITEM + ".bucket"), "reason", expression(reason())),
                "End",
                true);
    }

    /** Athena's own words, out of a description of the query that may be cut off before it is complete JSON. */
    private static String reason() {
        return ("( $cause := $replace($string($states.input.Cause), '\\\\\"', \"'\");"
                        + " $key := '\"StateChangeReason\":\"';"
                        + " $substring($contains($cause, $key)"
                        + " ? $substringBefore($substringAfter($cause, $key), '\"')"
                        + " : $states.input.Error & ' ' & $cause, 0, %d) )")
                .formatted(LONGEST_REASON);
    }

    private static String ofBucket(String statement) {
        return replacing(
                text(statement),
                map(SnapshotStatements.BUCKET, ITEM + ".bucket", SnapshotStatements.PREFIX, ITEM + ".prefix"));
    }

    private static String copy() {
        return replacing(
                text(SnapshotStatements.copy()),
                map(
                        SnapshotStatements.BUCKET,
                        ITEM + ".bucket",
                        SnapshotStatements.PREFIX,
                        ITEM + ".prefix",
                        SnapshotStatements.PATHS,
                        "$paths",
                        SnapshotStatements.NAMES,
                        "$names"));
    }

    private static String replacing(String text, Map<String, Object> values) {
        String replaced = text;
        for (Map.Entry<String, Object> value : values.entrySet()) {
            replaced = "$replace(%s, '%s', %s)".formatted(replaced, value.getKey(), value.getValue());
        }
        return expression(replaced);
    }

    /** A text of JSONata, in the quotes that SQL does not use; its escapes are those of JSON. */
    private static String text(String statement) {
        try {
            return JSON.writeValueAsString(statement);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A text can be written", e);
        }
    }

    private static String expression(String jsonata) {
        return "{% " + jsonata + " %}";
    }

    private static Map<String, Object> query(String statement, Object... more) {
        return task(
                "startQueryExecution.sync",
                map(
                        "QueryString",
                        statement,
                        "WorkGroup",
                        "${" + WORK_GROUP + "}",
                        "QueryExecutionContext",
                        map("Database", "${" + DATABASE + "}")),
                more);
    }

    private static Map<String, Object> task(String operation, Map<String, Object> arguments, Object... more) {
        Map<String, Object> task = map(
                "Type",
                "Task",
                "Resource",
                "arn:${" + PARTITION + "}:states:::athena:" + operation,
                "Arguments",
                arguments,
                "Retry",
                List.of(
                        // Others use the account's quota of active queries.
                        map(
                                "ErrorEquals",
                                List.of("Athena.TooManyRequestsException", "Athena.ThrottlingException"),
                                "IntervalSeconds",
                                15,
                                "BackoffRate",
                                1.5,
                                "MaxAttempts",
                                8,
                                "JitterStrategy",
                                "FULL"),
                        // A commit that another one came before, compaction that wants to be run again, and anything
                        // else that may be over soon: what fails for good costs little to try again.
                        map(
                                "ErrorEquals",
                                List.of("States.TaskFailed"),
                                "IntervalSeconds",
                                5,
                                "BackoffRate",
                                2,
                                "MaxAttempts",
                                3,
                                "JitterStrategy",
                                "FULL")));
        task.putAll(map(more));
        return task;
    }

    private static Map<String, Object> caught(Map<String, Object> task) {
        return caught(task, FAILED);
    }

    private static Map<String, Object> caught(Map<String, Object> task, String next) {
        task.put("Catch", List.of(map("ErrorEquals", List.of("States.ALL"), "Next", next)));
        return task;
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
