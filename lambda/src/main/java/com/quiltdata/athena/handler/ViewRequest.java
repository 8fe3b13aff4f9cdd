package com.quiltdata.athena.handler;

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
 * @param physicalResourceId the id to answer with. It changes exactly when the request is for another view, so that
 *     CloudFormation then deletes the old view, and never otherwise: that would delete the view that was just replaced
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html">Custom resource
 *     request objects</a>
 */
record ViewRequest(
        Type type,
        String id,
        String workGroup,
        String database,
        String viewName,
        String query,
        String physicalResourceId) {

    /** The life-cycle events that CloudFormation knows. */
    enum Type {
        CREATE,
        UPDATE,
        DELETE
    }

    private static final List<String> PROPERTIES = List.of("WorkGroup", "Database", "ViewName", "Query");

    /**
     * What makes a view be created anew when it changes, and is for CloudFormation alone: a digest of the definitions
     * of the tables that the view reads.
     */
    private static final String DEFINITIONS_READ = "DefinitionsRead";

    /** What CloudFormation and CDK add to every custom resource. */
    private static final List<String> FRAMEWORK_PROPERTIES = List.of("ServiceToken", "ServiceTimeout");

    /**
     * Reads a request as CloudFormation sends it.
     *
     * @throws IllegalArgumentException if something is missing, empty or unknown; the message names all of it
     */
    static ViewRequest parse(Map<String, Object> event) {
        Type type = type(event.get("RequestType"));
        Map<?, ?> properties = event.get("ResourceProperties") instanceof Map<?, ?> map ? map : Map.of();

        List<String> problems = new ArrayList<>();
        for (String name : PROPERTIES) {
            boolean needed = type != Type.DELETE || !name.equals("Query");
            if (needed && !isText(properties.get(name))) {
                problems.add("property " + name + " must be a string that is not empty");
            }
        }
        if (type != Type.DELETE) {
            for (Object name : properties.keySet()) {
                if (!PROPERTIES.contains(name)
                        && !DEFINITIONS_READ.equals(name)
                        && !FRAMEWORK_PROPERTIES.contains(name)) {
                    problems.add("property %s is unknown; the properties are %s, %s"
                            .formatted(name, String.join(", ", PROPERTIES), DEFINITIONS_READ));
                }
            }
        }
        if (!isText(event.get("RequestId"))) {
            problems.add("RequestId must be a string that is not empty");
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
                physicalResourceId(type, event, properties));
    }

    /**
     * The view's full name.
     *
     * @return {@code <database>.<view name>}
     */
    String fullName() {
        return fullName(database, viewName);
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

    private static boolean isText(Object value) {
        return value instanceof String text && !text.isBlank();
    }

    /** A delete must be answered with the id that it asks with, and so must an update of the same view. */
    private static String physicalResourceId(Type type, Map<String, Object> event, Map<?, ?> properties) {
        String fullName = fullName(properties.get("Database"), properties.get("ViewName"));
        boolean keeps = type == Type.DELETE
                || type == Type.UPDATE
                        && event.get("OldResourceProperties") instanceof Map<?, ?> old
                        // Athena's names do not tell upper and lower case apart.
                        && fullName.equalsIgnoreCase(fullName(old.get("Database"), old.get("ViewName")));
        return keeps && event.get("PhysicalResourceId") instanceof String current ? current : fullName;
    }

    private static String fullName(Object database, Object viewName) {
        return database + "." + viewName;
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
