package com.quiltdata.athena.view;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Short digests of texts. */
final class Digest {
    private static final int CHARACTERS = 16;

    private Digest() {}

    /**
     * A short digest of texts, in their order.
     *
     * @return {@value #CHARACTERS} hexadecimal digits of their SHA-256
     */
    static String of(List<String> texts) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", texts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
