package com.quiltdata.athena.monitoring;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;

/**
 * The metrics that Athena, Step Functions and Lambda publish anyway, and what they say together.
 *
 * <p>Athena documents its metrics and their dimensions, and not in which combinations it publishes them: for a workgroup
 * as a whole, for each state and type of query in it, or both. A metric that is not there has no data, and an alarm over
 * it would never ring. So {@link #bytesRead} and {@link #longestQuery} ask for both, and take the larger.
 *
 * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html">Athena's metrics</a>
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html">Step Functions'
 *     metrics</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html">Lambda's metrics</a>, and <a
 *     href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html">their dimensions</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html">Metric math</a>: in
 *     arithmetic and comparisons, a missing value counts as 0
 */
final class PublishedMetrics {
    private static final String SUM = "Sum";
    private static final String MAXIMUM = "Maximum";

    private PublishedMetrics() {}

    /** How a query ended. */
    enum QueryState {
        SUCCEEDED,
        FAILED,
        CANCELED;

        /** As people read it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What kind of statement a query is. */
    private enum QueryType {
        DML,
        DDL,
        UTILITY
    }

    /**
     * The bytes that the queries of a workgroup read, those too that failed or were canceled. Athena tells them of DML
     * alone; other statements read none.
     *
     * @param id the first word of the ids that the expression needs, which differ within one graph or alarm
     * @return bytes
     */
    static MathExpression bytesRead(String id, String workGroup, Duration period) {
        Map<String, IMetric> metrics = metricsOfDml("ProcessedBytes", SUM, id + "_bytes", workGroup, period);
        String all = id + "_bytes";
        String ofStates =
                metrics.keySet().stream().filter(name -> !name.equals(all)).collect(Collectors.joining(" + "));
        return MathExpression.Builder.create()
                .expression("IF(%s > %s, %s, %s)".formatted(all, ofStates, all, ofStates))
                .usingMetrics(metrics)
                .label(workGroup)
                .period(period)
                .build();
    }

    /**
     * How long the longest query of a workgroup took.
     *
     * @param id the first word of the ids that the expression needs, which differ within one graph
     * @return seconds
     */
    static MathExpression longestQuery(String id, String workGroup, Duration period) {
        Map<String, IMetric> metrics = metricsOfDml("TotalExecutionTime", MAXIMUM, id + "_time", workGroup, period);
        return MathExpression.Builder.create()
                .expression("MAX([%s]) / 1000".formatted(String.join(", ", metrics.keySet())))
                .usingMetrics(metrics)
                .label(workGroup)
                .period(period)
                .build();
    }

    /**
     * How many queries of a workgroup ended in a state.
     *
     * @param id the first word of the ids that the expression needs, which differ within one graph
     * @return a number, of statements of all types
     */
    static MathExpression queries(String id, String workGroup, QueryState state, Duration period) {
        Map<String, IMetric> metrics = Arrays.stream(QueryType.values())
                .collect(Collectors.toMap(
                        type -> "%s_%s_%s"
                                .formatted(id, state.word(), type.name().toLowerCase(Locale.ROOT)),
                        type -> athena("TotalExecutionTime", "SampleCount", dimensions(workGroup, state, type), period),
                        (one, other) -> one,
                        TreeMap::new));
        return MathExpression.Builder.create()
                .expression(String.join(" + ", metrics.keySet()))
                .usingMetrics(metrics)
                .label(state.word())
                .period(period)
                .build();
    }

    /** How many executions of a state machine succeeded. */
    static Metric executionsSucceeded(String stateMachineArn, Duration period) {
        return executions("ExecutionsSucceeded", SUM, "succeeded", stateMachineArn, period);
    }

    /** How many executions of a state machine failed. */
    static Metric executionsFailed(String stateMachineArn, Duration period) {
        return executions("ExecutionsFailed", SUM, "failed", stateMachineArn, period);
    }

