package com.quiltdata.athena.local.s3;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.springframework.web.util.ContentCachingRequestWrapper;
import org.springframework.web.util.HtmlUtils;

/**
 * The notifications of buckets, which the S3 on loopback does not have: those that send their events to EventBridge do so
 * for objects that are written or deleted. As on AWS, a configuration replaces all of the one before.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html">
 *     PutBucketNotificationConfiguration</a>
 */
public final class ObjectEvents implements Filter {
    private static final String NONE =
            "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></NotificationConfiguration>";

    private static final String DELETED = "Object Deleted";

    /** What a request for the deletion of many objects has of each. */
    private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>", Pattern.DOTALL);

    private final Map<String, String> configurations = new ConcurrentHashMap<>();
    private final EventBridge eventBridge;

    /** Where events go. */
    @FunctionalInterface
    public interface EventBridge {
        /** Takes an event. */
        void accept(String type, String bucket, String key);
    }

    /** Makes the filter. */
    public ObjectEvents(EventBridge eventBridge) {
        this.eventBridge = eventBridge;
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String[] path = request.getRequestURI().split("/", 3);
        String bucket = path.length > 1 ? path[1] : "";
        String key = path.length > 2 ? path[2] : "";
        String method = request.getMethod();
        if (key.isEmpty() && request.getParameterMap().containsKey("notification")) {
            if (method.equals("PUT")) {
                configurations.put(bucket, new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            } else {
                response.setContentType("application/xml");
                response.getOutputStream()
                        .write(configurations.getOrDefault(bucket, NONE).getBytes(StandardCharsets.UTF_8));
            }
            return;
        }
        boolean deletesMany = key.isEmpty()
                && method.equals("POST")
                && request.getParameterMap().containsKey("delete");
        ContentCachingRequestWrapper cached = new ContentCachingRequestWrapper(request, 0);
        chain.doFilter(deletesMany ? cached : request, response);
        if (response.getStatus() >= HttpServletResponse.SC_MULTIPLE_CHOICES
                || !configurations.getOrDefault(bucket, NONE).contains("<EventBridgeConfiguration")) {
            return;
        }
        boolean isWhole = request.getParameter("uploadId") == null || method.equals("POST");
        if (deletesMany) {
            KEY.matcher(new String(cached.getContentAsByteArray(), StandardCharsets.UTF_8))
                    .results()
                    .forEach(found -> eventBridge.accept(
                            DELETED,
                            bucket,
                            HtmlUtils.htmlUnescape(found.group(1).replace("&apos;", "&#39;"))));
        } else if (!key.isEmpty() && !method.equals("GET") && !method.equals("HEAD") && isWhole) {
            eventBridge.accept(
                    method.equals("DELETE") ? DELETED : "Object Created",
                    bucket,
                    URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8));
        }
    }
}
