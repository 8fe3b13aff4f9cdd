package com.quiltdata.athena.local.protocol;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses what a web page of somebody else makes a browser send: requests to a host name other than this machine's own,
 * which is how a foreign name that resolves to 127.0.0.1 shows, and requests from another origin.
 *
 * @see <a href="https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site">Sec-Fetch-Site</a>, which
 *     browsers send where they send no {@code Origin}
 */
public final class LocalRequestsFilter implements Filter {
    private static final Pattern LOCAL_HOST =
            Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final Set<String> OWN_SITES = Set.of("none", "same-origin");

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        String foreign = foreign(request);
        if (foreign == null) {
            chain.doFilter(servletRequest, servletResponse);
            return;
        }
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        response.setContentType("text/plain;charset=utf-8");
        response.getOutputStream()
                .write(("Refused: " + foreign + " is not this machine's own.\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Returns which header tells that a request is a foreign one; null if none does. */
    private static String foreign(HttpServletRequest request) {
        String host = request.getHeader("Host");
        Matcher local = LOCAL_HOST.matcher(host == null ? "" : host);
        String origin = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        if (!local.matches()) {
            return "the header Host";
        }
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            return "the header Origin";
        }
        return site == null || OWN_SITES.contains(site) ? null : "the header Sec-Fetch-Site";
    }
}
