package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of the AWS JSON 1.1 protocol, which name their service and operation in the header
 * {@code X-Amz-Target}, and lets every other request pass on to S3.
 */
final class AwsJsonFilter implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(AwsJsonFilter.class);

    private final Map<String, AwsJsonService> services = new ConcurrentHashMap<>();

    /**
     * Adds a service.
     *
     * @param target what the header has before the dot, such as {@code AmazonAthena}
     * @param service what answers
     */
    void add(String target, AwsJsonService service) {
        services.put(target, service);
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String target = request.getHeader("X-Amz-Target");
        if (target == null) {
            chain.doFilter(request, response);
            return;
        }
        byte[] body = request.getInputStream().readAllBytes();
        response.setContentType("application/x-amz-json-1.1");
        response.setHeader("x-amzn-requestid", UUID.randomUUID().toString());
        byte[] answer;
        try {
            answer = AwsJson.MAPPER.writeValueAsBytes(answer(target, body));
        } catch (AwsServiceException exception) {
            answer = error(response, 400, exception);
        } catch (RuntimeException exception) {
            LOG.warn("{} failed", target, exception);
            answer = error(response, 500, new AwsServiceException("InternalServerException", exception.toString()));
        }
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
    }

    private ObjectNode answer(String target, byte[] body) throws AwsServiceException, IOException {
        int dot = target.lastIndexOf('.');
        AwsJsonService service = dot < 0 ? null : services.get(target.substring(0, dot));
        if (service == null) {
            throw new AwsServiceException("UnknownOperationException", "No service answers to " + target);
        }
        try {
            ObjectNode request = body.length == 0 ? AwsJson.object() : AwsJson.MAPPER.readValue(body, ObjectNode.class);
            return service.call(target.substring(dot + 1), request);
        } catch (JsonProcessingException exception) {
            throw new AwsServiceException("SerializationException", exception.getOriginalMessage());
        }
    }

    private static byte[] error(HttpServletResponse response, int status, AwsServiceException exception)
            throws JsonProcessingException {
        response.setStatus(status);
        ObjectNode error = AwsJson.object();
        error.put("__type", exception.type());
        error.put("Message", exception.getMessage());
        exception.members().forEach(error::put);
        return AwsJson.MAPPER.writeValueAsBytes(error);
    }
}
