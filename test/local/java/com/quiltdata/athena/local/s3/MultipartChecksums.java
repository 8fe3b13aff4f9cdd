package com.quiltdata.athena.local.s3;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;

/**
 * Begins uploads in parts without a checksum of the whole: the S3 on loopback does not answer a part with its checksum, and
 * would then miss it in the end, where the AWS SDK for JavaScript repeats what it was answered.
 */
public final class MultipartChecksums implements Filter {
    private static final String CHECKSUM = "x-amz-checksum-";

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        boolean begins = request.getMethod().equals("POST") && "uploads".equals(uploads(request));
        chain.doFilter(begins ? new WithoutChecksum(request) : request, response);
    }

    private static String uploads(HttpServletRequest request) {
        return request.getQueryString() == null
                ? null
                : request.getQueryString().split("[=&]", 2)[0];
    }

    private static final class WithoutChecksum extends HttpServletRequestWrapper {
        private WithoutChecksum(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getHeader(String name) {
            return isChecksum(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return isChecksum(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                    .filter(name -> !isChecksum(name))
                    .toList());
        }

        private static boolean isChecksum(String name) {
            return name.toLowerCase(Locale.ROOT).startsWith(CHECKSUM);
        }
    }
}
