package com.quiltdata.athena.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What is unusual in a manifest's lines.
 *
 * @param tooDeep the numbers of the lines that the engine cannot read. It reads JSON with a call for each level of nesting,
 *     and a line of thousands of levels makes every query fail that opens its file, with nothing but
 *     {@code GENERIC_INTERNAL_ERROR}
 * @param odd a phrase for each line with metadata that quilt3 takes or has taken, and that surprises in Athena
 */
record ManifestScan(Set<Long> tooDeep, List<String> odd) {
    /** Far more than metadata has, and far less than the engine's threads have room for. */
    static final int MOST_LEVELS = 1_000;

    /** Keeps every byte, whatever the bytes mean. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_LEVELS)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Reads a manifest, or anything else. */
    static ManifestScan of(Path manifest) throws IOException {
        ManifestScan scan = new ManifestScan(new HashSet<>(), new ArrayList<>());
        try (BufferedReader lines = Files.newBufferedReader(manifest, BYTES)) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                scan.read(number, line);
            }
        }
        return scan;
    }

    /** Copies a manifest without what is in its lines that are too deep, so that each of them counts as malformed. */
    void copyReadable(Path manifest, Path copy) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(manifest, BYTES);
                BufferedWriter out = Files.newBufferedWriter(copy, BYTES)) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                out.write(tooDeep.contains(number) ? "\n" : line + "\n");
            }
        }
    }

    private void read(long number, String line) throws IOException {
        try (JsonParser parser = JSON.createParser(line.getBytes(BYTES))) {
            String what = what(parser);
            if (!what.isEmpty()) {
                odd.add("line %,d: %s".formatted(number, what));
            }
        } catch (StreamConstraintsException e) {
            tooDeep.add(number);
        } catch (JsonProcessingException e) {
            // The engine reads more than is JSON, and may read on.
            if (line.chars()
                            .filter(character -> character == '{' || character == '[')
                            .count()
                    > MOST_LEVELS) {
                tooDeep.add(number);
            }
        }
    }

    private static String what(JsonParser parser) throws IOException {
        String what = "";
        Deque<Map<String, String>> objects = new ArrayDeque<>();
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                objects.push(new HashMap<>());
            } else if (token == JsonToken.END_OBJECT) {
                objects.pop();
            } else if (token == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                String other = objects.getFirst().put(name.toLowerCase(Locale.ROOT), name);
                if (other != null && !other.equals(name)) {
                    what = "the keys %s and %s differ in case alone".formatted(other, name);
                }
            } else if (token == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
                what = parser.getText() + " is no number in JSON, and text in the views";
            }
        }
        return what;
    }
}
