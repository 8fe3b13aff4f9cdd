package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.catalog.QuiltMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the templates of one deployment out of a cloud assembly. */
final class SynthesizedTemplates {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NESTED_STACK = "AWS::CloudFormation::Stack";

    private final Path assembly;
    private final JsonNode assets;

    private SynthesizedTemplates(Path assembly, String stack) {
        this.assembly = assembly;
        this.assets = read(assembly.resolve(stack + ".assets.json")).path("files");
    }

    /**
     * Reads the templates of a stack and its nested stacks.
     *
     * @param assembly the directory of the assembly, which can hold files of older ones
     * @return the stack's own template first
     */
    static List<SynthesizedTemplate> read(Path assembly, String stack) {
        return new SynthesizedTemplates(assembly, stack)
                .templates(assembly.resolve(stack + ".template.json"), Optional.empty(), stack, Map.of());
    }

    private List<SynthesizedTemplate> templates(
            Path file, Optional<String> group, String stackName, Map<String, String> parameters) {
        JsonNode resources = read(file).path("Resources");
        ReferenceValues values = new ReferenceValues(stackName, resources, parameters);
        SynthesizedTemplate template =
                new SynthesizedTemplate(group, file.toFile().length(), resources, values);
        List<SynthesizedTemplate> templates = new ArrayList<>(List.of(template));
        template.resourcesOf(NESTED_STACK)
                .forEach((logicalId, resource) -> templates.addAll(templates(
                        file(resource.path("Properties").path("TemplateURL")),
                        Optional.of(resource.path("Metadata")
                                .path(QuiltMetadata.GROUP_METADATA)
                                .asText()),
                        values.nestedStackName(logicalId),
                        parameters(resource, values))));
        return templates;
    }

    private static Map<String, String> parameters(JsonNode nestedStack, ReferenceValues values) {
        Map<String, String> parameters = new LinkedHashMap<>();
        nestedStack
                .path("Properties")
                .path("Parameters")
                .properties()
                .forEach(parameter -> parameters.put(parameter.getKey(), values.text(parameter.getValue())));
        return parameters;
    }

    /** The file that a nested stack's template is uploaded from: its URL ends with the key of the upload. */
    private Path file(JsonNode templateUrl) {
        String url = templateUrl.toString();
        for (JsonNode asset : assets) {
            for (JsonNode destination : asset.path("destinations")) {
                if (url.contains("/" + destination.path("objectKey").asText())) {
                    return assembly.resolve(asset.path("source").path("path").asText());
                }
            }
        }
        throw new IllegalStateException("The assembly has no file for the template " + url);
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
