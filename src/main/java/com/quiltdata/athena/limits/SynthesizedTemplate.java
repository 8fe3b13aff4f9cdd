package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.catalog.QuiltMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A template as CloudFormation will get it.
 *
 * @param group the group of Quilt buckets whose nested stack it is; empty for the stack itself
 * @param bytes the size of its file
 * @param resources logical id → resource
 */
record SynthesizedTemplate(Optional<String> group, long bytes, JsonNode resources) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads the templates of a stack and its nested stacks out of a cloud assembly.
     *
     * @param assembly the directory of the assembly, which can hold files of older ones
     * @return the stack's own template first
     */
    static List<SynthesizedTemplate> read(Path assembly, String stack) {
        JsonNode assets = json(assembly.resolve(stack + ".assets.json")).path("files");
        SynthesizedTemplate own = of(assembly.resolve(stack + ".template.json"), Optional.empty());
        List<SynthesizedTemplate> templates = new ArrayList<>(List.of(own));
        own.resourcesOf("AWS::CloudFormation::Stack")
                .forEach(nested -> templates.add(of(
                        assembly.resolve(
                                fileOf(nested.at("/Properties/TemplateURL").toString(), assets)),
                        Optional.of(nested.path("Metadata")
                                .path(QuiltMetadata.GROUP_METADATA)
                                .asText()))));
        return templates;
    }

    /** The resources of a type. */
    Stream<JsonNode> resourcesOf(String type) {
        return StreamSupport.stream(resources.spliterator(), false)
                .filter(resource -> resource.path("Type").asText().equals(type));
    }

    private static SynthesizedTemplate of(Path file, Optional<String> group) {
        return new SynthesizedTemplate(group, file.toFile().length(), json(file).path("Resources"));
    }

    /** The file that a nested stack's template is uploaded from: its URL ends with the key of the upload. */
    private static String fileOf(String templateUrl, JsonNode assets) {
        for (JsonNode asset : assets) {
            for (JsonNode destination : asset.path("destinations")) {
                if (templateUrl.contains("/" + destination.path("objectKey").asText())) {
                    return asset.path("source").path("path").asText();
                }
            }
        }
        throw new IllegalStateException("The assembly has no file for the template " + templateUrl);
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