    /** How many executions of state machines did not succeed: they failed, were stopped, or took too long. */
    static MathExpression executionsUnsuccessful(Map<String, String> stateMachines, Duration period) {
        Map<String, IMetric> metrics = new TreeMap<>();
        stateMachines.forEach((word, arn) -> Stream.of("Failed", "Aborted", "TimedOut")
                .forEach(end ->
                        metrics.put(word + end, executions("Executions" + end, SUM, word + " " + end, arn, period))));
        return MathExpression.Builder.create()
                .expression(
                        metrics.keySet().stream().map("FILL(%s, 0)"::formatted).collect(Collectors.joining(" + ")))
                .usingMetrics(metrics)
                .label("refreshes without success")
                .period(period)
                .build();
    }

    /** How many seconds the oldest message has been in a queue. */
    static Metric oldestMessage(String queueName, Duration period) {
        return queue("ApproximateAgeOfOldestMessage", "oldest event", queueName, period);
    }

    /** How many messages are in a queue. */
    static Metric messages(String queueName, Duration period) {
        return queue("ApproximateNumberOfMessagesVisible", "events that were given up", queueName, period);
    }

    private static Metric queue(String name, String label, String queueName, Duration period) {
        return metric("AWS/SQS", name, MAXIMUM, label, Map.of("QueueName", queueName), period);
    }

    /** How long the longest execution of a state machine took. */
    static MathExpression longestExecution(String stateMachineArn, Duration period) {
        return MathExpression.Builder.create()
                .expression("execution / 60000")
                .usingMetrics(
                        Map.of("execution", executions("ExecutionTime", MAXIMUM, "longest", stateMachineArn, period)))
                .label("longest")
                .period(period)
                .build();
    }

    /**
     * How long ago an execution of a state machine last succeeded, as far back as a graph goes.
     *
     * @param period how exactly; the age is a multiple of it
     */
    static MathExpression hoursSinceSuccess(String stateMachineArn, Duration period) {
        // The time of each success, carried on until the next one. Before the first there is none, and so no age.
        MathExpression last = MathExpression.Builder.create()
                .expression("FILL(IF(success > 0, EPOCH(success)), REPEAT)")
                .usingMetrics(Map.of("success", executionsSucceeded(stateMachineArn, period)))
                .period(period)
                .build();
        return MathExpression.Builder.create()
                .expression("IF(last > 0, (EPOCH(last) - last) / 3600)")
                .usingMetrics(Map.of("last", last))
                .label("since the last success")
                .period(period)
                .build();
    }

    /** A metric of a function: {@code Invocations}, how many times it ran, or {@code Errors}, how many ended in one. */
    static Metric function(String name, String functionName, String label, Duration period) {
        return metric("AWS/Lambda", name, SUM, label, Map.of("FunctionName", functionName), period);
    }

    /** A metric of a workgroup as a whole, and of its queries that read data by their state; by ids. */
    private static Map<String, IMetric> metricsOfDml(
            String name, String statistic, String id, String workGroup, Duration period) {
        Map<String, IMetric> metrics = Arrays.stream(QueryState.values())
                .collect(Collectors.toMap(
                        state -> id + "_" + state.word(),
                        state -> athena(name, statistic, dimensions(workGroup, state, QueryType.DML), period),
                        (one, other) -> one,
                        TreeMap::new));
        metrics.put(id, athena(name, statistic, Map.of("WorkGroup", workGroup), period));
        return metrics;
    }

    private static Map<String, String> dimensions(String workGroup, QueryState state, QueryType type) {
        return Map.of("QueryState", state.name(), "QueryType", type.name(), "WorkGroup", workGroup);
    }

    private static Metric athena(String name, String statistic, Map<String, String> dimensions, Duration period) {
        return metric("AWS/Athena", name, statistic, name, dimensions, period);
    }

    private static Metric executions(
            String name, String statistic, String label, String stateMachineArn, Duration period) {
        return metric("AWS/States", name, statistic, label, Map.of("StateMachineArn", stateMachineArn), period);
    }

    private static Metric metric(
            String namespace,
            String name,
            String statistic,
            String label,
            Map<String, String> dimensions,
            Duration period) {
        return Metric.Builder.create()
                .namespace(namespace)
                .metricName(name)
                .dimensionsMap(new TreeMap<>(dimensions))
                .statistic(statistic)
                .label(label)
                .period(period)
                .build();
    }
}
