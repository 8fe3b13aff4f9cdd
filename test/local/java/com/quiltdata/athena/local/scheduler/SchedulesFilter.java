package com.quiltdata.athena.local.scheduler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
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
import java.util.Map;
import java.util.Optional;

/**
 * Answers the requests to EventBridge Scheduler, whose operations are methods and paths, and lets every other request pass
 * on. Its requests are told from those to an S3 bucket by the service that they are signed for.
 */
public final class SchedulesFilter implements Filter {
    private static final String SIGNED_FOR = "/scheduler/aws4_request";

    /** From a method to what it does about {@code /schedules/<name>}. */
    private static final Map<String, String> OPERATIONS =
            Map.of("DELETE", "DeleteSchedule", "GET", "GetSchedule", "POST", "CreateSchedule", "PUT", "UpdateSchedule");

    private final AwsService schedules;

    /** Makes the filter. */
    public SchedulesFilter(AwsService schedules) {
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

    private ObjectNode answer(HttpServletRequest request) throws IOException {
        String[] path = request.getRequestURI().split("/");
        byte[] body = request.getInputStream().readAllBytes();
        ObjectNode input = body.length == 0 ? AwsJson.object() : AwsJson.read(body);
        if (path.length > 2) {
            input.put("Name", URLDecoder.decode(path[2], StandardCharsets.UTF_8));
        }
        return schedules.call(
                path.length == 2 ? "ListSchedules" : String.valueOf(OPERATIONS.get(request.getMethod())), input);
    }
}
