package com.quiltdata.athena.view;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.athena.AthenaClient;

/**
 * Makes, replaces and drops one Athena view for one {@code Custom::AthenaView}.
 *
 * <p>It runs under CDK's custom resource provider framework: it returns the physical id or throws, and the framework
 * answers CloudFormation, with the exception's message as the reason. The framework also keeps the delete of a
 * resource whose create failed away from it.
 */
public final class ViewHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    /** What is kept of the function's time to stop a query that is late and to answer. */
    private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(30);

    private final AthenaClient athena;
    private final Time time;

    /** For the Lambda runtime: region, credentials and endpoint come from the SDK's default providers. */
    public ViewHandler() {
        this(athenaClient(), Time.SYSTEM);
    }

    ViewHandler(AthenaClient athena, Time time) {
        this.athena = athena;
        this.time = time;
    }

    /**
     * The handler's own client. Every request is tried once: {@link ViewStatement} decides what is worth another try
     * and until when, and keeps the error that it would end with.
     */
    private static AthenaClient athenaClient() {
        // Java's URL connections otherwise send a POST again by themselves when a connection drops.
        System.setProperty("sun.net.http.retryPost", "false");
        return AthenaClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(5))
                        .socketTimeout(Duration.ofSeconds(10)))
                .overrideConfiguration(configuration -> configuration.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
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
        ViewRequest request = ViewRequest.parse(event);
        LambdaLogger logger = context.getLogger();
        Deadline deadline = new Deadline(
                time, Duration.ofMillis(context.getRemainingTimeInMillis()).minus(TIME_TO_ANSWER));
        logger.log("%s view %s in workgroup %s".formatted(request.type(), request.fullName(), request.workGroup()));
        new ViewStatement(athena, logger, request, deadline).run();
        return Map.of("PhysicalResourceId", request.physicalResourceId());
    }
}
