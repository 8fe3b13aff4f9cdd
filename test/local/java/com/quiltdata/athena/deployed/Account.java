package com.quiltdata.athena.deployed;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/**
 * The AWS SDK's clients for the account that has the deployment. A call that is throttled is made again, and one that is
 * refused ends with an exception that says what is missing.
 */
record Account(
        Environment environment,
        CloudFormationClient cloudFormation,
        GlueClient glue,
        AthenaClient athena,
        S3Client s3,
        IamClient iam)
        implements AutoCloseable {
    /** With the SDK's waits, which grow to 20 seconds, about a minute. */
    private static final int MOST_ATTEMPTS = 8;

    static Account in(Environment environment) {
        boolean isAws = environment.endpoint().isEmpty();
        // A registry may be in another region than the stack.
        S3Client s3 = configured(S3Client.builder(), environment)
                .forcePathStyle(!isAws)
                .crossRegionAccessEnabled(isAws)
                .build();
        return new Account(
                environment,
                configured(CloudFormationClient.builder(), environment).build(),
                configured(GlueClient.builder(), environment).build(),
                configured(AthenaClient.builder(), environment).build(),
                s3,
                configured(IamClient.builder(), environment).build());
    }

    /** Makes a client of Athena as a role, or throws a NotCheckedException if the caller may not. */
    AthenaClient athenaAs(String role) {
        AwsCredentialsProvider credentials = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(configured(StsClient.builder(), environment).build())
                .refreshRequest(assume -> assume.roleArn(role).roleSessionName("deployed-athena"))
                .build();
        try {
            credentials.resolveCredentials();
        } catch (RuntimeException e) {
            throw new NotCheckedException("Nobody lets the caller be %s: %s".formatted(role, Refusals.reason(e)), e);
        }
        return configured(AthenaClient.builder(), environment)
                .credentialsProvider(credentials)
                .build();
    }

    private static <B extends AwsClientBuilder<B, ?> & SdkSyncClientBuilder<B, ?>> B configured(
            B builder, Environment environment) {
        environment.endpoint().ifPresent(builder::endpointOverride);
        return builder.region(environment.region())
                .credentialsProvider(environment.credentials())
                .httpClient(environment.http())
                .overrideConfiguration(override -> {
                    override.retryStrategy(StandardRetryStrategy.builder()
                            .maxAttempts(MOST_ATTEMPTS)
                            .build());
                    override.addExecutionInterceptor(new Refusals());
                    environment.interceptors().forEach(override::addExecutionInterceptor);
                });
    }

    /** Closes what makes the requests of all clients. */
    @Override
    public void close() {
        environment.http().close();
    }
}
