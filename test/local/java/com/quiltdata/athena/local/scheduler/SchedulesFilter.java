package com.quiltdata.athena.local.scheduler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
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
import java.util.Optional;

/**
 * Answers the requests to EventBridge Scheduler, whose operations are methods and paths, and lets every other request pass
 * on. Its requests are told from those to an S3 bucket by the service that they are signed for.
 */
public final class SchedulesFilter implements Filter {
    /** In the header of a request that is signed. */
    public static final String SIGNED_FOR = "/scheduler/aws4_request";

    /** Where schedules are. */
    public static final String PATH = "/schedules";

    private final Schedules schedules;

    /** Makes the filter. */
    public SchedulesFilter(Schedules schedules) {
        this.schedules = schedules;
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        if (!Optional.ofNullable(request.getHeader("Authorization")).orElse("").contains(SIGNED_FOR)) {
            chain.doFilter(request, response);
            return;
        }
        ObjectNode answer;
        try {
            answer = answer(request);
        } catch (AwsServiceException e) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            response.setHeader("x-amzn-errortype", e.type());
            answer = AwsJson.object().put("Message", e.getMessage());
        }
        response.setContentType("application/json");
        response.getOutputStream().write(AwsJson.MAPPER.writeValueAsBytes(answer));
    }

    private ObjectNode answer(HttpServletRequest request) throws AwsServiceException, IOException {
        String path = request.getRequestURI();
        String operation = request.getMethod() + " " + (path.startsWith(PATH + "/") ? PATH + "/" : path);
        String name = URLDecoder.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
        return switch (operation) {
            case "GET " + PATH -> schedules.list();
            case "GET " + PATH + "/" -> schedules.get(name);
            case "POST " + PATH + "/" -> schedules.create(name, body(request));
            case "PUT " + PATH + "/" -> schedules.update(name, body(request));
            case "DELETE " + PATH + "/" -> schedules.delete(name);
            default ->
                throw new AwsServiceException(
                        "UnknownOperationException", "The embedded Scheduler does not know " + operation);
        };
    }

    private static ObjectNode body(HttpServletRequest request) throws AwsServiceException, IOException {
        return AwsJson.read(request.getInputStream().readAllBytes());
    }
}
