package com.quiltdata.athena.local.s3;

/**
 * A request that S3 answered.
 *
 * @param kind the kind of request that S3 bills it as
 * @param key the object's key, or the prefix of a listing, as it is in the URL
 * @param bytesSent the size of the answer's body
 */
public record S3Request(Kind kind, String bucket, String key, long bytesSent) {

    /** Kinds of requests. */
    public enum Kind {
        /** Reads an object, or a part of it. */
        GET,
        /** Reads one page of a bucket's keys. */
        LIST,
        /** Anything else. */
        OTHER
    }
}
