package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Creates, updates and deletes custom resources by invoking the function that the template names, as CDK's provider framework does: the
 * service token is the framework's own function, which has the name of the handler in its environment.
 */
final class CustomResources {
    private final CloudAssembly assembly;
    private final Consumer<String> log;
    private final Map<String, JsonNode> declarations = new ConcurrentHashMap<>();
    private final Map<String, LambdaFunction> functions = new ConcurrentHashMap<>();

    /**
     * Prepares to invoke functions.
     *
     * @param endpoint where their AWS clients find the account's services
     */
    CustomResources(CloudAssembly assembly, URI endpoint, Consumer<String> log) {
        this.assembly = assembly;
        this.log = log;
        // What the Lambda runtime gives a function through environment variables, which Java cannot set for itself.
        System.setProperty("aws.endpointUrl", endpoint.toString());
        System.setProperty("aws.region", LocalAccount.REGION);
        System.setProperty("aws.accessKeyId", LocalAccount.ACCESS_KEY_ID);
        System.setProperty("aws.secretAccessKey", LocalAccount.SECRET_ACCESS_KEY);
    }

    /**
     * Takes note of a function; it is loaded when it is first invoked.
     *
     * @return the function, as others refer to it
     */
    Resource declareFunction(String logicalId, JsonNode properties) {
        String arn = Arns.of("AWS::Lambda::Function", logicalId);
        declarations.put(arn, properties);
        return new Resource(logicalId, Map.of("Arn", arn));
    }

    /**
     * Creates a custom resource.
     *
     * @param properties its properties, the service token among them
     * @return the resource, as others refer to it
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    Resource create(String logicalId, String type, JsonNode properties) {
        return invoke(event("Create", logicalId, type, properties));
    }

    /**
     * Updates a custom resource.
     *
     * @return the resource; another physical id means that it is another one, and that the current one is to be deleted
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    Resource update(String logicalId, String type, Resource current, JsonNode oldProperties, JsonNode properties) {
        Map<String, Object> event = event("Update", logicalId, type, properties);
        event.put("PhysicalResourceId", current.reference());
        event.put("OldResourceProperties", texts(oldProperties));
        return invoke(event);
    }

    /**
     * Deletes a custom resource.
     *
     * @throws IllegalStateException if the handler fails; the message is the reason
     */
    void delete(String logicalId, String type, Resource current, JsonNode properties) {
        Map<String, Object> event = event("Delete", logicalId, type, properties);
        event.put("PhysicalResourceId", current.reference());
        invoke(event);
    }

    private static Map<String, Object> event(String requestType, String logicalId, String type, JsonNode properties) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("RequestType", requestType);
        event.put("RequestId", UUID.randomUUID().toString());
        event.put("StackId", Arns.of("AWS::CloudFormation::Stack", "QuiltAthena"));
        event.put("ResponseURL", "http://127.0.0.1/never-called");
        event.put("LogicalResourceId", logicalId);
        event.put("ResourceType", type);
        event.put("ResourceProperties", texts(properties));
        return event;
    }

    private static Map<String, String> texts(JsonNode properties) {
        Map<String, String> texts = new LinkedHashMap<>();
        properties
                .properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
        return texts;
    }

    private Resource invoke(Map<String, Object> event) {
        Map<?, ?> properties = (Map<?, ?>) event.get("ResourceProperties");
        LambdaFunction handler = handler((String) properties.get("ServiceToken"));
        return new Resource(String.valueOf(handler.invoke(event).get("PhysicalResourceId")));
    }

    private LambdaFunction handler(String serviceToken) {
        String arn = function(serviceToken)
                .path("Environment")
                .path("Variables")
                .path("USER_ON_EVENT_FUNCTION_ARN")
                .asText();
        return functions.computeIfAbsent(arn, key -> {
            JsonNode properties = function(arn);
            return new LambdaFunction(
                    assembly.asset(properties.path("Code").path("S3Key").asText()),
                    properties.path("Handler").asText(),
                    Duration.ofSeconds(properties.path("Timeout").asLong()),
                    log);
        });
    }

    private JsonNode function(String arn) {
        JsonNode properties = declarations.get(arn);
        if (properties == null) {
            throw new IllegalArgumentException("The template has no function " + arn);
        }
        return properties;
    }
}
