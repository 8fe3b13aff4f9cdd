package com.quiltdata.athena.schema;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The naming rules of general purpose S3 buckets.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">Bucket naming rules</a>
 */
public final class BucketName {
    private static final Pattern CHARACTERS = Pattern.compile("[a-z0-9.-]*");
    private static final Pattern ENDS = Pattern.compile("[a-z0-9].*[a-z0-9]");
    private static final Pattern IP_ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final List<String> RESERVED_PREFIXES = List.of("xn--", "sthree-", "amzn-s3-demo-");
    private static final List<String> RESERVED_SUFFIXES =
            List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an");

    private BucketName() {}

    /**
     * Checks a name.
     *
     * @param name what should be the name of a bucket
     * @return the first rule that the name breaks, as a phrase that follows "must"; empty if it breaks none
     */
    public static Optional<String> brokenRule(String name) {
        if (name.startsWith("s3://")) {
            return Optional.of("be the bucket's name alone, without s3://");
        }
        if (!CHARACTERS.matcher(name).matches()) {
            return Optional.of("have only lower-case letters, digits, hyphens and dots");
        }
        if (name.length() < 3 || name.length() > 63) {
            return Optional.of("have 3 to 63 characters");
        }
        if (!ENDS.matcher(name).matches()) {
            return Optional.of("begin and end with a letter or digit");
        }
        if (name.contains("..")) {
            return Optional.of("not have two dots in a row");
        }
        if (IP_ADDRESS.matcher(name).matches()) {
            return Optional.of("not look like an IP address");
        }
        for (String prefix : RESERVED_PREFIXES) {
            if (name.startsWith(prefix)) {
                return Optional.of("not begin with " + prefix + ", which S3 reserves");
            }
        }
        for (String suffix : RESERVED_SUFFIXES) {
            if (name.endsWith(suffix)) {
                return Optional.of("not end with " + suffix + ", which S3 reserves");
            }
        }
        return Optional.empty();
    }
}
