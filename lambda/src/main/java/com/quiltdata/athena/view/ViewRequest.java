package com.quiltdata.athena.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What CloudFormation asks of one {@code Custom::AthenaView}: the part of a custom resource request that the handler
 * reads.
 *
 * @param type what to do with the view
 * @param id the request's own id, the same whenever the same request is delivered again
 * @param workGroup the Athena workgroup in which the statement runs
 * @param database the Glue database that holds the view
 * @param viewName the view's name within the database
 * @param query the view's SELECT statement; null for a {@link Type#DELETE} that does not carry it
 * @param deletedId the physical id that CloudFormation wants deleted; null for others than {@link Type#DELETE}
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html">Custom resource
 *     request objects</a>
 */
record ViewRequest(
        Type type, String id, String workGroup, String database, String viewName, String query, String deletedId) {

    /** The life-cycle events that CloudFormation knows. */
    enum Type {
        CREATE,
        UPDATE,
        DELETE
    }

    private static final List<String> PROPERTIES = List.of("WorkGroup", "Database", "ViewName", "Query");

    /** What CloudFormation and CDK add to every custom resource. */
    private static final List<String> FRAMEWORK_PROPERTIES = List.of("ServiceToken", "ServiceTimeout");

    /**
     * Reads a request as CloudFormation sends it.
     *
     * @param event the request object
     * @return the request
     * @throws IllegalArgumentException if something is missing, empty or unknown; the message names all of it
     */
    static ViewRequest parse(Map<String, Object> event) {
        Type type = type(event.get("RequestType"));
        Map<?, ?> properties = event.get("ResourceProperties") instanceof Map<?, ?> map ? map : Map.of();

        List<String> problems = new ArrayList<>();
        for (String name : PROPERTIES) {
            boolean needed = type != Type.DELETE || !name.equals("Query");
            if (needed && (!(properties.get(name) instanceof String value) || value.isBlank())) {
                problems.add("property " + name + " must be a text that is not empty, but is " + properties.get(name));
            }
        }
        if (type != Type.DELETE) {
            for (Object name : properties.keySet()) {
                if (!PROPERTIES.contains(name) && !FRAMEWORK_PROPERTIES.contains(name)) {
                    problems.add(
                            "property " + name + " is unknown; the properties are " + String.join(", ", PROPERTIES));
                }
            }
        }
        if (!(event.get("RequestId") instanceof String)) {
            problems.add("RequestId must be a text, but is " + event.get("RequestId"));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Custom::AthenaView: " + String.join("; ", problems));
        }
        return new ViewRequest(
                type,
                (String) event.get("RequestId"),
                (String) properties.get("WorkGroup"),
                (String) properties.get("Database"),
                (String) properties.get("ViewName"),
                (String) properties.get("Query"),
                type == Type.DELETE ? (String) event.get("PhysicalResourceId") : null);
    }

    /**
     * The view's full name, which is also the physical id that a create or update answers with. It changes exactly when
     * the request is for another view, so that CloudFormation then deletes the old view, and never otherwise.
     *
     * @return {@code <database>.<view name>}
     */
    String fullName() {
        return database + "." + viewName;
    }

    /**
     * The physical id to answer with.
     *
     * @return the view's full name; on a delete, the id that CloudFormation asked with, since it takes no other
     */
    String physicalResourceId() {
        return type == Type.DELETE && deletedId != null ? deletedId : fullName();
    }

    /**
     * The statement that does what is asked. Creating and updating are one statement, so that a view made by hand is
     * adopted and a delivery that is repeated does no harm.
     *
     * @return Athena DDL; identifiers are in double quotes, as views and not Hive tables need them
     */
    String statement() {
        String view = quoted(database) + "." + quoted(viewName);
        return type == Type.DELETE ? "DROP VIEW IF EXISTS " + view : "CREATE OR REPLACE VIEW " + view + " AS\n" + query;
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private static Type type(Object requestType) {
        for (Type type : Type.values()) {
            if (type.name().equalsIgnoreCase(String.valueOf(requestType))) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "Custom::AthenaView: RequestType must be Create, Update or Delete, but is " + requestType);
    }
}
