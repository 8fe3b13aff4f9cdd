package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * What CloudWatch demands of alarms and dashboards. Nothing is measured on loopback and no alarm rings there, but what
 * CloudWatch would refuse is refused here, too, and so is what this does not know.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html">PutMetricAlarm</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html">Limits of alarms</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html">PutDashboard</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html">Dashboard
 *     body structure and syntax</a>
 */
final class CloudWatchRules {
    private static final Pattern DASHBOARD_NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    private static final Pattern ID = Pattern.compile("[a-z][A-Za-z0-9_]{0,254}");
    private static final Pattern IDS = Pattern.compile("\\b" + ID);
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9./_#:-]{1,255}");
    private static final Pattern TOPIC = Pattern.compile("arn:[^:]+:sns:[^:]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}");

    private static final Set<String> COMPARISONS = Set.of("GreaterThanThreshold", "LessThanThreshold");
    private static final Set<String> TREATMENTS = Set.of("breaching", "notBreaching", "ignore", "missing");
    private static final Set<String> STATISTICS = Set.of("Sum", "Maximum", "SampleCount");

    private static final int MOST_METRICS_OF_ALARM = 10;
    private static final int MOST_METRICS_OF_GRAPH = 500;
    private static final int MOST_WIDGETS = 500;
    private static final int MOST_DIMENSIONS = 30;
    private static final int COLUMNS = 24;
    private static final int HOUR = 3_600;
    private static final int DAY = 24 * HOUR;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String logicalId;

    private CloudWatchRules(String logicalId) {
        this.logicalId = logicalId;
    }

    /**
     * Checks an alarm.
     *
     * @param properties its properties, without intrinsic functions
     * @throws IllegalArgumentException if CloudWatch would refuse it
     */
    static void checkAlarm(String logicalId, JsonNode properties) {
        new CloudWatchRules(logicalId).alarm(properties);
    }

    /**
     * Checks a dashboard.
     *
     * @param properties its properties, without intrinsic functions
     * @throws IllegalArgumentException if CloudWatch would refuse it
     */
    static void checkDashboard(String logicalId, JsonNode properties) {
        new CloudWatchRules(logicalId).dashboard(properties);
    }

    private void alarm(JsonNode alarm) {
        knows(
                alarm,
                "AlarmActions",
                "AlarmDescription",
                "ComparisonOperator",
                "EvaluationPeriods",
                "Metrics",
                "Threshold",
                "TreatMissingData");
        demand(COMPARISONS.contains(alarm.path("ComparisonOperator").asText()), "ComparisonOperator", alarm);
        demand(TREATMENTS.contains(alarm.path("TreatMissingData").asText()), "TreatMissingData", alarm);
        demand(alarm.path("Threshold").isNumber(), "Threshold", alarm);
        alarm.path("AlarmActions")
                .forEach(action -> demand(TOPIC.matcher(action.asText()).matches(), "AlarmActions", action));
        List<Query> queries = new ArrayList<>();
        int metrics = 0;
        int returned = 0;
        int periods = alarm.path("EvaluationPeriods").asInt();
        demand(periods > 0, "EvaluationPeriods", alarm);
        for (JsonNode query : alarm.path("Metrics")) {
            knows(query, "Expression", "Id", "Label", "MetricStat", "ReturnData");
            queries.add(new Query(
                    query.path("Id").asText(), query.path("Expression").asText()));
            returned += query.path("ReturnData").asBoolean() ? 1 : 0;
            demand(query.has("MetricStat") != query.has("Expression"), "a metric or an expression", query);
            if (query.has("MetricStat")) {
                metrics++;
                statistic(query.path("MetricStat"), periods);
            }
        }
        demand(metrics > 0 && metrics <= MOST_METRICS_OF_ALARM, "1 to 10 metrics", alarm);
        demand(returned == 1, "one ReturnData", alarm);
        ids(queries);
    }

    private void statistic(JsonNode statistic, int periods) {
        knows(statistic, "Metric", "Period", "Stat");
        demand(STATISTICS.contains(statistic.path("Stat").asText()), "Stat", statistic);
        int period = period(statistic.path("Period"));
        demand(
                (long) period * periods <= (period < HOUR ? DAY : 7 * DAY),
                "7 days of evaluation, or 1 with periods below an hour",
                statistic);
        JsonNode metric = statistic.path("Metric");
        knows(metric, "Dimensions", "MetricName", "Namespace");
        List<String> words = new ArrayList<>(List.of(
                metric.path("Namespace").asText(), metric.path("MetricName").asText()));
        for (JsonNode dimension : metric.path("Dimensions")) {
            knows(dimension, "Name", "Value");
            words.add(dimension.path("Name").asText());
            words.add(dimension.path("Value").asText());
        }
        metric(words);
    }

