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
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
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

    private final Map<String, AwsService> services = new ConcurrentHashMap<>();

    /** Adds a service by the version of its API; no two services here have the same. */
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
        } catch (RuntimeException e) {
            boolean isRefused = e instanceof AwsServiceException;
            response.setStatus(
                    isRefused ? HttpServletResponse.SC_BAD_REQUEST : HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            ObjectNode answer = AwsJson.object();
            answer.putObject("Error")
                    .put("Type", isRefused ? "Sender" : "Receiver")
                    .put("Code", e instanceof AwsServiceException known ? known.type() : "InternalFailure")
                    .put("Message", isRefused ? e.getMessage() : e.toString());
            body = xml("ErrorResponse", answer.put("RequestId", id));
        }
        response.setContentType("text/xml");
        response.setHeader("x-amzn-requestid", id);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private ObjectNode call(String operation, String version, Map<String, String[]> form) {
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

    /** Puts together what the form's names say: {@code Tags.member.1.Key}, {@code Filters.FailedEvents}. */
    private static ObjectNode input(Map<String, String[]> form) {
        ObjectNode input = AwsJson.object();
        Set<String> protocol = Set.of("Action", "Version");
        for (Map.Entry<String, String[]> field : form.entrySet()) {
            if (protocol.contains(field.getKey())) {
                continue;
            }
            String[] path = field.getKey().split("\\.");
            ObjectNode parent = input;
            for (int i = 0; i < path.length - 1; i++) {
                JsonNode child = parent.path(path[i]);
                if (child.isValueNode()) {
                    throw new AwsServiceException("MalformedInput", "The field is two things: " + field.getKey());
                }
                parent = child.isObject() ? (ObjectNode) child : parent.putObject(path[i]);
            }
            parent.put(path[path.length - 1], field.getValue()[0]);
        }
        return (ObjectNode) withLists(input);
    }

    private static JsonNode withLists(JsonNode value) {
        if (!value.isObject()) {
            return value;
        }
        if (value.size() == 1 && value.path("member").isObject()) {
            ArrayNode list = AwsJson.array();
            value.path("member").properties().stream()
                    .sorted(Comparator.comparing(member -> member.getKey().length() + " " + member.getKey()))
                    .forEach(member -> list.add(withLists(member.getValue())));
            return list;
        }
        ObjectNode object = AwsJson.object();
        if (value.size() == 1 && value.path("entry").isObject()) {
            value.path("entry")
                    .forEach(entry -> object.set(entry.path("key").asText(), withLists(entry.path("value"))));
        } else {
            value.properties().forEach(field -> object.set(field.getKey(), withLists(field.getValue())));
        }
        return object;
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
