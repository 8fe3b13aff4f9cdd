package com.quiltdata.athena.local.s3;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Sees the requests to S3, for recordings of them. */
public final class S3Traffic implements Filter {
    private final List<S3Recording> recordings = new CopyOnWriteArrayList<>();

    /** Begins a recording. */
    public S3Recording record() {
        S3Recording recording = new S3Recording(this);
        recordings.add(recording);
        return recording;
    }

    /** Ends a recording. */
    void remove(S3Recording recording) {
        recordings.remove(recording);
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        if (recordings.isEmpty()) {
            chain.doFilter(servletRequest, servletResponse);
            return;
        }
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        // The path is /<bucket>/<key>.
        String[] path = request.getRequestURI().split("/", 3);
        String key = path.length > 2 ? path[2] : "";
        S3Request.Kind kind = kind(request, key);
        String subject = kind == S3Request.Kind.LIST
                ? Optional.ofNullable(request.getParameter("prefix")).orElse("")
                : key;
        AtomicLong bytesSent = new AtomicLong();
        recordings.forEach(recording -> recording.add(kind, path[1], subject, bytesSent));
        chain.doFilter(request, new CountedResponse((HttpServletResponse) servletResponse, bytesSent));
    }

    private static S3Request.Kind kind(HttpServletRequest request, String key) {
        if (!request.getMethod().equals("GET")) {
            return S3Request.Kind.OTHER;
        }
        if (!key.isEmpty()) {
            return S3Request.Kind.GET;
        }
        return request.getParameter("list-type") == null ? S3Request.Kind.OTHER : S3Request.Kind.LIST;
    }

    private static final class CountedResponse extends HttpServletResponseWrapper {
        private final AtomicLong bytes;

        private CountedResponse(HttpServletResponse response, AtomicLong bytes) {
            super(response);
            this.bytes = bytes;
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            return new CountedStream(super.getOutputStream(), bytes);
        }
    }

    private static final class CountedStream extends ServletOutputStream {
        private final ServletOutputStream stream;
        private final AtomicLong bytes;

        private CountedStream(ServletOutputStream stream, AtomicLong bytes) {
            this.stream = stream;
            this.bytes = bytes;
        }

        @Override
        public void write(int value) throws IOException {
            bytes.incrementAndGet();
            stream.write(value);
        }

        @Override
        public void write(byte[] values, int offset, int length) throws IOException {
            // Before the client can have them, so that whoever has them finds them counted.
            bytes.addAndGet(length);
            stream.write(values, offset, length);
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }

        @Override
        public boolean isReady() {
            return stream.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            stream.setWriteListener(listener);
        }
    }
}
