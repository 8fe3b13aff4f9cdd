package com.quiltdata.athena.local.clients;

import com.quiltdata.athena.local.protocol.LocalAccount;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.s3.S3Client;

/** The AWS SDK's clients for an account on loopback. */
public final class AwsClients implements AutoCloseable {
    /** Without a proxy, whatever the environment says: these calls are for this machine alone. */
    private final SdkHttpClient http = UrlConnectionHttpClient.builder()
            .proxyConfiguration(
                    proxy -> proxy.useEnvironmentVariablesValues(false).useSystemPropertyValues(false))
            .build();

    private final S3Client s3;
    private final GlueClient glue;
    private final AthenaClient athena;
    private final SchedulerClient scheduler;
    private final StepFunctionsClient stepFunctions;
    private final EventPipesClient eventPipes;

    /** Makes the clients. */
    public AwsClients(URI endpoint) {
        s3 = configured(S3Client.builder().forcePathStyle(true), endpoint)
                .httpClient(http)
                .build();
        glue = configured(GlueClient.builder(), endpoint).httpClient(http).build();
        athena = configured(AthenaClient.builder(), endpoint).httpClient(http).build();
        scheduler = new SchedulerClient(endpoint);
        stepFunctions = new StepFunctionsClient(endpoint);
        eventPipes = new EventPipesClient(endpoint);
    }

    private static <B extends AwsClientBuilder<B, ?>> B configured(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(Region.of(LocalAccount.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(LocalAccount.ACCESS_KEY_ID, LocalAccount.SECRET_ACCESS_KEY)));
    }

    /**
     * Amazon S3.
     *
     * @return a client that uses path-style addresses
     */
    public S3Client s3() {
        return s3;
    }

    /** The AWS Glue Data Catalog. */
    public GlueClient glue() {
        return glue;
    }

    /** Amazon Athena. */
    public AthenaClient athena() {
        return athena;
    }

    /** Amazon EventBridge Scheduler. */
    public SchedulerClient scheduler() {
        return scheduler;
    }

    /** AWS Step Functions. */
    public StepFunctionsClient stepFunctions() {
        return stepFunctions;
    }

    /** What carries S3's events to state machines. */
    public EventPipesClient eventPipes() {
        return eventPipes;
    }

    @Override
    public void close() {
        s3.close();
        glue.close();
        athena.close();
        http.close();
    }
}
