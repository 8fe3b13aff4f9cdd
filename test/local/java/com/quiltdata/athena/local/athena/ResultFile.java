package com.quiltdata.athena.local.athena;

import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A query's result in the CSV that Athena writes: every value in double quotes, a null as an empty field without
 * quotes, lines ended by a line feed, UTF-8.
 */
record ResultFile(Path path) {
    /**
     * Some rows of a result.
     *
     * @param rows their values, null for null
     * @param next where the next page starts
     */
    record Page(List<List<String>> rows, long next) {}

    /** Starts to write the file anew. */
    Writer writer() throws IOException {
        return new Writer(Files.newBufferedWriter(path));
    }

    /**
     * Reads a page.
     *
     * @param start 0, or what the page before gave as {@code next}
     */
    Page page(long start, int size) throws IOException {
        try (InputStream file = Files.newInputStream(path)) {
            file.skipNBytes(start);
            Reader reader = new Reader(new BufferedInputStream(file));
            List<List<String>> rows = new ArrayList<>();
            List<String> row;
            while (rows.size() < size && (row = reader.row()) != null) {
                rows.add(row);
            }
            return new Page(rows, start + reader.position);
        }
    }

    /** Writes a result, row by row. */
    static final class Writer implements Closeable {
        private final BufferedWriter file;

        private Writer(BufferedWriter file) {
            this.file = file;
        }

        /** Writes one row; a null value is a null. */
        void write(List<String> row) throws IOException {
            for (int index = 0; index < row.size(); index++) {
                if (index > 0) {
                    file.write(',');
                }
                String value = row.get(index);
                if (value != null) {
                    file.write('"');
                    file.write(value.replace("\"", "\"\""));
                    file.write('"');
                }
            }
            file.write('\n');
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Reads what the writer wrote; what separates values is ASCII, so it works on bytes, and counts them. */
    private static final class Reader {
        private final InputStream bytes;
        private long position;

        private Reader(InputStream bytes) {
            this.bytes = bytes;
        }

        /** Returns the next row, or null at the end. */
        private List<String> row() throws IOException {
            int next = read();
            if (next < 0) {
                return null;
            }
            List<String> row = new ArrayList<>();
            while (true) {
                if (next == '"') {
                    row.add(quoted());
                    next = read();
                } else {
                    row.add(null);
                }
                if (next != ',') {
                    return row;
                }
                next = read();
            }
        }

        private String quoted() throws IOException {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            while (true) {
                int next = read();
                if (next == '"') {
                    bytes.mark(1);
                    if (bytes.read() != '"') {
                        bytes.reset();
                        return value.toString(StandardCharsets.UTF_8);
                    }
                    position++;
                }
                value.write(next);
            }
        }

        private int read() throws IOException {
            int next = bytes.read();
            if (next >= 0) {
                position++;
            }
            return next;
        }
    }
}
