package com.quiltdata.athena.local.s3;

import com.quiltdata.athena.local.protocol.AwsJson;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The policies and tags of buckets, which the S3 on loopback does not have. One statement has an effect: that nobody may put
 * objects ({@code Deny} of {@code s3:PutObject} to everybody, without a condition). Of permissions, nothing else is
 * checked on loopback.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html">PutBucketPolicy</a>
 */
public final class BucketPolicies implements Filter {
    /** From what a request names to the error where there is none. */
    private static final Map<String, String> MISSING =
            Map.of("policy", "NoSuchBucketPolicy", "tagging", "NoSuchTagSet");

    /** By the bucket, a slash and what a request names. */
    private final Map<String, byte[]> documents = new ConcurrentHashMap<>();

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String[] path = request.getRequestURI().split("/", 3);
        String bucket = path.length > 1 ? path[1] : "";
        boolean isObject = path.length > 2 && !path[2].isEmpty();
        String method = request.getMethod();
        Optional<String> kind = MISSING.keySet().stream()
                .filter(request.getParameterMap()::containsKey)
                .findFirst();
        if (!isObject && kind.isPresent()) {
            answer(method, bucket, kind.get(), request, response);
        } else if (isObject && method.equals("PUT") && isClosed(bucket)) {
            error(response, 403, "AccessDenied", "Access Denied with an explicit deny in a resource-based policy");
        } else {
            chain.doFilter(request, response);
            if (!isObject && method.equals("DELETE") && response.getStatus() < 300) {
                MISSING.keySet().forEach(each -> documents.remove(bucket + "/" + each));
            }
        }
    }

    private void answer(
            String method, String bucket, String kind, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        switch (method) {
            case "PUT" -> {
                documents.put(bucket + "/" + kind, request.getInputStream().readAllBytes());
                response.setStatus(204);
            }
            case "GET" -> {
                byte[] document = documents.get(bucket + "/" + kind);
                if (document == null) {
                    error(response, 404, MISSING.get(kind), "The bucket has none");
                } else {
                    response.setContentType(kind.equals("policy") ? "application/json" : "application/xml");
                    response.getOutputStream().write(document);
                }
            }
            case "DELETE" -> {
                documents.remove(bucket + "/" + kind);
                response.setStatus(204);
            }
            default -> error(response, 405, "MethodNotAllowed", "The method is not allowed against this resource");
        }
    }

    private boolean isClosed(String bucket) throws IOException {
        byte[] policy = documents.get(bucket + "/policy");
        return policy != null
                && AwsJson.MAPPER
                        .readTree(policy)
                        .path("Statement")
                        .valueStream()
                        .anyMatch(statement -> statement.path("Effect").asText().equals("Deny")
                                && !statement.has("Condition")
                                && statement.path("Principal").asText().equals("*")
                                && statement.path("Action").toString().contains("\"s3:PutObject\""));
    }

    private static void error(HttpServletResponse response, int status, String code, String message)
            throws IOException {
        response.setStatus(status);
        response.setContentType("application/xml");
        response.getOutputStream()
                .write("<Error><Code>%s</Code><Message>%s</Message></Error>"
                        .formatted(code, message)
                        .getBytes(StandardCharsets.UTF_8));
    }
}
