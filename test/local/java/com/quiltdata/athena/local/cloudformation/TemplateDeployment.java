package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Creates what a synthesized template declares in an account on loopback, as CloudFormation would in a real one: each
 * resource as soon as all that it refers to and depends on is there, and all that can be at the same time.
 */
public final class TemplateDeployment {
    private static final Map<String, String> PSEUDO_PARAMETERS = Map.of(
            "AWS::AccountId", EmbeddedAws.ACCOUNT_ID,
            "AWS::Partition", "aws",
            "AWS::Region", EmbeddedAws.REGION,
            "AWS::StackName", "QuiltAthena",
            "AWS::URLSuffix", "amazonaws.com");

    private final Provisioner provisioner;
    private final JsonNode template;
    private final Map<String, String> parameters;
    private final Map<String, Resource> resources = new ConcurrentHashMap<>();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Intrinsics intrinsics = new Intrinsics(this::reference, this::attribute);

    /** Makes what one resource declares, or finds it made. */
    interface Provisioner {
        /**
         * Provisions a resource; all that it refers to and depends on is there.
         *
         * @param logicalId its name in the template
         * @param declaration what the template says of it
         * @param properties its properties, without intrinsic functions
         * @return what others refer to
         */
        Resource provision(String logicalId, JsonNode declaration, JsonNode properties);
    }

    private TemplateDeployment(Provisioner provisioner, JsonNode template, Map<String, String> parameters) {
        this.provisioner = provisioner;
        this.template = template;
        this.parameters = parameters;
    }

    /**
     * Deploys a stack into an account that does not have it yet.
     *
     * @param assembly the stack
     * @param endpoint where the account's services answer
     * @param log gets what the stack's functions log
     * @return the stack's outputs, by name
     * @throws IllegalArgumentException if the template has a resource type, property or function that is unknown here
     * @throws IllegalStateException if a custom resource fails; the message is its reason
     */
    public static Map<String, String> deploy(CloudAssembly assembly, URI endpoint, Consumer<String> log) {
        try (ResourceTypes types = new ResourceTypes(assembly, endpoint, log)) {
            return deploy(types, assembly.template(), Map.of());
        }
    }

    /**
     * Deploys the template of a stack or nested stack.
     *
     * @param types creates the resources
     * @param template the template
     * @param parameters the values of the template's parameters
     * @return the outputs, by name
     */
    static Map<String, String> deploy(ResourceTypes types, JsonNode template, Map<String, String> parameters) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return provision(
                    (logicalId, declaration, properties) ->
                            types.create(logicalId, declaration.path("Type").asText(), properties),
                    template,
                    parameters,
                    threads);
        }
    }

    /**
     * Provisions the resources of a template one after the other, in an order that their references allow.
     *
     * @param provisioner makes the resources
     * @param template the template
     * @param parameters the values of the template's parameters
     * @return the outputs, by name
     */
    static Map<String, String> provision(Provisioner provisioner, JsonNode template, Map<String, String> parameters) {
        return provision(provisioner, template, parameters, Runnable::run);
    }

    private static Map<String, String> provision(
            Provisioner provisioner, JsonNode template, Map<String, String> parameters, Executor executor) {
        TemplateDeployment deployment = new TemplateDeployment(provisioner, template, parameters);
        deployment.provisionAll(executor);
        Map<String, String> outputs = new LinkedHashMap<>();
        template.path("Outputs")
                .properties()
                .forEach(output -> outputs.put(
                        output.getKey(),
                        deployment
                                .intrinsics
                                .resolve(output.getValue().path("Value"))
                                .asText()));
        return outputs;
    }

    /** After a failure, what is in progress comes to its end, and nothing else is begun. */
    private void provisionAll(Executor executor) {
        Map<String, CompletableFuture<Void>> tasks = new LinkedHashMap<>();
        template.path("Resources").fieldNames().forEachRemaining(logicalId -> plan(logicalId, tasks, executor));
        try {
            CompletableFuture.allOf(tasks.values().toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw failure.get();
        }
    }

    /** Plans a resource after those that it needs; the second call returns its task. */
    private CompletableFuture<Void> plan(
            String logicalId, Map<String, CompletableFuture<Void>> tasks, Executor executor) {
        if (tasks.containsKey(logicalId)) {
            CompletableFuture<Void> task = tasks.get(logicalId);
            if (task == null) {
                throw new IllegalArgumentException("Resources depend on each other, among them " + logicalId);
            }
            return task;
        }
        tasks.put(logicalId, null);
        JsonNode declaration = template.path("Resources").path(logicalId);
        CompletableFuture<?>[] needed = dependencies(declaration).stream()
                .map(name -> plan(name, tasks, executor))
                .toArray(CompletableFuture[]::new);
        CompletableFuture<Void> task =
                CompletableFuture.allOf(needed).thenRunAsync(() -> provision(logicalId, declaration), executor);
        tasks.put(logicalId, task);
        return task;
    }

    private void provision(String logicalId, JsonNode declaration) {
        if (failure.get() != null) {
            throw new CancellationException("Another resource failed");
        }
        try {
            resources.put(
                    logicalId,
                    provisioner.provision(logicalId, declaration, intrinsics.resolve(declaration.path("Properties"))));
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        }
    }

    private Set<String> dependencies(JsonNode declaration) {
        Set<String> names = new LinkedHashSet<>();
        JsonNode dependsOn = declaration.path("DependsOn");
        if (dependsOn.isTextual()) {
            names.add(dependsOn.asText());
        }
        dependsOn.forEach(name -> names.add(name.asText()));
        names.addAll(Intrinsics.referencesIn(declaration.path("Properties")));
        names.removeIf(name -> !template.path("Resources").has(name));
        return names;
    }

    private String reference(String name) {
        if (PSEUDO_PARAMETERS.containsKey(name)) {
            return PSEUDO_PARAMETERS.get(name);
        }
        if (parameters.containsKey(name)) {
            return parameters.get(name);
        }
        return resource(name).reference();
    }

    private String attribute(String logicalId, String name) {
        String value = resource(logicalId).attributes().get(name);
        if (value == null) {
            throw new IllegalArgumentException("%s has no attribute %s here".formatted(logicalId, name));
        }
        return value;
    }

    private Resource resource(String logicalId) {
        Resource resource = resources.get(logicalId);
        if (resource == null) {
            throw new IllegalArgumentException("The template has no resource or parameter " + logicalId);
        }
        return resource;
    }
}
