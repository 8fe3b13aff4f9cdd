package com.quiltdata.athena.monitoring;

import com.quiltdata.athena.configuration.Configuration.Alarms;
import com.quiltdata.athena.monitoring.MonitoredResources.FollowedEvents;
import com.quiltdata.athena.monitoring.MonitoredResources.Refreshes;
import com.quiltdata.athena.monitoring.MonitoredResources.ViewFunctions;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/**
 * Alarms about what costs more than it should, and what no longer works. They go to a topic that is there already.
 *
 * <p>CloudFormation names them after the stack. Metrics are filled up with 0 where an alarm compares days or many hours:
 * CloudWatch looks further back than asked for when values are missing, and would judge by old ones.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html">How alarms
 *     treat missing data</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html">Alarm
 *     evaluation window</a>: a period of a day is the last 24 hours, and not the calendar's day
 */
public final class MonitoringAlarms extends Construct {
    private static final Duration DAY = Duration.days(1);

    /** Errors of a function are dated back to its start, up to eleven minutes. Shorter periods would miss them. */
    private static final Duration HOUR = Duration.hours(1);

    /** Of an event, which is handed over within a minute or two. */
    private static final Duration LONGEST_WAIT = Duration.minutes(15);

    private final SnsAction action;

    /**
     * Declares the alarms.
     *
     * @param alarms where they go, and from how many bytes on
     */
    public MonitoringAlarms(Construct scope, String id, Alarms alarms, MonitoredResources monitored) {
        super(scope, id);
        ITopic topic = Topic.fromTopicArn(this, "Topic", alarms.topicArn());
        action = new SnsAction(topic);
        alarms.bytesScannedPerDay().ifPresent(bytes -> declareBytesPerDay(bytes, monitored));
        monitored.refreshes().ifPresent(this::declareRefreshes);
        declareViewHandlerErrors(monitored.viewFunctions());
    }

    /** Users and refreshes together: that is what the bill has. On a day without queries nothing is read. */
    private void declareBytesPerDay(long bytes, MonitoredResources monitored) {
        Map<String, IMetric> metrics = new TreeMap<>();
        monitored
                .workGroups()
                .forEach((word, workGroup) -> metrics.put(word, PublishedMetrics.bytesRead(word, workGroup, DAY)));
        IMetric all = MathExpression.Builder.create()
                .expression(String.join(
                        " + ",
                        metrics.keySet().stream().map("FILL(%s, 0)"::formatted).toList()))
                .usingMetrics(metrics)
                .label("bytes read within a day")
                .period(DAY)
                .build();
        declare(over(
                "BytesPerDay",
                "Athena has read more than %d bytes within 24 hours (bytesScannedAlarmPerDay)".formatted(bytes),
                all,
                bytes));
    }

    private void declareRefreshes(Refreshes refreshes) {
        declare(over(
                "RefreshFailed",
                "A refresh of snapshots has failed: the execution's cause names the buckets and Athena's reasons",
                PublishedMetrics.executionsUnsuccessful(refreshes.stateMachines(), HOUR),
                0));
        refreshes.events().ifPresent(this::declareEvents);
        OverdueRefresh.hours(refreshes.schedule())
                .ifPresent(hours -> declare(Alarm.Builder.create(this, "RefreshOverdue")
                        .alarmDescription("No refresh of snapshots has succeeded for %d hours (snapshotSchedule: %s)"
                                .formatted(hours, refreshes.schedule()))
                        .metric(successes(refreshes))
                        .comparisonOperator(ComparisonOperator.LESS_THAN_THRESHOLD)
                        .threshold(1)
                        .evaluationPeriods(hours)
                        // That there is no data is what it is for: nothing may have been started.
                        .treatMissingData(TreatMissingData.BREACHING)));
    }

    private void declareEvents(FollowedEvents events) {
        declare(over(
                "EventsWaiting",
                "Events of Quilt buckets have waited for more than %d minutes: see whether the pipe runs"
                        .formatted(LONGEST_WAIT.toMinutes().intValue()),
                PublishedMetrics.oldestMessage(events.queueName(), HOUR),
                LONGEST_WAIT.toSeconds().longValue()));
        declare(over(
                "EventsGivenUp",
                "Events of Quilt buckets could not be handed over; the next scheduled refresh has what they tell",
                PublishedMetrics.messages(events.deadLettersName(), HOUR),
                0));
    }

    private static IMetric successes(Refreshes refreshes) {
        return MathExpression.Builder.create()
                .expression("FILL(succeeded, 0)")
                .usingMetrics(
                        Map.of("succeeded", PublishedMetrics.executionsSucceeded(refreshes.stateMachineArn(), HOUR)))
                .label("refreshes that succeeded")
                .period(HOUR)
                .build();
    }

    private void declareViewHandlerErrors(ViewFunctions functions) {
        IMetric errors = MathExpression.Builder.create()
                .expression("handler + framework")
                .usingMetrics(new TreeMap<>(Map.of(
                        "handler", PublishedMetrics.function("Errors", functions.handler(), "errors", HOUR),
                        "framework", PublishedMetrics.function("Errors", functions.framework(), "errors", HOUR))))
                .label("errors of the view handler")
                .period(HOUR)
                .build();
        declare(over(
                "ViewHandlerErrors",
                "A view could not be created or dropped: the deployment's events have Athena's reason",
                errors,
                0));
    }

    /**
     * An alarm that rings when one value is over a threshold. Without data there is nothing to be over it: no query has
     * run, no execution has ended, no function was called.
     */
    private Alarm.Builder over(String id, String description, IMetric metric, long threshold) {
        return Alarm.Builder.create(this, id)
                .alarmDescription(description)
                .metric(metric)
                .comparisonOperator(ComparisonOperator.GREATER_THAN_THRESHOLD)
                .threshold(threshold)
                .evaluationPeriods(1)
                .treatMissingData(TreatMissingData.NOT_BREACHING);
    }

    private void declare(Alarm.Builder alarm) {
        alarm.build().addAlarmAction(action);
    }
}
