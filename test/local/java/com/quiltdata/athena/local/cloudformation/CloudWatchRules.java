package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What CloudWatch demands of alarms and dashboards beyond what the CDK and CloudFormation's schema do: how their parts go
 * together. Nothing is measured on loopback and no alarm rings there.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html">Limits of alarms</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html">Dashboard
 *     body structure and syntax</a>
 */
record CloudWatchRules(String logicalId) {
    private static final Pattern ID = Pattern.compile("[a-z][A-Za-z0-9_]{0,254}");
    private static final Pattern IDS = Pattern.compile("\\b" + ID);

    private static final int MOST_METRICS = 10;
    private static final int COLUMNS = 24;
    private static final int HOUR = 3_600;
    private static final int DAY = 24 * HOUR;

    /** An id, and the expression of it; each may be empty. */
    private record Query(String id, String expression) {}

    /** Checks an alarm's properties, which have no intrinsic functions. */
    void checkAlarm(JsonNode properties) {
        JsonNode all = properties.path("Metrics");
        List<JsonNode> metrics =
                all.valueStream().filter(query -> query.has("MetricStat")).toList();
        demand(!metrics.isEmpty() && metrics.size() <= MOST_METRICS, "1 to 10 metrics", properties);
        demand(
                all.valueStream()
                                .filter(query -> query.path("ReturnData").asBoolean())
                                .count()
                        == 1,
                "one ReturnData",
                properties);
        long periods = properties.path("EvaluationPeriods").asLong();
        for (JsonNode metric : metrics) {
            int period = period(metric.at("/MetricStat/Period"));
            demand(
                    periods * period <= (period < HOUR ? DAY : 7 * DAY),
                    "7 days of evaluation, or 1 with periods below an hour",
                    metric);
        }
        ids(all.valueStream()
                .map(query -> new Query(
                        query.path("Id").asText(), query.path("Expression").asText()))
                .toList());
    }

    /** Checks a dashboard's properties, which have no intrinsic functions. */
    void checkDashboard(JsonNode properties) {
        for (JsonNode widget :
                AwsJson.parse(properties.path("DashboardBody").asText()).path("widgets")) {
            demand(
                    widget.path("x").asInt() + widget.path("width").asInt() <= COLUMNS,
                    "x and width within 24 columns",
                    widget);
            List<Query> queries = new ArrayList<>();
            JsonNode metrics = widget.at("/properties/metrics");
            demand(!metrics.isEmpty(), "metrics", widget);
            for (JsonNode metric : metrics) {
                // The options come last, after a namespace, a name and dimensions, or for an expression alone.
                JsonNode options = metric.path(metric.size() - 1);
                demand(
                        metric.size() % 2 == 1
                                && metric.valueStream()
                                        .limit(metric.size() - 1)
                                        .noneMatch(word -> word.asText().isBlank()),
                        "a namespace, a name, and dimensions with values",
                        metric);
                period(options.path("period"));
                queries.add(new Query(
                        options.path("id").asText(), options.path("expression").asText()));
            }
            ids(queries);
        }
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

    private void demand(boolean isMet, String rule, Object value) {
        if (!isMet) {
            throw new IllegalArgumentException("%s: CloudWatch wants %s: %s".formatted(logicalId, rule, value));
        }
    }
}
