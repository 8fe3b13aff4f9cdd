package com.quiltdata.athena.local.s3;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.concurrent.ConcurrentHashMap;

/**
 * The policies of buckets, which the S3 on loopback does not have. One statement has an effect: that nobody may put
 * objects ({@code Deny} of {@code s3:PutObject} to everybody, without a condition). Of permissions, nothing else is
 * checked on loopback.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html">PutBucketPolicy</a>
 */
public final class BucketPolicies implements Filter {
    private final Map<String, JsonNode> policies = new ConcurrentHashMap<>();

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String[] path = request.getRequestURI().split("/", 3);
        String bucket = path.length > 1 ? path[1] : "";
        boolean isObject = path.length > 2 && !path[2].isEmpty();
        String method = request.getMethod();
        if (!isObject && request.getParameterMap().containsKey("policy")) {
            answer(method, bucket, request, response);
        } else if (isObject && method.equals("PUT") && isClosed(bucket)) {
            error(response, 403, "AccessDenied", "Access Denied with an explicit deny in a resource-based policy");
        } else {
            chain.doFilter(request, response);
            if (!isObject && method.equals("DELETE") && response.getStatus() < 300) {
                policies.remove(bucket);
            }
        }
    }

    private void answer(String method, String bucket, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        switch (method) {
            case "PUT" -> {
                policies.put(bucket, AwsJson.MAPPER.readTree(request.getInputStream()));
                response.setStatus(204);
            }
            case "GET" -> {
                JsonNode policy = policies.get(bucket);
                if (policy == null) {
                    error(response, 404, "NoSuchBucketPolicy", "The bucket policy does not exist");
                } else {
                    response.setContentType("application/json");
                    response.getOutputStream().write(AwsJson.MAPPER.writeValueAsBytes(policy));
                }
            }
            case "DELETE" -> {
                policies.remove(bucket);
                response.setStatus(204);
            }
            default -> error(response, 405, "MethodNotAllowed", "The method is not allowed against this resource");
        }
    }

    private boolean isClosed(String bucket) {
        JsonNode policy = policies.get(bucket);
        return policy != null
                && policy.path("Statement")
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
