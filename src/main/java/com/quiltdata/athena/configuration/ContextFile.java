package com.quiltdata.athena.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The file that a project's configuration is in. The CDK CLI reads it too, but takes the last of two values of a key, drops
 * a list, and puts question marks for what is not UTF-8, all without a word.
 */
public final class ContextFile {
    /** The file's name in the project's directory. */
    public static final String NAME = "cdk.context.json";

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ContextFile() {}

    /**
     * Refuses a file that something is wrong with. A project may do without the file, and give everything on the command
     * line.
     *
     * @throws ConfigurationException if the file is there and is not an object in JSON and UTF-8; one line
     */
    public static void check(Path project) {
        Path file = project.resolve(NAME);
        if (Files.exists(file)) {
            read(file);
        }
    }

    /**
     * Reads a file.
     *
     * @throws ConfigurationException if it cannot be read, or is not an object in JSON and UTF-8; one line with the file,
     *     where in it, and what is wrong
     */
    public static Map<String, Object> read(Path file) {
        String text = text(file);
        if (text.isBlank()) {
            throw wrong(file, "is empty; without any configuration, it must be {}");
        }
        if (text.charAt(0) == BYTE_ORDER_MARK) {
            throw wrong(file, "must not begin with a byte order mark: save it as UTF-8 without one");
        }
        try {
            JsonNode root = JSON.readTree(text);
            if (!root.isObject()) {
                throw wrong(
                        file,
                        "must be an object of keys and values, not "
                                + root.getNodeType().name().toLowerCase(Locale.ROOT));
            }
            return JSON.convertValue(root, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            String reason = ConfigurationProblems.line(
                    e.getOriginalMessage().lines().findFirst().orElse("is no JSON"));
            throw wrong(
                    file, location == null ? reason : at(location.getLineNr(), location.getColumnNr()) + ": " + reason);
        }
    }

    private static String text(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            CharBuffer text = CharBuffer.allocate(bytes.remaining());
            CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
            boolean wrong = decoder.decode(bytes, text, true).isError();
            text.flip();
            if (wrong) {
                int line = (int) text.chars()
                                .filter(character -> character == '\n')
                                .count()
                        + 1;
                int column = text.length() - text.toString().lastIndexOf('\n');
                throw wrong(file, at(line, column) + ": must be in UTF-8");
            }
            return text.toString();
        } catch (NoSuchFileException e) {
            throw wrong(file, "is missing");
        } catch (AccessDeniedException e) {
            throw wrong(file, "cannot be read: permission denied");
        } catch (IOException e) {
            throw wrong(
                    file,
                    Files.isDirectory(file) ? "must be a file, not a directory" : "cannot be read: " + e.getMessage());
        }
    }

    private static String at(int line, int column) {
        return "line %d, column %d".formatted(line, column);
    }

    private static ConfigurationException wrong(Path file, String what) {
        return new ConfigurationException(List.of(file + ": " + what));
    }
}
