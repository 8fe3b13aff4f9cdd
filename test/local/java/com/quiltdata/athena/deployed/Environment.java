package com.quiltdata.athena.deployed;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Where calls go, and whose they are; without an endpoint, to AWS. */
record Environment(
        Optional<URI> endpoint,
        Region region,
        AwsCredentialsProvider credentials,
        SdkHttpClient http,
        List<ExecutionInterceptor> interceptors) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    Environment {
        interceptors = List.copyOf(interceptors);
    }

    /**
     * What the AWS CLI would take: region and credentials from the environment, the profile or the machine's role, and
     * {@code AWS_ENDPOINT_URL}.
     *
     * @throws NothingToCheckException if there is no region, or there are no credentials
     */
    static Environment ofProcess() {
        Optional<URI> endpoint =
                Optional.ofNullable(System.getenv("AWS_ENDPOINT_URL")).map(Environment::endpointOf);
        return new Environment(endpoint, regionOfProcess(), credentialsOfProcess(), http(endpoint), List.of());
    }

    private static URI endpointOf(String text) {
        try {
            URI endpoint = URI.create(text);
            if (endpoint.getHost() != null) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            // It is refused below.
        }
        throw new NothingToCheckException("AWS_ENDPOINT_URL: \"%s\" must be a URL".formatted(text));
    }

    private static Region regionOfProcess() {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new NothingToCheckException("No region: set AWS_REGION, or the region of an AWS profile", e);
        }
    }

    private static AwsCredentialsProvider credentialsOfProcess() {
        AwsCredentialsProvider provider = DefaultCredentialsProvider.builder().build();
        try {
            provider.resolveCredentials();
        } catch (RuntimeException e) {
            String last = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new NothingToCheckException(
                    last.startsWith("Unable to load credentials from any of the providers")
                            ? "No credentials: set AWS_PROFILE, or what else the AWS CLI takes them from"
                            : "No credentials: " + last,
                    e);
        }
        return provider;
    }

    /** Calls to this machine go through no proxy; for others, a proxy of the environment counts. */
    static SdkHttpClient http(Optional<URI> endpoint) {
        boolean isLoopback =
                endpoint.map(URI::getHost).filter(LOOPBACK::contains).isPresent();
        return UrlConnectionHttpClient.builder()
                .proxyConfiguration(
                        proxy -> proxy.scheme(endpoint.map(URI::getScheme).orElse("https"))
                                .useEnvironmentVariablesValues(!isLoopback)
                                .useSystemPropertyValues(!isLoopback))
                .build();
    }
}
