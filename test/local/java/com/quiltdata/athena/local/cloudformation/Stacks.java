package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** All stacks of the account, those that are deleted, too, and what they are made with. */
final class Stacks {
    private static final String FROM_PARAMETER_STORE = "AWS::SSM::Parameter::Value<";

    private final ConcurrentLinkedDeque<Stack> all = new ConcurrentLinkedDeque<>();
    private final ResourceTypes types;
    private final S3Client s3;
    private final Map<String, String> parameterStore;

    Stacks(ResourceTypes types, S3Client s3, Map<String, String> parameterStore) {
        this.types = types;
        this.s3 = s3;
        this.parameterStore = parameterStore;
    }

    ResourceTypes types() {
        return types;
    }

    /** Adds a stack, and returns it. */
    Stack add(Stack stack) {
        all.addFirst(stack);
        return stack;
    }

    void remove(Stack stack) {
        all.remove(stack);
    }

    /** Returns them, the newest first. */
    List<Stack> all() {
        return List.copyOf(all);
    }

    /** Finds a stack by its ARN. */
    Stack get(String id) {
        return all.stream().filter(stack -> stack.id().equals(id)).findFirst().orElseThrow();
    }

    /** What CloudFormation adds to names that it makes up. */
    static String suffix() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, 12).toUpperCase(Locale.ROOT);
    }

    /** Reads a template from S3; the bucket is in the URL's path or before the host's name. */
    JsonNode template(String url) {
        URI uri = URI.create(url);
        String[] host = uri.getHost().split("\\.s3\\.");
        String[] path = uri.getPath().split("/", 3);
        String bucket = host.length == 1 ? path[1] : host[0];
        String key = host.length == 1 ? path[2] : uri.getPath().substring(1);
        try {
            return parse(s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asUtf8String());
        } catch (S3Exception e) {
            throw new IllegalArgumentException(
                    "S3 error: " + e.awsErrorDetails().errorMessage(), e);
        }
    }

    /** Reads an object of texts, as custom resources and nested stacks get their properties. */
    static Map<String, String> texts(JsonNode object) {
        return texts(object, "");
    }

    /** Reads the texts that are at a path of each field. */
    static Map<String, String> texts(JsonNode object, String path) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(field ->
                        texts.put(field.getKey(), field.getValue().at(path).asText()));
        return texts;
    }

    /** Reads a template, in JSON or in YAML without the short forms of functions. */
    static JsonNode parse(String text) {
        try {
            JsonNode template = text.stripLeading().startsWith("{")
                    ? AwsJson.MAPPER.readTree(text)
                    : AwsJson.MAPPER.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(text));
            if (template.path("Resources") instanceof ObjectNode) {
                return template;
            }
            throw new IllegalArgumentException("Template format error: At least one Resources member must be defined.");
        } catch (JsonProcessingException | YAMLException e) {
            throw new IllegalArgumentException(
                    "Template format error: "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    /**
     * Finds the values of a template's parameters: given ones, or their defaults.
     *
     * @throws IllegalArgumentException if one has none, or the template has no such parameter
     */
    Map<String, String> parameters(JsonNode template, Map<String, String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        Set<String> missing = new LinkedHashSet<>();
        Set<String> unknown = new LinkedHashSet<>(given.keySet());
        template.path("Parameters").properties().forEach(parameter -> {
            String name = parameter.getKey();
            unknown.remove(name);
            String value = given.getOrDefault(
                    name, parameter.getValue().path("Default").asText(null));
            if (value == null) {
                missing.add(name);
            } else {
                values.put(name, stored(parameter.getValue().path("Type").asText(), value));
            }
        });
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("Parameters: %s must have values".formatted(missing));
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("Parameters: %s do not exist in the template".formatted(unknown));
        }
        return values;
    }

    private String stored(String type, String value) {
        if (!type.startsWith(FROM_PARAMETER_STORE)) {
            return value;
        }
        if (!parameterStore.containsKey(value)) {
            throw new IllegalArgumentException(
                    "Unable to fetch parameters [%s] from parameter store for this account.".formatted(value));
        }
        return parameterStore.get(value);
    }
}
