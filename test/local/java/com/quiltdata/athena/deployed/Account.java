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
final class Account implements AutoCloseable {
    /** With the SDK's waits, which grow to 20 seconds, about a minute. */
    private static final int MOST_ATTEMPTS = 8;

    private final Environment environment;
    private final CloudFormationClient cloudFormation;
    private final GlueClient glue;
    private final AthenaClient athena;
    private final S3Client s3;
    private final IamClient iam;
    private final StsClient sts;

    Account(Environment environment) {
        this.environment = environment;
        boolean isAws = environment.endpoint().isEmpty();
        cloudFormation = configured(CloudFormationClient.builder()).build();
        glue = configured(GlueClient.builder()).build();
        athena = athena(environment.credentials());
        // A registry may be in another region than the stack.
        s3 = configured(S3Client.builder())
                .forcePathStyle(!isAws)
                .crossRegionAccessEnabled(isAws)
                .build();
        iam = configured(IamClient.builder()).build();
        sts = configured(StsClient.builder()).build();
    }

    CloudFormationClient cloudFormation() {
        return cloudFormation;
    }

    GlueClient glue() {
        return glue;
    }

    AthenaClient athena() {
        return athena;
    }

    S3Client s3() {
        return s3;
    }

    IamClient iam() {
        return iam;
    }

    /**
     * Makes a client of Athena for those who may take on a role.
     *
     * @throws NotCheckedException if the caller may not
     */
    AthenaClient athenaAs(String role) {
        StsAssumeRoleCredentialsProvider credentials = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(assume -> assume.roleArn(role).roleSessionName("deployed-athena"))
                .build();
        try {
            credentials.resolveCredentials();
        } catch (RuntimeException e) {
            throw new NotCheckedException("Nobody lets the caller be %s: %s".formatted(role, Refusals.reason(e)), e);
        }
        return athena(credentials);
    }

    private AthenaClient athena(AwsCredentialsProvider credentials) {
        return configured(AthenaClient.builder())
                .credentialsProvider(credentials)
                .build();
    }

    private <B extends AwsClientBuilder<B, ?> & SdkSyncClientBuilder<B, ?>> B configured(B builder) {
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

    /** Closes the clients and what makes their requests. */
    @Override
    public void close() {
        cloudFormation.close();
        glue.close();
        athena.close();
        s3.close();
        iam.close();
        sts.close();
        environment.http().close();
    }
}
