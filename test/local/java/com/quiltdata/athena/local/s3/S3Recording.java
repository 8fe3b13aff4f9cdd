package com.quiltdata.athena.local.s3;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** The requests that S3 gets from the recording's beginning until it is closed. */
public final class S3Recording implements AutoCloseable {
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final S3Traffic traffic;

    S3Recording(S3Traffic traffic) {
        this.traffic = traffic;
    }

    /** A request whose answer may still be under way. */
    private record Entry(S3Request.Kind kind, String bucket, String key, AtomicLong bytesSent) {}

    void add(S3Request.Kind kind, String bucket, String key, AtomicLong bytesSent) {
        entries.add(new Entry(kind, bucket, key, bytesSent));
    }

    /**
     * What was recorded so far.
     *
     * @return in the order in which requests came
     */
    public List<S3Request> requests() {
        return entries.stream()
                .map(entry -> new S3Request(
                        entry.kind(),
                        entry.bucket(),
                        entry.key(),
                        entry.bytesSent().get()))
                .toList();
    }

    @Override
    public void close() {
        traffic.remove(this);
    }
}
