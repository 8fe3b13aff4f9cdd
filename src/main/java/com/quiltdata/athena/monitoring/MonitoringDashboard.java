package com.quiltdata.athena.monitoring;

import com.quiltdata.athena.monitoring.MonitoredResources.Refreshes;
import com.quiltdata.athena.monitoring.PublishedMetrics.QueryState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.PeriodOverride;
import software.amazon.awscdk.services.cloudwatch.YAxisProps;
import software.constructs.Construct;

/**
 * A dashboard of what queries cost and what fails, over two weeks. Graphs of snapshots are on it only where there are
 * snapshots.
 *
 * <p>Dashboards are an account's, whatever the region, and one of the same name would be overwritten: this one is named
 * after the stack and its region.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html">Dashboard
 *     body structure and syntax</a>
 */
public final class MonitoringDashboard extends Construct {

    /**
     * What Athena charges for the bytes that queries read.
     *
     * @see <a href="https://aws.amazon.com/athena/pricing/">Amazon Athena pricing</a>
     */
    private static final int USD_PER_TERABYTE = 5;

    private static final String PRICE = "$" + USD_PER_TERABYTE + " a terabyte (us-east-1, November 2026)";
    private static final double BYTES_PER_TERABYTE = 1e12;

    private static final Duration SHOWN = Duration.days(14);
    private static final Duration DAY = Duration.days(1);
    private static final Duration HOUR = Duration.hours(1);

    /** CloudWatch divides a dashboard's width into so many columns. */
    private static final int COLUMNS = 24;

    private static final int HEIGHT = 6;

    private final MonitoredResources monitored;

    /** Declares the dashboard. */
    public MonitoringDashboard(Construct scope, String id, MonitoredResources monitored) {
        super(scope, id);
        this.monitored = monitored;
        List<List<? extends IWidget>> rows = new ArrayList<>();
        rows.add(row(
                graph("Bytes read per day", "bytes", bytesPerDay()).stacked(true),
                graph("Cost of the bytes read per day, at " + PRICE, "US dollars", dollarsPerDay())
                        .stacked(true)));
        List<GraphWidget.Builder> queries = new ArrayList<>();
        monitored
                .workGroups()
                .forEach((word, workGroup) -> queries.add(
                        graph("Queries per day by state, " + workGroup, "queries", queriesPerDay(word, workGroup))
                                .stacked(true)));
        queries.add(graph(
                "Longest query of each hour",
                "seconds",
                ofWorkGroups((word, workGroup) -> PublishedMetrics.longestQuery(word, workGroup, HOUR))));
        rows.add(row(queries.toArray(new GraphWidget.Builder[0])));
        monitored.refreshes().ifPresent(refreshes -> rows.add(ofRefreshes(refreshes)));
        rows.add(row(graph("View handler", "calls per hour", ofViewHandler())));
        Dashboard.Builder.create(this, "Dashboard")
                .dashboardName(Stack.of(this).getStackName() + "-" + Aws.REGION)
                .defaultInterval(SHOWN)
                // A day stays a day, however long a time is shown.
                .periodOverride(PeriodOverride.INHERIT)
                .widgets(rows)
                .build();
    }

    private List<IMetric> ofWorkGroups(BiFunction<String, String, ? extends IMetric> metric) {
        List<IMetric> metrics = new ArrayList<>();
        monitored.workGroups().forEach((word, workGroup) -> metrics.add(metric.apply(word, workGroup)));
        return metrics;
    }

    private List<IMetric> bytesPerDay() {
        return ofWorkGroups((word, workGroup) -> PublishedMetrics.bytesRead(word, workGroup, DAY));
    }

    private List<IMetric> dollarsPerDay() {
        return ofWorkGroups((word, workGroup) -> MathExpression.Builder.create()
                .expression("%s / %.0f * %d".formatted(word, BYTES_PER_TERABYTE, USD_PER_TERABYTE))
                .usingMetrics(Map.of(word, PublishedMetrics.bytesRead(word, workGroup, DAY)))
                .label(workGroup)
                .period(DAY)
                .build());
    }

    private static List<IMetric> queriesPerDay(String word, String workGroup) {
        return Arrays.stream(QueryState.values())
                .<IMetric>map(state -> PublishedMetrics.queries(word, workGroup, state, DAY))
                .toList();
    }

    private static List<GraphWidget> ofRefreshes(Refreshes refreshes) {
        String machine = refreshes.stateMachineArn();
        List<GraphWidget.Builder> graphs = new ArrayList<>();
        refreshes
                .events()
                .ifPresent(events -> graphs.add(graph(
                        "Events that wait",
                        "seconds; events",
                        List.of(
                                PublishedMetrics.oldestMessage(events.queueName(), HOUR),
                                PublishedMetrics.messages(events.deadLettersName(), HOUR)))));
        Collections.addAll(
                graphs,
                graph(
                                "Refreshes of snapshots per day",
                                "refreshes",
                                List.of(
                                        PublishedMetrics.executionsSucceeded(machine, DAY),
                                        PublishedMetrics.executionsFailed(machine, DAY)))
                        .stacked(true),
                graph(
                        "Longest refresh of each day",
                        "minutes",
                        List.of(PublishedMetrics.longestExecution(machine, DAY))),
                graph("Age of snapshots", "hours", List.of(PublishedMetrics.hoursSinceSuccess(machine, HOUR))));
        return row(graphs.toArray(new GraphWidget.Builder[0]));
    }

    private List<IMetric> ofViewHandler() {
        String handler = monitored.viewFunctions().handler();
        return List.of(
                PublishedMetrics.function("Invocations", handler, "calls", HOUR),
                PublishedMetrics.function("Errors", handler, "errors of the handler", HOUR),
                PublishedMetrics.function(
                        "Errors",
                        monitored.viewFunctions().framework(),
                        "errors of what answers CloudFormation",
                        HOUR));
    }

    private static GraphWidget.Builder graph(String title, String unit, List<IMetric> metrics) {
        return GraphWidget.Builder.create()
                .title(title)
                .left(metrics)
                .leftYAxis(
                        YAxisProps.builder().label(unit).min(0).showUnits(false).build());
    }

    private static List<GraphWidget> row(GraphWidget.Builder... graphs) {
        return Arrays.stream(graphs)
                .map(graph ->
                        graph.width(COLUMNS / graphs.length).height(HEIGHT).build())
                .toList();
    }
}
