package com.quiltdata.athena.monitoring;

import static com.quiltdata.athena.monitoring.MonitoringTemplates.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.TestFiles;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The metrics of the dashboard and the alarms, against those that AWS documents, in {@code published-metrics.yaml}. A metric that does not exist is no error
 * for CloudWatch: a graph of it stays empty, and an alarm silent.
 */
class PublishedMetricsTest {

    private static final JsonNode DOCUMENTED = new ObjectMapper()
            .valueToTree(new Yaml().load(TestFiles.resource(PublishedMetricsTest.class, "published-metrics.yaml")));

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
            JsonNode service = DOCUMENTED.path(metric.namespace());
            assertThat(texts(service.path("metrics"))).contains(metric.name());
            assertThat(service.path("combinations").valueStream().map(PublishedMetricsTest::texts))
                    .contains(List.copyOf(metric.dimensions().keySet()));
            metric.dimensions()
                    .forEach((name, value) -> assertThat(
                                    texts(service.path("dimensions").path(name)))
                            .contains(value));
        });
    }

    @Test
    void theDashboardAndTheAlarmsAreOfAllThreeServices() {
        List<String> services = List.of("AWS/Athena", "AWS/Lambda", "AWS/States");

        assertThat(ofDashboard().map(Identity::namespace)).containsAll(services);
        assertThat(ofAlarms().map(Identity::namespace)).containsAll(services);
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

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
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
