package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The account's Lambda functions, and the custom resources that are created, updated and deleted by invoking them, as CDK's
 * provider framework does: the service token is the framework's own function, which has the name of the handler in its
 * environment.
 */
final class Functions {
    private final URI endpoint;
    private final Archives archives;
    private final Map<String, Function> functions = new ConcurrentHashMap<>();
    private final Map<String, LambdaFunction> loaded = new ConcurrentHashMap<>();
    private final Map<String, Consumer<String>> logs = new ConcurrentHashMap<>();

    private record Function(String stackName, JsonNode properties) {}

    /** Finds an archive of code. */
    interface Archives {
        /** Returns a copy of an object in S3. */
        Path get(String bucket, String key);
    }

    /**
     * Prepares to invoke functions.
     *
     * @param endpoint where their AWS clients find the account's services
     */
    Functions(URI endpoint, Archives archives) {
        this.endpoint = endpoint;
        this.archives = archives;
    }

    /** Says who gets what the functions of a stack log, one message at a time. */
    void logTo(String stackName, Consumer<String> log) {
        logs.put(stackName, log);
    }

    /**
     * Makes a function, or changes it; its code is loaded when it is first invoked.
     *
     * @return the function, as others refer to it
     */
    Resource put(Stack stack, String name, JsonNode properties) {
        String arn = "arn:aws:lambda:%s:%s:function:%s".formatted(LocalAccount.REGION, LocalAccount.ACCOUNT_ID, name);
        functions.put(arn, new Function(stack.root().name(), properties));
        return new Resource(name, Map.of("Arn", arn));
    }

    /** Deletes a function. */
    void delete(Resource function) {
        functions.remove(function.attributes().get("Arn"));
    }

    /**
     * Creates a custom resource.
     *
     * @param properties its properties, the service token among them
     * @return the resource, as others refer to it
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    Resource create(Stack stack, String logicalId, String type, JsonNode properties) {
        return invoke(event(stack, "Create", logicalId, type, properties));
    }

    /**
     * Updates a custom resource.
     *
     * @return the resource; another physical id means that it is another one, and that the current one is to be deleted
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    Resource update(
            Stack stack, String logicalId, String type, Resource current, JsonNode oldProperties, JsonNode properties) {
        Map<String, Object> event = event(stack, "Update", logicalId, type, properties);
        event.put("PhysicalResourceId", current.reference());
        event.put("OldResourceProperties", ResourceTypes.texts(oldProperties));
        return invoke(event);
    }

    /**
     * Deletes a custom resource.
     *
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    void delete(Stack stack, String logicalId, String type, Resource current, JsonNode properties) {
        Map<String, Object> event = event(stack, "Delete", logicalId, type, properties);
        event.put("PhysicalResourceId", current.reference());
        invoke(event);
    }

    private static Map<String, Object> event(
            Stack stack, String requestType, String logicalId, String type, JsonNode properties) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("RequestType", requestType);
        event.put("RequestId", UUID.randomUUID().toString());
        event.put("StackId", stack.id());
        event.put("ResponseURL", "http://127.0.0.1/never-called");
        event.put("LogicalResourceId", logicalId);
        event.put("ResourceType", type);
        event.put("ResourceProperties", ResourceTypes.texts(properties));
        return event;
    }

    private Resource invoke(Map<String, Object> event) {
        Map<?, ?> properties = (Map<?, ?>) event.get("ResourceProperties");
        LambdaFunction handler = handler((String) properties.get("ServiceToken"));
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
                        archives.get(
                                code.path("S3Bucket").asText(),
                                code.path("S3Key").asText())));
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

    private Function function(String arn) {
        Function function = functions.get(arn);
        if (function == null) {
            throw new IllegalArgumentException("Function not found: " + arn);
        }
        return function;
    }
}
