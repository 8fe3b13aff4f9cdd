package com.quiltdata.athena.command;

import com.quiltdata.athena.result.QueryResult;
import com.quiltdata.athena.result.ResultFormat;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Standard output, in UTF-8. That its reader has seen enough and closed the pipe is no failure; anything else that keeps
 * a text from being written is.
 */
public final class Output {
    /** How the operating system calls it, in the locale that the program is started with. */
    private static final String CLOSED_PIPE = "Broken pipe";

    private final Recording stream;
    private final Writer writer;

    /** Makes an output. */
    public Output(OutputStream stream) {
        this.stream = new Recording(stream);
        writer = new BufferedWriter(new OutputStreamWriter(this.stream, StandardCharsets.UTF_8));
    }

    /** Writes a result; only that nobody reads any more is no failure. */
    public void print(QueryResult result, ResultFormat format) {
        try {
            format.print(result, writer);
            writer.flush();
        } catch (IOException e) {
            if (stream.failure == null) {
                throw new UncheckedIOException(e);
            }
            failure().ifPresent(failure -> {
                throw new UncheckedIOException(failure, e);
            });
        }
    }

    /** Writes what is no result of a query, line by line; failures show in {@link #failure()}. */
    public PrintWriter printer() {
        return new PrintWriter(writer, true);
    }

    /** Why something could not be written, as a sentence; empty if nothing went wrong. */
    public Optional<String> failure() {
        return Optional.ofNullable(stream.failure)
                .map(IOException::getMessage)
                .filter(message -> !message.contains(CLOSED_PIPE))
                .map(message -> "Standard output cannot be written: " + message);
    }

    private static final class Recording extends FilterOutputStream {
        private IOException failure;

        private Recording(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(int character) throws IOException {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
