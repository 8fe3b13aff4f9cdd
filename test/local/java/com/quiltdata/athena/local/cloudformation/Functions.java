package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.ResourceType.Target;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The account's Lambda functions, and the custom resources that are created, updated and deleted by invoking them, as CDK's
 * provider framework does: the service token is the framework's own function, which has the name of the handler in its
 * environment.
 */
final class Functions {
    private final URI endpoint;
    private final S3Client s3;
    private final Map<String, Function> functions = new ConcurrentHashMap<>();
    private final Map<String, LambdaFunction> loaded = new ConcurrentHashMap<>();
    private final Map<String, Path> archives = new ConcurrentHashMap<>();
    private final Map<String, Consumer<String>> logs = new ConcurrentHashMap<>();

    private record Function(String stackName, JsonNode properties) {}

    /** Prepares to invoke functions, which find the account's services at the endpoint and whose code S3 has. */
    Functions(URI endpoint, S3Client s3) {
        this.endpoint = endpoint;
        this.s3 = s3;
    }

    /** Says who gets what the functions of a stack log, one message at a time. */
    void logTo(String stackName, Consumer<String> log) {
        logs.put(stackName, log);
    }

    /** Makes a function, or changes it; its code is loaded when it is first invoked. */
    void put(Target target) {
        functions.put(arn(target), new Function(target.stack().root().name(), target.properties()));
    }

    void delete(Target target) {
        functions.remove(arn(target));
    }

    private static String arn(Target target) {
        return target.current().attributes().get("Arn");
    }

    /**
     * Invokes the function of a custom resource.
     *
     * @param requestType {@code Create}, {@code Update} or {@code Delete}
     * @return the resource; after an update, another physical id means that the current one is to be deleted
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    Resource invoke(String requestType, Target target) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("RequestType", requestType);
        event.put("RequestId", UUID.randomUUID().toString());
        event.put("StackId", target.stack().id());
        event.put("ResponseURL", "http://127.0.0.1/never-called");
        event.put("LogicalResourceId", target.logicalId());
        event.put("ResourceType", target.type());
        event.put("ResourceProperties", Stacks.texts(target.properties()));
        if (target.current() != null) {
            event.put("PhysicalResourceId", target.id());
        }
        if (requestType.equals("Update")) {
            event.put("OldResourceProperties", Stacks.texts(target.before()));
        }
        LambdaFunction handler = handler(target.text("ServiceToken"));
        try {
            return new Resource(String.valueOf(handler.invoke(event).get("PhysicalResourceId")));
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "Received response status [FAILED] from custom resource. Message returned: %s (RequestId: %s)"
                            .formatted(e.getMessage(), event.get("RequestId")),
                    e);
        }
    }

    private LambdaFunction handler(String serviceToken) {
        String arn = function(serviceToken)
                .properties()
                .at("/Environment/Variables/USER_ON_EVENT_FUNCTION_ARN")
                .asText();
        Function function = function(arn);
        JsonNode code = function.properties().path("Code");
        return loaded.computeIfAbsent(
                arn + " " + code + function.properties().path("Timeout"),
                key -> load(
                        function,
                        archive(
                                code.path("S3Bucket").asText(),
                                code.path("S3Key").asText())));
    }

    private Function function(String arn) {
        Function function = functions.get(arn);
        if (function == null) {
            throw new IllegalArgumentException("Function not found: " + arn);
        }
        return function;
    }

    private Path archive(String bucket, String key) {
        return archives.computeIfAbsent(bucket + "/" + key, name -> {
            try {
                Path file = Files.createTempFile("function", "-" + key.replace('/', '-'));
                file.toFile().deleteOnExit();
                return Files.write(
                        file,
                        s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (S3Exception e) {
                AwsErrorDetails details = e.awsErrorDetails();
                throw new IllegalArgumentException(
                        "Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s"
                                .formatted(details.errorCode(), details.errorMessage()),
                        e);
            }
        });
    }

    private LambdaFunction load(Function function, Path archive) {
        // Handlers make their clients when they are loaded, and several accounts may be in one process.
        synchronized (Functions.class) {
            // What the Lambda runtime gives a function through environment variables, which Java cannot set for itself.
            System.setProperty("aws.endpointUrl", endpoint.toString());
            System.setProperty("aws.region", LocalAccount.REGION);
            System.setProperty("aws.accessKeyId", LocalAccount.ACCESS_KEY_ID);
            System.setProperty("aws.secretAccessKey", LocalAccount.SECRET_ACCESS_KEY);
            return new LambdaFunction(
                    archive,
                    function.properties().path("Handler").asText(),
                    Duration.ofSeconds(function.properties().path("Timeout").asLong()),
                    message -> log(function.stackName(), message));
        }
    }

    private void log(String stackName, String message) {
        Consumer<String> log = logs.get(stackName);
        if (log != null) {
            synchronized (log) {
                log.accept(message);
            }
        }
    }
}
