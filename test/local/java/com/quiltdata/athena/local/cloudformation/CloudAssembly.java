package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.configuration.ContextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awscdk.App;

/** What the CDK app synthesizes: the stack's template, and the assets that it refers to. */
public record CloudAssembly(Path directory) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the context that the CDK CLI would give the app, from the project's two files. */
    public static Map<String, Object> projectContext(Path project) {
        return projectContext(project, Map.of());
    }

    /** Reads the context that the CDK CLI would give the app, from its command line, which wins, and the two files. */
    public static Map<String, Object> projectContext(Path project, Map<String, String> commandLine) {
        Map<String, Object> context = new LinkedHashMap<>();
        if (commandLine.isEmpty() || Files.exists(project.resolve(ContextFile.NAME))) {
            context.putAll(projectConfiguration(project));
        }
        Path flags = project.resolve("cdk.json");
        if (ContextFile.read(flags).get("context") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> context.put(String.valueOf(key), value));
        }
        context.putAll(commandLine);
        return context;
    }

    /** Reads what the project configures, without CDK's feature flags. */
    public static Map<String, Object> projectConfiguration(Path project) {
        return ContextFile.read(project.resolve(ContextFile.NAME));
    }

    /**
     * Synthesizes the app to a directory; files in the configuration are relative to the project. One caller at a time, for
     * the CDK's runtime mixes up the answers of several.
     */
    public static synchronized CloudAssembly synthesize(Map<String, Object> context, Path project, Path directory) {
        App app = App.Builder.create()
                .context(context)
                .outdir(directory.toString())
                .build();
        QuiltAthenaApp.synthesize(app, project);
        return new CloudAssembly(directory);
    }

    /** Synthesizes the app, or takes what was synthesized before where nothing has changed; nobody may change it. */
    public static CloudAssembly synthesize(Map<String, Object> context, Path project) {
        return new CloudAssembly(
                new AssemblyCache(project).get(context, directory -> synthesize(context, project, directory)));
    }

    /** The template of the stack. */
    public JsonNode template() {
        return read(directory.resolve(QuiltAthenaApp.STACK_ID + ".template.json"));
    }

    /** Reads the template of a nested stack. */
    public JsonNode nestedTemplate(String url) {
        return read(asset(url.substring(url.lastIndexOf('/') + 1)));
    }

    /** Finds the file or directory that the CDK CLI would upload as an object. */
    private Path asset(String objectKey) {
        for (JsonNode file : files()) {
            for (JsonNode destination : file.path("destinations")) {
                if (destination.path("objectKey").asText().equals(objectKey)) {
                    return directory.resolve(file.path("source").path("path").asText());
                }
            }
        }
        throw new IllegalArgumentException("The assembly has no asset " + objectKey);
    }

    /** The assets, as their manifest describes them. */
    JsonNode files() {
        return read(directory.resolve(QuiltAthenaApp.STACK_ID + ".assets.json")).path("files");
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
