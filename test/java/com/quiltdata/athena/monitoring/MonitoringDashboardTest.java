package com.quiltdata.athena.monitoring;

import static com.quiltdata.athena.monitoring.MonitoringTemplates.ALL;
import static com.quiltdata.athena.monitoring.MonitoringTemplates.dashboardBody;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MonitoringDashboardTest {
    @Test
    void withoutTheKeyThereIsNone() {
        assertThat(MonitoringTemplates.properties(TestTemplates.configuration(), "AWS::CloudWatch::Dashboard"))
                .isEmpty();
        assertThat(MonitoringTemplates.properties(
                        TestTemplates.configuration("dashboard", false), "AWS::CloudWatch::Dashboard"))
                .isEmpty();
    }

    /** Dashboards are an account's: without the region, that of another region would be overwritten. */
    @Test
    void itIsNamedAfterTheStackAndTheRegion() {
        JsonNode name = MonitoringTemplates.properties(ALL, "AWS::CloudWatch::Dashboard")
                .get("MonitoringDashboard")
                .path("DashboardName");

        assertThat(MonitoringTemplates.text(name)).isEqualTo("QuiltAthena-<AWS::Region>");
    }

    @Test
    void withoutSnapshotsNothingIsSaidOfThem() {
        assertThat(titles(dashboardBody(TestTemplates.configuration("dashboard", true))))
                .containsExactly(
                        "Bytes read per day",
                        "Cost of the bytes read per day, at $5 a terabyte (us-east-1, November 2026)",
                        "Queries per day by state, quilt-query",
                        "Longest query of each hour",
                        "View handler");
    }

    @Test
    void withSnapshotsTheirRefreshesAndTheirAgeAreThere() {
        assertThat(titles(dashboardBody(ALL)))
                .containsExactly(
                        "Bytes read per day",
                        "Cost of the bytes read per day, at $5 a terabyte (us-east-1, November 2026)",
                        "Queries per day by state, quilt-query",
                        "Queries per day by state, quilt-query-snapshot",
                        "Longest query of each hour",
                        "Refreshes of snapshots per day",
                        "Longest refresh of each day",
                        "Age of snapshots",
                        "View handler");
    }

    @Test
    void dollarsAreBytesTimesThePrice() {
        assertThat(shown(graph("Cost of the bytes read per day, at $5 a terabyte (us-east-1, November 2026)")))
                .isEqualTo(Map.of(
                        "quilt-query", "users / 1000000000000 * 5",
                        "quilt-query-snapshot", "refreshes / 1000000000000 * 5"));
    }

    @Test
    void queriesAreCountedByStateWhateverTheirType() {
        assertThat(shown(graph("Queries per day by state, quilt-query")))
                .isEqualTo(Map.of(
                        "succeeded", "users_succeeded_ddl + users_succeeded_dml + users_succeeded_utility",
                        "failed", "users_failed_ddl + users_failed_dml + users_failed_utility",
                        "canceled", "users_canceled_ddl + users_canceled_dml + users_canceled_utility"));
    }

    /** Each hour's distance from the last success before it, and nothing before the first. */
    @Test
    void theAgeOfSnapshotsIsTheTimeSinceTheLastSuccess() {
        JsonNode age = graph("Age of snapshots");

        assertThat(shown(age)).isEqualTo(Map.of("since the last success", "IF(last > 0, (EPOCH(last) - last) / 3600)"));
        assertThat(age.at("/properties/metrics").findValuesAsText("expression"))
                .contains("FILL(IF(success > 0, EPOCH(success)), REPEAT)");
    }

    private static List<String> titles(JsonNode body) {
        return body.path("widgets")
                .valueStream()
                .map(widget -> widget.at("/properties/title").asText())
                .toList();
    }

    private static JsonNode graph(String title) {
        return dashboardBody(ALL)
                .path("widgets")
                .valueStream()
                .filter(widget -> widget.at("/properties/title").asText().equals(title))
                .findFirst()
                .orElseThrow();
    }

    /** The expressions that a graph shows, by their labels. */
    private static Map<String, String> shown(JsonNode graph) {
        return graph.at("/properties/metrics")
                .valueStream()
                .map(metric -> metric.path(metric.size() - 1))
                .filter(options -> options.path("visible").asBoolean(true))
                .collect(Collectors.toMap(
                        options -> options.path("label").asText(),
                        options -> options.path("expression").asText()));
    }
}
