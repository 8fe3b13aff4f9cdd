package com.quiltdata.athena.snapshot;

import com.quiltdata.athena.access.Statements;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.targets.SqsQueue;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.pipes.CfnPipe;
import software.amazon.awscdk.services.pipes.CfnPipe.PipeSourceParametersProperty;
import software.amazon.awscdk.services.pipes.CfnPipe.PipeSourceSqsQueueParametersProperty;
import software.amazon.awscdk.services.pipes.CfnPipe.PipeTargetParametersProperty;
import software.amazon.awscdk.services.pipes.CfnPipe.PipeTargetStateMachineParametersProperty;
import software.amazon.awscdk.services.sqs.DeadLetterQueue;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/**
 * Starts a state machine when pointers of Quilt buckets are written or deleted: rules of EventBridge, a queue, and a pipe
 * that hands over the queue's messages in batches. Nothing is changed at the buckets, which have to send their events.
 */
final class SnapshotEvents extends Construct {

    /**
     * The most characters of a rule's pattern.
     *
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html">EventBridge's quotas</a>
     */
    private static final int LONGEST_PATTERN = 2_048;

    /** What a pattern has besides the names of buckets, with room to spare. */
    private static final int REST_OF_PATTERN = 250;

    /** The quotes and the comma around a name. */
    private static final int AROUND_NAME = 3;

    /**
     * Bucket and key of so many events, of up to 1,100 characters each, are less than half of the 262,144 that a state
     * machine takes, and their pointers and manifests fit into one statement.
     */
    static final int MOST_EVENTS = 100;

    private static final Duration WINDOW = Duration.minutes(1);
    private static final Duration RETENTION_OF_FAILURES = Duration.days(14);

    private final Queue queue;
    private final Queue deadLetters;

    /**
     * Declares all of it.
     *
     * @param role what the pipe does its work as, still without permissions
     */
    SnapshotEvents(Construct scope, String id, List<QuiltBucket> buckets, String stateMachineArn, Role.Builder role) {
        super(scope, id);
        // What nobody takes out is in the next scheduled refresh anyhow.
        deadLetters =
                queue("DeadLetters").retentionPeriod(RETENTION_OF_FAILURES).build();
        queue = queue("Queue")
                .deadLetterQueue(DeadLetterQueue.builder()
                        .queue(deadLetters)
                        .maxReceiveCount(5)
                        .build())
                .visibilityTimeout(Duration.minutes(5))
                .build();
        List<List<String>> groups = groups(buckets);
        for (int group = 0; group < groups.size(); group++) {
            declareRule("Rule" + (group + 1), groups.get(group));
        }
        declarePipe(stateMachineArn, role);
    }

    private Queue.Builder queue(String id) {
        return Queue.Builder.create(this, id)
                .encryption(QueueEncryption.SQS_MANAGED)
                .enforceSsl(true);
    }

    /** As many buckets in each as a pattern takes. */
    private static List<List<String>> groups(List<QuiltBucket> buckets) {
        List<List<String>> groups = new ArrayList<>();
        int length = LONGEST_PATTERN;
        for (QuiltBucket bucket : buckets) {
            length += bucket.name().length() + AROUND_NAME;
            if (length > LONGEST_PATTERN) {
                groups.add(new ArrayList<>());
                length = REST_OF_PATTERN + bucket.name().length() + AROUND_NAME;
            }
            groups.get(groups.size() - 1).add(bucket.name());
        }
        return groups;
    }

    private void declareRule(String id, List<String> buckets) {
        Rule.Builder.create(this, id)
                .description("Pointers of Quilt packages that were written or deleted")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.s3"))
                        .detailType(List.of("Object Created", "Object Deleted"))
                        .detail(Map.of(
                                "bucket",
                                Map.of("name", buckets),
                                "object",
                                Map.of(
                                        "key",
                                        List.of(Map.of("prefix", QuiltBucket.REGISTRY_PREFIX + "named_packages/")))))
                        .build())
                .targets(List.of(SqsQueue.Builder.create(queue)
                        .deadLetterQueue(deadLetters)
                        .build()))
                .build();
    }

    private void declarePipe(String stateMachineArn, Role.Builder role) {
        Role pipeRole = role.inlinePolicies(Map.of(
                        "HandOver",
                        PolicyDocument.Builder.create()
                                .statements(List.of(
                                        Statements.allow(
                                                "TakeEvents",
                                                List.of(
                                                        "sqs:DeleteMessage",
                                                        "sqs:GetQueueAttributes",
                                                        "sqs:ReceiveMessage"),
                                                List.of(queue.getQueueArn()),
                                                Map.of()),
                                        Statements.allow(
                                                "StartRefresh",
                                                List.of("states:StartExecution"),
                                                List.of(stateMachineArn),
                                                Map.of())))
                                .build()))
                .build();
        CfnPipe.Builder.create(this, "Pipe")
                .description("Hands over which pointers have changed")
                .roleArn(pipeRole.getRoleArn())
                .source(queue.getQueueArn())
                .sourceParameters(PipeSourceParametersProperty.builder()
                        .sqsQueueParameters(PipeSourceSqsQueueParametersProperty.builder()
                                .batchSize(MOST_EVENTS)
                                .maximumBatchingWindowInSeconds(WINDOW.toSeconds())
                                .build())
                        .build())
                .target(stateMachineArn)
                .targetParameters(PipeTargetParametersProperty.builder()
                        .inputTemplate("{\"bucket\": <$.body.detail.bucket.name>, \"key\": <$.body.detail.object.key>}")
                        .stepFunctionStateMachineParameters(PipeTargetStateMachineParametersProperty.builder()
                                .invocationType("FIRE_AND_FORGET")
                                .build())
                        .build())
                .build();
    }

    String queueName() {
        return queue.getQueueName();
    }

    String deadLettersName() {
        return deadLetters.getQueueName();
    }
}
