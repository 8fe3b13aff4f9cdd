package com.quiltdata.athena.monitoring;

import static com.quiltdata.athena.monitoring.MonitoringTemplates.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The metrics of the dashboard and the alarms, against those that AWS documents. A metric that does not exist is no error
 * for CloudWatch: a graph of it stays empty, and an alarm silent.
 *
 * <p>The lists were copied in November 2026 from the pages that each names.
 */
class PublishedMetricsTest {

    /**
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html">List of CloudWatch metrics
     *     and dimensions for Athena</a>, without those of capacity reservations and of Apache Spark
     */
    private static final Service ATHENA = new Service(
            Set.of(
                    "EngineExecutionTime",
                    "ProcessedBytes",
                    "QueryPlanningTime",
                    "QueryQueueTime",
                    "ServicePreProcessingTime",
                    "ServiceProcessingTime",
                    "TotalExecutionTime"),
            Map.of(
                    "QueryState", Set.of("SUCCEEDED", "FAILED", "CANCELED"),
                    "QueryType", Set.of("DDL", "DML", "UTILITY"),
                    "WorkGroup", Set.of("quilt-query", "quilt-query-snapshot")),
            Set.of(Set.of("WorkGroup"), Set.of("QueryState", "QueryType", "WorkGroup")));

    /**
     * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html">Execution metrics</a>
     */
    private static final Service STEP_FUNCTIONS = new Service(
            Set.of(
                    "ExecutionTime",
                    "ExecutionThrottled",
                    "ExecutionsAborted",
                    "ExecutionsFailed",
                    "ExecutionsStarted",
                    "ExecutionsSucceeded",
                    "ExecutionsTimedOut"),
            Map.of("StateMachineArn", Set.of("<SnapshotRefreshStateMachine>")),
            Set.of(Set.of("StateMachineArn")));

    /**
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html">Types of metrics for
     *     Lambda functions</a>: of invocations
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html">Their dimensions</a>
     */
    private static final Service LAMBDA = new Service(
            Set.of("Errors", "Invocations", "Throttles"),
            Map.of(
                    "FunctionName",
                    Set.of("<AthenaViewProviderHandler>", "<AthenaViewProviderFrameworkframeworkonEvent>")),
            Set.of(Set.of("FunctionName")));

    private static final Map<String, Service> DOCUMENTED =
            Map.of("AWS/Athena", ATHENA, "AWS/States", STEP_FUNCTIONS, "AWS/Lambda", LAMBDA);

    /**
     * What a service publishes.
     *
     * @param metrics the metrics' names
     * @param dimensions the dimensions' names, and their values in the template
     * @param combinations which dimensions are used together
     */
    private record Service(Set<String> metrics, Map<String, Set<String>> dimensions, Set<Set<String>> combinations) {}

    /**
     * A metric as CloudWatch identifies it.
     *
     * @param namespace the service's
     * @param name the metric's name
     * @param dimensions their values by name
     */
    private record Identity(String namespace, String name, Map<String, String> dimensions) {}

    @Test
    void everyMetricIsOneThatItsServiceDocuments() {
        assertThat(Stream.concat(ofDashboard(), ofAlarms())).isNotEmpty().allSatisfy(metric -> {
            Service service = DOCUMENTED.get(metric.namespace());
            assertThat(service.metrics()).contains(metric.name());
            assertThat(service.combinations()).contains(metric.dimensions().keySet());
            metric.dimensions()
                    .forEach((name, value) ->
                            assertThat(service.dimensions().get(name)).contains(value));
        });
    }

    @Test
    void theDashboardAndTheAlarmsAreOfAllThreeServices() {
        assertThat(ofDashboard().map(Identity::namespace)).containsAll(DOCUMENTED.keySet());
        assertThat(ofAlarms().map(Identity::namespace)).containsAll(DOCUMENTED.keySet());
    }

    @Test
    void theWorkgroupsPublishTheirMetrics() {
        assertThat(MonitoringTemplates.properties(ALL, "AWS::Athena::WorkGroup").values())
                .hasSize(2)
                .allSatisfy(workGroup -> assertThat(workGroup
                                .at("/WorkGroupConfiguration/PublishCloudWatchMetricsEnabled")
                                .asBoolean())
                        .isTrue());
    }

    private static Stream<Identity> ofDashboard() {
        return MonitoringTemplates.dashboardBody(ALL).findValues("metrics").stream()
                .flatMap(metrics -> metrics.valueStream())
                .filter(metric -> metric.size() > 1)
                .map(metric -> {
                    Map<String, String> dimensions = new TreeMap<>();
                    for (int i = 2; i < metric.size() - 1; i += 2) {
                        dimensions.put(metric.path(i).asText(), reference(metric.path(i + 1)));
                    }
                    return new Identity(metric.path(0).asText(), metric.path(1).asText(), dimensions);
                });
    }

    private static Stream<Identity> ofAlarms() {
        return MonitoringTemplates.alarms(ALL).values().stream()
                .flatMap(alarm -> alarm.findValues("Metric").stream())
                .map(metric -> {
                    Map<String, String> dimensions = new TreeMap<>();
                    metric.path("Dimensions")
                            .forEach(dimension -> dimensions.put(
                                    dimension.path("Name").asText(), reference(dimension.path("Value"))));
                    return new Identity(
                            metric.path("Namespace").asText(),
                            metric.path("MetricName").asText(),
                            dimensions);
                });
    }

    /** A value, or the logical id that it refers to, without the hash at its end. */
    private static String reference(JsonNode value) {
        return MonitoringTemplates.text(value).replaceFirst("[0-9A-F]{8}>$", ">");
    }
}
