package com.quiltdata.athena.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a template has for CloudWatch. References stay as their names in angle brackets. */
final class MonitoringTemplates {

    /** Everything that there can be. */
    static final Map<String, Object> ALL = TestTemplates.configuration(
            "snapshotSchedule",
            "rate(1 hour)",
            "dashboard",
            true,
            "alarmTopicArn",
            "arn:aws:sns:eu-central-1:123456789012:alarms",
            "bytesScannedAlarmPerDay",
            1_000_000_000_000L);

    private MonitoringTemplates() {}

    /**
     * The alarms of a stack.
     *
     * @return their properties by logical id, without the hash at its end
     */
    static Map<String, JsonNode> alarms(Map<String, Object> configuration) {
        return properties(configuration, "AWS::CloudWatch::Alarm");
    }

    /** The dashboard's body. */
    static JsonNode dashboardBody(Map<String, Object> configuration) {
        JsonNode body = properties(configuration, "AWS::CloudWatch::Dashboard")
                .get("MonitoringDashboard")
                .path("DashboardBody");
        return TestFiles.json(text(body));
    }

    /**
     * The properties of all resources of a type.
     *
     * @return by logical id, without the hash at its end
     */
    static Map<String, JsonNode> properties(Map<String, Object> configuration, String type) {
        Map<String, JsonNode> properties = new TreeMap<>();
        TestTemplates.resources(TestTemplates.assembly(configuration).template(), type)
                .forEach((logicalId, resource) ->
                        properties.put(logicalId.replaceFirst("[0-9A-F]{8}$", ""), resource.path("Properties")));
        return properties;
    }

    /**
     * A text in which references are their names in angle brackets.
     *
     * @param value a text, a reference, or both joined
     */
    static String text(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.has("Ref")) {
            return "<" + value.path("Ref").asText() + ">";
        }
        if (value.has("Fn::GetAtt")) {
            return "<" + value.path("Fn::GetAtt").path(0).asText() + ">";
        }
        return value.path("Fn::Join")
                .path(1)
                .valueStream()
                .map(MonitoringTemplates::text)
                .collect(Collectors.joining());
    }
}
