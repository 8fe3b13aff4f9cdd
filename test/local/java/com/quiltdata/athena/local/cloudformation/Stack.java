package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A stack or nested stack: what it has, what is done about it, and what was.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html">Status codes</a>
 */
final class Stack {
    /** The type of a stack in another one. */
    static final String TYPE = "AWS::CloudFormation::Stack";

    static final String REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS";
    static final String DELETE_COMPLETE = "DELETE_COMPLETE";
    static final String ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE";

    private final String id;
    private final Optional<Stack> parent;
    private final Instant created = Instant.now();
    private final List<ObjectNode> events = new ArrayList<>();
    private final Map<String, ObjectNode> resources = new TreeMap<>();
    private final Map<String, ChangeSet> changeSets = new LinkedHashMap<>();
    private final Deque<StackUpdate> failedUpdates = new ArrayDeque<>();

    private Optional<Instant> changed = Optional.empty();
    private String status = REVIEW_IN_PROGRESS;
    private String reason = "User Initiated";
    private Content content = new Content(MissingNode.getInstance(), Map.of(), Map.of(), Map.of());
    private ObjectNode settings = AwsJson.object();
    private Instant driftChecked;
    private Map<String, ObjectNode> drifts = Map.of();
    private Instant lastMoment = Instant.EPOCH;

    /** What a stack is made of: its template as it was given; the rest by name or logical id. */
    record Content(
            JsonNode template,
            Map<String, String> parameters,
            Map<String, Member> members,
            Map<String, String> outputs) {}

    /**
     * A resource of a stack.
     *
     * @param type its type
     * @param properties its properties, without intrinsic functions
     * @param needs the logical ids of what it refers to and depends on
     * @param resource the resource, as others refer to it
     * @param isRetained whether it stays when the stack does not want it any more
     */
    record Member(String type, JsonNode properties, Set<String> needs, Resource resource, boolean isRetained) {
        /** Whether a function makes it. */
        boolean isCustom() {
            return type.startsWith("Custom::");
        }
    }

    /** Begins a stack that has nothing yet, nested in another one or not. */
    Stack(String name, Optional<Stack> parent) {
        this.id = "arn:aws:cloudformation:%s:%s:stack/%s/%s"
                .formatted(LocalAccount.REGION, LocalAccount.ACCOUNT_ID, name, UUID.randomUUID());
        this.parent = parent;
    }

    /** Its ARN. */
    String id() {
        return id;
    }

    String name() {
        return id.split("/")[1];
    }

    Optional<Stack> parent() {
        return parent;
    }

    /** The stack that it is nested in, directly or not, or itself. */
    Stack root() {
        return parent.map(Stack::root).orElse(this);
    }

    synchronized String status() {
        return status;
    }

    synchronized Content content() {
        return content;
    }

    /** Change sets that wait to be executed, by ARN. */
    Map<String, ChangeSet> changeSets() {
        return changeSets;
    }

    /** Updates that have failed and were not rolled back, the last one first. */
    Deque<StackUpdate> failedUpdates() {
        return failedUpdates;
    }

    /** What a request sets that is not about resources: tags, a role, capabilities, protection. */
    ObjectNode settings() {
        return settings;
    }

    boolean isThere() {
        return !status().equals(DELETE_COMPLETE);
    }

    boolean isInProgress() {
        return status().endsWith("_IN_PROGRESS") && !status().equals(REVIEW_IN_PROGRESS);
    }

    /** Whether nothing was ever made for it. */
    boolean isInReview() {
        return status().equals(REVIEW_IN_PROGRESS);
    }

    /** The parameters that every template has. */
    Map<String, String> pseudoParameters() {
        return Map.of(
                "AWS::AccountId",
                LocalAccount.ACCOUNT_ID,
                "AWS::Partition",
                "aws",
                "AWS::Region",
                LocalAccount.REGION,
                "AWS::StackId",
                id,
                "AWS::StackName",
                name(),
                "AWS::URLSuffix",
                "amazonaws.com");
    }

