package com.quiltdata.athena;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.assertions.Template;

/** Templates of the app under the project's own feature flags, synthesized once for each configuration. */
public final class TestTemplates {

    /** Surefire runs in the module's directory. */
    public static final Path PROJECT = Path.of("..");

    private static final Map<Map<String, Object>, CloudAssembly> ASSEMBLIES = new HashMap<>();

    private TestTemplates() {}

    /** Returns the configuration that a test needs at least, with more keys and values in turn. */
    public static Map<String, Object> configuration(Object... more) {
        return with(Map.of("companyName", "mycompany", "quiltBuckets", List.of("quilt-allencell-manifests")), more);
    }

    /** Returns a configuration with more keys and values in turn, or other values. */
    public static Map<String, Object> with(Map<String, Object> configuration, Object... more) {
        Map<String, Object> all = new HashMap<>(configuration);
        for (int i = 0; i < more.length; i += 2) {
            all.put((String) more[i], more[i + 1]);
        }
        return all;
    }

    /**
     * Returns the assembly of a configuration.
     *
     * @param configuration in place of the project's own
     */
    public static CloudAssembly assembly(Map<String, Object> configuration) {
        // In this order: tests with CdkLock have the lock when they come here.
        synchronized (CloudAssembly.class) {
            return ASSEMBLIES.computeIfAbsent(configuration, TestTemplates::synthesize);
        }
    }

    /**
     * Returns the stack's template.
     *
     * @param more keys and values in turn, added to what a configuration needs at least
     */
    public static Template template(Object... more) {
        return Template.fromString(assembly(configuration(more)).template().toString());
    }

    /** Reads the templates of the stack and its nested stacks, by the names of their files. */
    public static Map<String, JsonNode> templates(CloudAssembly assembly) {
        Map<String, JsonNode> templates = new TreeMap<>();
        for (Path file : TestFiles.list(assembly.directory())) {
            if (file.toString().endsWith(".template.json")) {
                templates.put(file.getFileName().toString(), TestFiles.json(TestFiles.text(file)));
            }
        }
        return templates;
    }

    /** The resources of the stack and its nested stacks. */
    public static Stream<JsonNode> resources(CloudAssembly assembly) {
        return templates(assembly).values().stream()
                .flatMap(template -> template.path("Resources").valueStream());
    }

    /** The resources of a type in a template, by logical id. */
    public static Map<String, JsonNode> resources(JsonNode template, String type) {
        Map<String, JsonNode> resources = new LinkedHashMap<>();
        template.path("Resources").properties().forEach(resource -> {
            if (resource.getValue().path("Type").asText().equals(type)) {
                resources.put(resource.getKey(), resource.getValue());
            }
        });
        return resources;
    }

    /**
     * Copies an assembly, and gives it another template.
     *
     * @param directory where the copy is to be; it is there and empty
     * @param template the text of the stack's template
     */
    public static CloudAssembly withTemplate(CloudAssembly original, Path directory, String template) {
        try {
            for (Path file : TestFiles.list(original.directory())) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, directory.resolve(file.getFileName()));
                }
            }
            Files.writeString(directory.resolve("QuiltAthena.template.json"), template);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new CloudAssembly(directory);
    }

    private static CloudAssembly synthesize(Map<String, Object> configuration) {
        Map<String, Object> context = CloudAssembly.projectContext(PROJECT);
        context.keySet().removeAll(CloudAssembly.projectConfiguration(PROJECT).keySet());
        context.putAll(configuration);
        return CloudAssembly.synthesize(context, PROJECT);
    }
}
