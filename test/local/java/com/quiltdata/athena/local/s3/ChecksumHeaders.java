package com.quiltdata.athena.local.s3;

import com.adobe.testing.s3mock.s3.dto.ChecksumAlgorithm;
import com.adobe.testing.s3mock.s3.util.ChecksumUtil;
import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Lets the S3 on loopback keep and tell checksums as clients in Python expect it. Beside a checksum in a header, boto3
 * names its algorithm, and S3Mock then looks for the checksum at the body's end, where none is: it gets the checksum
 * alone. And it tells none of a part that is copied.
 *
 * @param directory where objects are kept
 */
record ChecksumHeaders(Path directory) implements Filter {
    private static final String ALGORITHM = "x-amz-sdk-checksum-algorithm";
    private static final String CHECKSUM = "x-amz-checksum-";

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        if (http.getHeader("x-amz-copy-source") != null && http.getParameter("uploadId") != null) {
            copyPart(http, (HttpServletResponse) response, chain);
            return;
        }
        String algorithm = http.getHeader(ALGORITHM);
        boolean hasChecksum =
                algorithm != null && http.getHeader(CHECKSUM + algorithm.toLowerCase(Locale.ROOT)) != null;
        chain.doFilter(hasChecksum ? new WithoutAlgorithm(http) : http, response);
    }

    private void copyPart(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ContentCachingResponseWrapper answer = new ContentCachingResponseWrapper(response);
        chain.doFilter(request, answer);
        Path upload = directory
                .resolve(request.getRequestURI().split("/", 3)[1])
                .resolve("multiparts")
                .resolve(request.getParameter("uploadId"));
        JsonNode algorithm = answer.getStatus() == HttpServletResponse.SC_OK
                ? AwsJson.MAPPER
                        .readTree(Files.readAllBytes(upload.resolve("multipartMetadata.json")))
                        .path("checksumAlgorithm")
                : AwsJson.object();
        if (algorithm.isTextual()) {
            String checksum = ChecksumUtil.INSTANCE.checksumFor(
                    upload.resolve(request.getParameter("partNumber") + ".part"),
                    ChecksumAlgorithm.valueOf(algorithm.textValue()).toChecksumAlgorithm());
            String text = new String(answer.getContentAsByteArray(), StandardCharsets.UTF_8)
                    .replace(
                            "</CopyPartResult>",
                            "<Checksum%1$s>%2$s</Checksum%1$s></CopyPartResult>"
                                    .formatted(algorithm.textValue(), checksum));
            answer.resetBuffer();
            answer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }
        answer.copyBodyToResponse();
    }

    private static final class WithoutAlgorithm extends HttpServletRequestWrapper {
        private WithoutAlgorithm(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getHeader(String name) {
            return ALGORITHM.equalsIgnoreCase(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return ALGORITHM.equalsIgnoreCase(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }
    }
}
