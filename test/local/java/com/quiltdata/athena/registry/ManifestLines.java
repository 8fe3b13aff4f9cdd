package com.quiltdata.athena.registry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds lines that the engine cannot read. It reads JSON with a call for each level of nesting, and a line of thousands
 * of levels makes every query fail that opens its file, with nothing but {@code GENERIC_INTERNAL_ERROR}.
 */
final class ManifestLines {
    /** Far more than metadata has, and far less than the engine's threads have room for. */
    static final int MOST_LEVELS = 1_000;

    private static final int BUFFER_BYTES = 1 << 16;

    private ManifestLines() {}

    /**
     * A line.
     *
     * @param number from 1
     * @param start the position of its first byte
     * @param end the position of the line's end, which is a line feed or the end of the file
     * @param levels how deep it is nested
     */
    record DeepLine(long number, long start, long end, int levels) {}

    /**
     * Finds the lines of a file that are nested too deep.
     *
     * @param file JSON lines, or anything else
     * @return the lines, in their order
     * @throws IOException if the file cannot be read
     */
    static List<DeepLine> tooDeep(Path file) throws IOException {
        List<DeepLine> lines = new ArrayList<>();
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            long number = 1;
            long position = 0;
            long start = 0;
            int level = 0;
            int levels = 0;
            int quote = 0;
            byte[] buffer = new byte[BUFFER_BYTES];
            boolean escaped = false;
            int length;
            while ((length = bytes.read(buffer)) > 0) {
                for (int index = 0; index < length; index++, position++) {
                    byte character = buffer[index];
                    if (character == '\n') {
                        add(lines, number, start, position, levels);
                        number++;
                        start = position + 1;
                        level = 0;
                        levels = 0;
                        quote = 0;
                        escaped = false;
                    } else if (escaped) {
                        escaped = false;
                    } else if (quote != 0) {
                        escaped = character == '\\';
                        quote = character == quote ? 0 : quote;
                    } else if (character == '"' || character == '\'') {
                        quote = character;
                    } else if (character == '{' || character == '[') {
                        levels = Math.max(levels, ++level);
                    } else if (character == '}' || character == ']') {
                        level--;
                    }
                }
            }
            add(lines, number, start, position, levels);
        }
        return lines;
    }

    private static void add(List<DeepLine> lines, long number, long start, long end, int levels) {
        if (levels > MOST_LEVELS) {
            lines.add(new DeepLine(number, start, end, levels));
        }
    }

    /**
     * Copies a file without what some of its lines hold, so that each of them counts as malformed.
     *
     * @param lines its lines that are nested too deep, in their order
     * @throws IOException if a file cannot be read or written
     */
    static void emptyLines(Path file, List<DeepLine> lines, Path copy) throws IOException {
        try (InputStream from = Files.newInputStream(file);
                OutputStream to = Files.newOutputStream(copy)) {
            long position = 0;
            for (DeepLine line : lines) {
                copy(from, to, line.start() - position);
                from.skipNBytes(line.end() - line.start());
                position = line.end();
            }
            from.transferTo(to);
        }
    }

    private static void copy(InputStream from, OutputStream to, long length) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long rest = length; rest > 0; ) {
            int read = from.read(buffer, 0, (int) Math.min(rest, buffer.length));
            to.write(buffer, 0, read);
            rest -= read;
        }
    }
}
