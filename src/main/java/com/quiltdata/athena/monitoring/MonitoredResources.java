package com.quiltdata.athena.monitoring;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is watched, by the names that CloudWatch's metrics have for it.
 *
 * @param workGroup the users' workgroup
 * @param refreshes what refreshes snapshots; empty if there are none
 * @param viewFunctions what creates and drops views
 */
public record MonitoredResources(String workGroup, Optional<Refreshes> refreshes, ViewFunctions viewFunctions) {

    /** The names of all workgroups, by a word for the ids of their metrics; the users' comes first. */
    Map<String, String> workGroups() {
        Map<String, String> workGroups = new LinkedHashMap<>();
        workGroups.put("users", workGroup);
        refreshes.ifPresent(made -> workGroups.put("refreshes", made.workGroup()));
        return workGroups;
    }

    /**
     * What refreshes snapshots.
     *
     * @param workGroup the workgroup that its queries run in
     * @param stateMachineArn the state machine's ARN
     * @param schedule when it is started, as an expression of EventBridge Scheduler
     * @param events what follows events; empty if nothing does
     */
    public record Refreshes(
            String workGroup, String stateMachineArn, String schedule, Optional<FollowedEvents> events) {

        /** The state machines, by a word for the ids of their metrics. */
        Map<String, String> stateMachines() {
            Map<String, String> machines = new LinkedHashMap<>();
            machines.put("scheduled", stateMachineArn);
            events.ifPresent(followed -> machines.put("events", followed.stateMachineArn()));
            return machines;
        }
    }

    /**
     * What follows the events of buckets.
     *
     * @param stateMachineArn the state machine that events start
     * @param queueName the queue that they wait in
     * @param deadLettersName the queue of those that could not be handed over
     */
    public record FollowedEvents(String stateMachineArn, String queueName, String deadLettersName) {}

    /**
     * The functions that create and drop views.
     *
     * @param handler the name of the function that does it
     * @param framework the name of the function that answers CloudFormation
     */
    public record ViewFunctions(String handler, String framework) {}
}
