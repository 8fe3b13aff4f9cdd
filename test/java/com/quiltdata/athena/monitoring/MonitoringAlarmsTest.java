package com.quiltdata.athena.monitoring;

import static com.quiltdata.athena.monitoring.MonitoringTemplates.ALL;
import static com.quiltdata.athena.monitoring.MonitoringTemplates.alarms;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitoringAlarmsTest {
    private static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms";

    @Test
    void withoutTheKeysThereAreNone() {
        assertThat(alarms(TestTemplates.configuration())).isEmpty();
        assertThat(alarms(TestTemplates.configuration("dashboard", true))).isEmpty();
    }

    @Test
    void withATopicAloneThereIsOneForTheViewHandler() {
        assertThat(alarms(TestTemplates.configuration("alarmTopicArn", TOPIC)))
                .containsOnlyKeys("MonitoringAlarmsViewHandlerErrors");
    }

    @Test
    void withEverythingThereIsOneForEachThatCanGoWrong() {
        assertThat(alarms(ALL))
                .containsOnlyKeys(
                        "MonitoringAlarmsBytesPerDay",
                        "MonitoringAlarmsRefreshFailed",
                        "MonitoringAlarmsRefreshOverdue",
                        "MonitoringAlarmsViewHandlerErrors")
                .allSatisfy((id, alarm) -> {
                    assertThat(alarm.path("AlarmActions"))
                            .singleElement()
                            .satisfies(action -> assertThat(action.asText()).isEqualTo(TOPIC));
                    assertThat(alarm.path("AlarmDescription").asText()).isNotBlank();
                });
    }

    @Test
    void groupsHaveTheViewHandlerOfTheStackAndNoAlarmOfTheirOwn() {
        assertThat(alarms(TestTemplates.configuration(
                        "quiltBuckets",
                        Map.of("imaging", List.of("bucket-a")),
                        "alarmTopicArn",
                        TOPIC,
                        "snapshotSchedule",
                        "rate(6 days)")))
                .containsOnlyKeys("MonitoringAlarmsRefreshFailed", "MonitoringAlarmsViewHandlerErrors");
    }

    /** Users and refreshes, queries that failed and were canceled too: Athena bills them all. */
    @Test
    void theBytesOfADayAreThoseOfBothWorkgroups() {
        JsonNode alarm = alarms(ALL).get("MonitoringAlarmsBytesPerDay");

        assertThat(expressions(alarm))
                .containsOnlyKeys("expr_1", "refreshes", "users")
                .containsEntry("expr_1", "FILL(refreshes, 0) + FILL(users, 0)")
                .containsEntry(
                        "users",
                        "IF(users_bytes > users_bytes_canceled + users_bytes_failed + users_bytes_succeeded, "
                                + "users_bytes, users_bytes_canceled + users_bytes_failed + users_bytes_succeeded)");
        assertThat(metrics(alarm))
                .containsExactlyInAnyOrder(
                        "ProcessedBytes Sum 86400 WorkGroup=quilt-query",
                        "ProcessedBytes Sum 86400 QueryState=SUCCEEDED QueryType=DML WorkGroup=quilt-query",
                        "ProcessedBytes Sum 86400 QueryState=FAILED QueryType=DML WorkGroup=quilt-query",
                        "ProcessedBytes Sum 86400 QueryState=CANCELED QueryType=DML WorkGroup=quilt-query",
                        "ProcessedBytes Sum 86400 WorkGroup=quilt-query-snapshot",
                        "ProcessedBytes Sum 86400 QueryState=SUCCEEDED QueryType=DML WorkGroup=quilt-query-snapshot",
                        "ProcessedBytes Sum 86400 QueryState=FAILED QueryType=DML WorkGroup=quilt-query-snapshot",
                        "ProcessedBytes Sum 86400 QueryState=CANCELED QueryType=DML WorkGroup=quilt-query-snapshot");
        assertRings(alarm, "GreaterThanThreshold", 1_000_000_000_000L, 1, "notBreaching");
    }

    @Test
    void aFailedRefreshRingsOnce() {
        JsonNode alarm = alarms(ALL).get("MonitoringAlarmsRefreshFailed");

        assertThat(expressions(alarm))
                .containsValue("FILL(scheduledAborted, 0) + FILL(scheduledFailed, 0) + FILL(scheduledTimedOut, 0)")
                .hasSize(1);
        assertThat(metrics(alarm))
                .allMatch(metric -> metric.contains(" Sum 3600 StateMachineArn=<SnapshotRefreshStateMachine"))
                .extracting(metric -> metric.split(" ")[0])
                .containsExactlyInAnyOrder("ExecutionsAborted", "ExecutionsFailed", "ExecutionsTimedOut");
        assertRings(alarm, "GreaterThanThreshold", 0, 1, "notBreaching");
    }

    /** Hours without data count as hours without success, also when there have never been data. */
    @Test
    void aRefreshIsOverdueWithoutSuccessInTheHoursOfTheSchedule() {
        JsonNode alarm = alarms(ALL).get("MonitoringAlarmsRefreshOverdue");

        assertThat(expressions(alarm)).containsValue("FILL(succeeded, 0)").hasSize(1);
        assertThat(metrics(alarm))
                .singleElement()
                .asString()
                .startsWith("ExecutionsSucceeded Sum 3600 StateMachineArn=<SnapshotRefreshStateMachine");
        assertRings(alarm, "LessThanThreshold", 1, 3, "breaching");
        assertThat(alarm.path("AlarmDescription").asText()).contains("for 3 hours", "rate(1 hour)");
    }

    @Test
    void anErrorOfEitherFunctionRings() {
        JsonNode alarm = alarms(ALL).get("MonitoringAlarmsViewHandlerErrors");

        assertThat(expressions(alarm)).containsValue("handler + framework").hasSize(1);
        assertThat(metrics(alarm))
                .satisfiesExactlyInAnyOrder(
                        metric -> assertThat(metric)
                                .startsWith("Errors Sum 3600 FunctionName=<AthenaViewProviderHandler"),
                        metric -> assertThat(metric)
                                .startsWith(
                                        "Errors Sum 3600 FunctionName=<AthenaViewProviderFrameworkframeworkonEvent"));
        assertRings(alarm, "GreaterThanThreshold", 0, 1, "notBreaching");
    }

    private static void assertRings(
            JsonNode alarm, String comparison, long threshold, int periods, String missingData) {
        assertThat(alarm.path("ComparisonOperator").asText()).isEqualTo(comparison);
        assertThat(alarm.path("Threshold").asLong()).isEqualTo(threshold);
        assertThat(alarm.path("EvaluationPeriods").asInt()).isEqualTo(periods);
        assertThat(alarm.path("TreatMissingData").asText()).isEqualTo(missingData);
    }

    private static Map<String, String> expressions(JsonNode alarm) {
        Map<String, String> expressions = new HashMap<>();
        alarm.path("Metrics").forEach(query -> {
            if (query.has("Expression")) {
                expressions.put(
                        query.path("Id").asText(), query.path("Expression").asText());
            }
        });
        return expressions;
    }

    private static List<String> metrics(JsonNode alarm) {
        return alarm.path("Metrics")
                .valueStream()
                .map(query -> query.path("MetricStat"))
                .filter(statistic -> !statistic.isMissingNode())
                .map(statistic -> {
                    StringBuilder words = new StringBuilder("%s %s %s"
                            .formatted(
                                    statistic.at("/Metric/MetricName").asText(),
                                    statistic.path("Stat").asText(),
                                    statistic.path("Period").asText()));
                    statistic
                            .at("/Metric/Dimensions")
                            .forEach(dimension -> words.append(" %s=%s"
                                    .formatted(
                                            dimension.path("Name").asText(),
                                            MonitoringTemplates.text(dimension.path("Value")))));
                    return words.toString();
                })
                .toList();
    }
}