    private void dashboard(JsonNode dashboard) {
        knows(dashboard, "DashboardBody", "DashboardName");
        String name = dashboard.path("DashboardName").asText();
        demand(DASHBOARD_NAME.matcher(name).matches(), "DashboardName", dashboard.path("DashboardName"));
        JsonNode body;
        try {
            body = JSON.readTree(dashboard.path("DashboardBody").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: CloudWatch wants a DashboardBody in JSON: %s".formatted(logicalId, e.getOriginalMessage()), e);
        }
        knows(body, "periodOverride", "start", "widgets");
        JsonNode widgets = body.path("widgets");
        demand(widgets.isArray() && widgets.size() <= MOST_WIDGETS, "at most 500 widgets", body);
        widgets.forEach(this::widget);
    }

    private void widget(JsonNode widget) {
        knows(widget, "height", "properties", "type", "width", "x", "y");
        demand(widget.path("type").asText().equals("metric"), "type", widget);
        int width = widget.path("width").asInt();
        demand(
                width > 0 && widget.path("x").asInt(-1) >= 0 && widget.path("x").asInt() + width <= COLUMNS,
                "x and width within 24 columns",
                widget);
        demand(widget.path("height").asInt() > 0 && widget.path("y").asInt(-1) >= 0, "y and height", widget);
        JsonNode properties = widget.path("properties");
        knows(properties, "metrics", "region", "stacked", "title", "view", "yAxis");
        demand(properties.path("view").asText().equals("timeSeries"), "view", properties);
        demand(!properties.path("region").asText().isEmpty(), "region", properties);
        JsonNode metrics = properties.path("metrics");
        demand(!metrics.isEmpty() && metrics.size() <= MOST_METRICS_OF_GRAPH, "1 to 500 metrics", properties);
        List<Query> queries = new ArrayList<>();
        for (JsonNode metric : metrics) {
            JsonNode options = metric.path(metric.size() - 1);
            if (metric.size() == 1) {
                knows(options, "expression", "id", "label", "period", "visible");
            } else {
                knows(options, "id", "label", "period", "stat", "visible");
                demand(STATISTICS.contains(options.path("stat").asText()), "stat", options);
                metric(StreamSupport.stream(metric.spliterator(), false)
                        .limit(metric.size() - 1)
                        .map(JsonNode::asText)
                        .toList());
            }
            period(options.path("period"));
            queries.add(new Query(
                    options.path("id").asText(), options.path("expression").asText()));
        }
        ids(queries);
    }

    /** A metric's namespace, its name, and its dimensions' names and values in turn. */
    private void metric(List<String> words) {
        demand(
                NAMESPACE.matcher(words.get(0)).matches()
                        && words.size() >= 2
                        && words.size() % 2 == 0
                        && words.size() <= 2 + 2 * MOST_DIMENSIONS
                        && words.stream().allMatch(word -> !word.isBlank() && word.length() <= 255),
                "a namespace, a name, and dimensions with values",
                words);
    }

    private int period(JsonNode period) {
        demand(period.asInt() > 0 && period.asInt() % 60 == 0, "a period of whole minutes", period);
        return period.asInt();
    }

    /** Ids are there once, and expressions are made of them. */
    private void ids(List<Query> queries) {
        Set<String> ids = new HashSet<>();
        for (Query query : queries) {
            demand(
                    query.id().isEmpty() || ID.matcher(query.id()).matches() && ids.add(query.id()),
                    "an id of letters and digits, that is there once",
                    query.id());
        }
        for (Query query : queries) {
            IDS.matcher(query.expression())
                    .results()
                    .forEach(id -> demand(
                            ids.contains(id.group()),
                            "an expression whose ids are there",
                            id.group() + " in " + query.expression()));
            demand(!query.expression().contains("SEARCH"), "an expression of named metrics", query.expression());
        }
    }

    private void knows(JsonNode object, String... names) {
        demand(object.isObject(), "an object", object);
        Set<String> known = Set.of(names);
        object.fieldNames()
                .forEachRemaining(
                        name -> demand(known.contains(name), "only " + String.join(", ", names) + " here", name));
    }

    private void demand(boolean isMet, String rule, Object value) {
        if (!isMet) {
            throw new IllegalArgumentException("%s: CloudWatch wants %s: %s".formatted(logicalId, rule, value));
        }
    }

    /** An id, and the expression of it; each may be empty. */
    private record Query(String id, String expression) {}
}
