package com.quiltdata.athena.handler;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.AthenaClientBuilder;

/**
 * Makes, replaces and drops one Athena view for one {@code Custom::AthenaView}.
 *
 * <p>It runs under CDK's custom resource provider framework: it returns the physical id or throws, and the framework
 * answers CloudFormation, with the exception's message as the reason. The framework also keeps the delete of a
 * resource whose create failed away from it.
 */
public final class ViewHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    /** How long Athena may take to answer one request; it answers within a second or two. */
    static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    /** Kept of the function's time for what may come after the deadline: to start, look at and stop a query. */
    static final Duration TIME_TO_ANSWER = LONGEST_CALL.multipliedBy(4);

    private final AthenaClient athena;
    private final PollingClock clock;
    private final RandomGenerator random;

    /** For the Lambda runtime: region, credentials and endpoint come from the SDK's default providers. */
    public ViewHandler() {
        this(AthenaClient.builder(), PollingClock.SYSTEM, new Random());
    }

    /**
     * For tests. Every request is tried once: {@link ViewStatement} decides what is worth another try and until when,
     * and keeps the error that it would end with. No request takes longer than {@link #LONGEST_CALL}, whether its
     * connection is dead or its answer trickles.
     *
     * @param athena says where Athena is and who asks; the rest is set here
     * @param random makes handlers that were started together part
     */
    ViewHandler(AthenaClientBuilder athena, PollingClock clock, RandomGenerator random) {
        // Java's URL connections otherwise send a POST again by themselves when a connection drops.
        System.setProperty("sun.net.http.retryPost", "false");
        this.athena = athena.httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(LONGEST_CALL.dividedBy(2))
                        .socketTimeout(LONGEST_CALL))
                .overrideConfiguration(configuration -> configuration
                        .retryStrategy(DefaultRetryStrategy.doNotRetry())
                        .apiCallTimeout(LONGEST_CALL))
                .build();
        this.clock = clock;
        this.random = random;
    }

    /**
     * Brings the view to the state that the request asks for, and returns when Athena has done so.
     *
     * @param event the custom resource request, with the properties {@code WorkGroup}, {@code Database},
     *     {@code ViewName} and {@code Query}
     * @param context gives the time that is left and the log
     * @return {@code PhysicalResourceId} → {@code <Database>.<ViewName>}
     * @throws IllegalArgumentException if the request is not one that this handler understands
     * @throws ViewException if Athena did not do it; the message names the view, Athena's reason and the query's id
     */
    @Override
    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        StepLog log = new StepLog(context.getLogger());
        try {
            ViewRequest request = ViewRequest.parse(event);
            log.info(
                    "Requested",
                    "type",
                    request.type(),
                    "view",
                    request.fullName(),
                    "workGroup",
                    request.workGroup(),
                    "request",
                    request.id());
            Deadline deadline = new Deadline(
                    clock,
                    random,
                    Duration.ofMillis(context.getRemainingTimeInMillis()).minus(TIME_TO_ANSWER));
            new ViewStatement(athena, log, request, deadline).run();
            log.info("Done", "physicalResourceId", request.physicalResourceId());
            return Map.of("PhysicalResourceId", request.physicalResourceId());
        } catch (IllegalArgumentException | ViewException e) {
            log.error("Failed", "reason", e.getMessage());
            throw e;
        }
    }
}
