package com.quiltdata.athena.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * A small registry to try queries on: three packages of two users, with revisions, metadata of packages and of entries,
 * a directory's metadata, a key that is not ASCII, a file that two packages have, and one that a revision has removed. Some
 * of its images answer the example query.
 */
public final class SampleRegistry {
    /** In the same order in every run, since the top hashes depend on it. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final Path folder;

    private SampleRegistry(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the registry.
     *
     * @param folder gets a {@code .quilt} folder
     */
    public static void write(Path folder) throws IOException {
        SampleRegistry registry = new SampleRegistry(folder);
        registry.writeCells();
        registry.writeNuclei();
        registry.writeNotes();
    }

    private void writeCells() throws IOException {
        Map<String, Object> metadata = Map.of("assay", "microscopy", "cell_line", "AICS-13");
        List<Entry> first = List.of(
                image("fov/cell-4.tiff", 2_097_152, "1.2.0", "4"),
                image("fov/cell-5.tiff", 2_097_152, "1.2.0", "5"),
                image("fov/cell-6.tiff", 2_097_152, "1.2.0", "6"));
        List<Entry> second = List.of(
                Entry.directory("fov/", Map.of("microscope", "3i", "objective", "100x")),
                image("fov/cell-4.tiff", 2_097_152, "1.3.0", "4"),
                image("fov/cell-5.tiff", 2_097_664, "1.3.0", "5"),
                image("fov/zellkern-größe-5.tiff", 4_300_000_000L, "1.3.1", "5"),
                Entry.file("README.md", 412, Map.of()));
        push("allen", "cells", 1_700_000_000, "Import the first fields of view", metadata, first);
        push("allen", "cells", 1_710_000_000, "Segment again with version 1.3", metadata, second);
    }

    private void writeNuclei() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int cell = 1; cell <= 6; cell++) {
            entries.add(image("nuclei/%02d.tiff".formatted(cell), 1_000L + cell, "1.3.2", String.valueOf(cell)));
        }
        entries.add(Entry.file("README.md", 412, Map.of()));
        push("allen", "nuclei", 1_705_000_000, null, null, entries);
    }

    private void writeNotes() throws IOException {
        push(
                "ernest",
                "notes",
                1_690_000_000,
                "First notes",
                Map.of("status", "draft"),
                List.of(Entry.file("notes.txt", 120, Map.of("author", "Ernest"))));
        push(
                "ernest",
                "notes",
                1_695_000_000,
                "Notes, reviewed",
                Map.of("status", "final"),
                List.of(Entry.file("notes.txt", 188, Map.of("author", "Ernest", "reviewer", "Zoë"))));
    }

    /** Adds a revision and makes it the latest. */
    private void push(
            String user, String name, long timestamp, String message, Map<String, Object> metadata, List<Entry> entries)
            throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("version", "v0");
        header.put("message", message);
        header.put("user_meta", metadata);
        StringBuilder manifest = new StringBuilder(JSON.writeValueAsString(header)).append('\n');
        for (Entry entry : entries) {
            manifest.append(entry.line(user + "/" + name)).append('\n');
        }
        // Quilt's own top hash is of a normalized form; any 64 hexadecimal characters will do for queries.
        String topHash = sha256(manifest.toString());
        write("packages/" + topHash, manifest.toString());
        write("named_packages/%s/%s/%d".formatted(user, name, timestamp), topHash);
        write("named_packages/%s/%s/latest".formatted(user, name), topHash);
    }

    private void write(String path, String content) throws IOException {
        Path file = folder.resolve(RegistryUpload.FOLDER).resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static Entry image(String logicalKey, long size, String version, String cell) {
        return Entry.file(
                logicalKey, size, Map.of("nucmembsegmentationalgorithmversion", version, "cellindex", List.of(cell)));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** One line of a manifest after the header; a directory has neither size nor content. */
    private record Entry(String logicalKey, Long size, Map<String, Object> metadata) {

        static Entry file(String logicalKey, long size, Map<String, Object> metadata) {
            return new Entry(logicalKey, size, metadata);
        }

        static Entry directory(String logicalKey, Map<String, Object> metadata) {
            return new Entry(logicalKey, null, metadata);
        }

        String line(String packageName) throws JsonProcessingException {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("logical_key", logicalKey);
            if (size != null) {
                // Files of one name and size have the same content.
                String content = sha256(logicalKey.substring(logicalKey.lastIndexOf('/') + 1) + size);
                String key = SdkHttpUtils.urlEncodeIgnoreSlashes(packageName + "/" + logicalKey);
                String version = sha256(key + content).substring(0, 32);
                line.put("physical_keys", List.of("s3://sample-data/%s?versionId=%s".formatted(key, version)));
                line.put("size", size);
                Map<String, Object> hash = new LinkedHashMap<>();
                hash.put("type", "SHA256");
                hash.put("value", content);
                line.put("hash", hash);
            }
            line.put("meta", metadata.isEmpty() ? Map.of() : Map.of("user_meta", metadata));
            return JSON.writeValueAsString(line);
        }
    }
}
