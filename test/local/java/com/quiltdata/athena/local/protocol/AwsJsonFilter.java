package com.quiltdata.athena.local.protocol;

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
public final class AwsJsonFilter implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(AwsJsonFilter.class);

    private final Map<String, Service> services = new ConcurrentHashMap<>();

    /** Adds a service, with the header's word before the dot and the package of its requests in the SDK. */
    public void add(String target, Package requests, AwsService service) {
        services.put(target, new Service(requests, service));
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
        Answer answer = answer(target, request.getInputStream().readAllBytes());
        response.setStatus(answer.status);
        response.setContentType("application/x-amz-json-1.1");
        response.setHeader("x-amzn-requestid", UUID.randomUUID().toString());
        byte[] body = AwsJson.MAPPER.writeValueAsBytes(answer.body);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Answers a request, whatever it is. */
    public Answer answer(String target, byte[] request) {
        try {
            return new Answer(HttpServletResponse.SC_OK, call(target, request));
        } catch (AwsServiceException exception) {
            return error(HttpServletResponse.SC_BAD_REQUEST, exception);
        } catch (RuntimeException exception) {
            LOG.warn("{} failed", target, exception);
            return error(
                    HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
                    new AwsServiceException("InternalServerException", exception.toString()));
        }
    }

    private ObjectNode call(String target, byte[] body) {
        return service(target)
                .service
                .call(operation(target), body.length == 0 ? AwsJson.object() : AwsJson.read(body));
    }

    /**
     * Calls a service in this process, and refuses what its model has not, which AWS passes over.
     *
     * @param target the service's name, a dot and the operation's
     */
    public ObjectNode callStrictly(String target, ObjectNode request) {
        Service service = service(target);
        RequestModel.of(service.requests, operation(target)).ifPresent(model -> model.requireKnown(request));
        return service.service.call(operation(target), request);
    }

    private Service service(String target) {
        Service service = services.get(target.substring(0, Math.max(0, target.lastIndexOf('.'))));
        if (service == null) {
            throw new AwsServiceException("UnknownOperationException", "No service answers to " + target);
        }
        return service;
    }

    private static String operation(String target) {
        return target.substring(target.lastIndexOf('.') + 1);
    }

    private static Answer error(int status, AwsServiceException exception) {
        ObjectNode error = AwsJson.object();
        error.put("__type", exception.type());
        error.put("Message", exception.getMessage());
        exception.members().forEach(error::put);
        return new Answer(status, error);
    }

    /** What a request is answered: HTTP's status, and the operation's output or an error. */
    public record Answer(int status, ObjectNode body) {}

    private record Service(Package requests, AwsService service) {}
}