    synchronized void become(Content newContent) {
        content = newContent;
    }

    /** Notes a new status, which those who wait for one are told of. */
    synchronized void enter(String newStatus, String newReason) {
        if (newStatus.endsWith("_IN_PROGRESS") && !newStatus.startsWith("CREATE") && !newStatus.contains("CLEANUP")) {
            changed = Optional.of(Instant.now());
        }
        status = newStatus;
        reason = newReason;
        event(name(), id, TYPE, newStatus, newReason);
        notifyAll();
    }

    /** Waits until nothing is in progress. */
    synchronized void await() {
        try {
            while (isInProgress()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Notes what is done about a resource of the stack. */
    synchronized void resourceEvent(
            String logicalId, String physicalId, String type, String newStatus, String newReason) {
        ObjectNode event = event(logicalId, physicalId, type, newStatus, newReason);
        ObjectNode current = resources.get(logicalId);
        boolean isOfAnother = newStatus.startsWith("DELETE")
                && current != null
                && !current.path("PhysicalResourceId").asText().equals(physicalId);
        if (!isOfAnother) {
            resources.put(logicalId, event);
        }
    }

    private ObjectNode event(String logicalId, String physicalId, String type, String newStatus, String newReason) {
        ObjectNode event = AwsJson.object()
                .put("StackId", id)
                .put("EventId", logicalId + "-" + newStatus + "-" + UUID.randomUUID())
                .put("StackName", name())
                .put("LogicalResourceId", logicalId)
                .put("PhysicalResourceId", physicalId)
                .put("ResourceType", type)
                .put("Timestamp", nextMoment().toString())
                .put("ResourceStatus", newStatus);
        if (!newReason.isEmpty()) {
            event.put("ResourceStatusReason", newReason);
        }
        events.add(event);
        return event;
    }

    /** Clients sort by time, in milliseconds. */
    private Instant nextMoment() {
        Instant moment = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        lastMoment = moment.isAfter(lastMoment) ? moment : lastMoment.plusMillis(1);
        return lastMoment;
    }

    /** What was done, the last first. */
    synchronized List<ObjectNode> events() {
        return new ArrayList<>(events).reversed();
    }

    /** The last event of each resource that is there, or that a deleted stack had. */
    synchronized List<ObjectNode> resources() {
        return resources.values().stream()
                .filter(resource -> status.equals(DELETE_COMPLETE)
                        || !resource.path("ResourceStatus").asText().equals(DELETE_COMPLETE))
                .toList();
    }

    /** Notes that somebody has looked for drift. */
    void checkedForDrift(Map<String, ObjectNode> found) {
        drifts = found;
        driftChecked = Instant.now();
    }

    /** What was found about each resource when somebody last looked for drift. */
    Map<String, ObjectNode> drifts() {
        return drifts;
    }

    /** As lists of stacks have it. */
    synchronized ObjectNode summary() {
        ObjectNode summary = AwsJson.object()
                .put("StackId", id)
                .put("StackName", name())
                .put("CreationTime", created.toString())
                .put("StackStatus", status);
        if (!reason.isEmpty()) {
            summary.put("StackStatusReason", reason);
        }
        changed.ifPresent(time -> summary.put(isThere() ? "LastUpdatedTime" : "DeletionTime", time.toString()));
        parent.ifPresent(stack -> summary.put("ParentId", stack.id()).put("RootId", root().id()));
        ObjectNode drift = summary.putObject("DriftInformation");
        if (driftChecked == null) {
            drift.put("StackDriftStatus", "NOT_CHECKED");
        } else {
            drift.put("StackDriftStatus", driftStatus()).put("LastCheckTimestamp", driftChecked.toString());
        }
        return summary;
    }

    /** Whether any resource has drifted, when somebody last looked. */
    String driftStatus() {
        return drifts.values().stream()
                        .anyMatch(drift ->
                                drift.path("StackResourceDriftStatus").asText().matches("MODIFIED|DELETED"))
                ? "DRIFTED"
                : "IN_SYNC";
    }
}
