package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Answers the requests of the AWS Query protocol, which name their operation and the version of their service's API in a
 * form, and lets every other request pass on.
 *
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-query-protocol.html">AWS Query protocol</a>
 */
public final class AwsQueryFilter implements Filter {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String MEMBER = ".member.";

    private final Map<String, AwsService> services = new ConcurrentHashMap<>();

    /**
     * Adds a service.
     *
     * @param version of the service's API, such as {@code 2010-05-15}; no two services here have the same
     */
    public void add(String version, AwsService service) {
        services.put(version, service);
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        String type = request.getContentType();
        if (!request.getMethod().equals("POST") || type == null || !type.startsWith(FORM)) {
            chain.doFilter(request, servletResponse);
            return;
        }
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String id = UUID.randomUUID().toString();
        byte[] body;
        try {
            String operation = String.valueOf(request.getParameter("Action"));
            ObjectNode output = call(operation, request.getParameter("Version"), request.getParameterMap());
            ObjectNode answer = AwsJson.object();
            answer.set(operation + "Result", output);
            answer.putObject("ResponseMetadata").put("RequestId", id);
            body = xml(operation + "Response", answer);
        } catch (AwsServiceException e) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            ObjectNode answer = AwsJson.object();
            answer.putObject("Error")
                    .put("Type", "Sender")
                    .put("Code", e.type())
                    .put("Message", e.getMessage());
            body = xml("ErrorResponse", answer.put("RequestId", id));
        }
        response.setContentType("text/xml");
        response.setHeader("x-amzn-requestid", id);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private ObjectNode call(String operation, String version, Map<String, String[]> form) throws AwsServiceException {
        AwsService service = version == null ? null : services.get(version);
        if (service == null) {
            throw unknownOperation(operation, version);
        }
        return service.call(operation, input(form));
    }

    /** The error for what a service does not know. */
    public static AwsServiceException unknownOperation(String operation, String version) {
        return new AwsServiceException(
                "InvalidAction", "Could not find operation %s for version %s".formatted(operation, version));
    }

    /** Lists, whose members are fields of the form named {@code <list>.member.<number>}, come in the form's order. */
    private static ObjectNode input(Map<String, String[]> form) {
        ObjectNode input = AwsJson.object();
        form.forEach((name, values) -> {
            int member = name.indexOf(MEMBER);
            if (member < 0) {
                input.put(name, values[0]);
            } else {
                input.withArray("/" + name.substring(0, member)).add(values[0]);
            }
        });
        return input;
    }

    private static byte[] xml(String name, JsonNode value) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            write(writer, name, value);
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("A text can be written", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(XMLStreamWriter writer, String name, JsonNode value) throws XMLStreamException {
        writer.writeStartElement(name);
        if (value instanceof ArrayNode list) {
            for (JsonNode member : list) {
                write(writer, "member", member);
            }
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                write(writer, field.getKey(), field.getValue());
            }
        } else {
            writer.writeCharacters(value.asText());
        }
        writer.writeEndElement();
    }
}
