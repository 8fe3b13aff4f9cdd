package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * The template with which what somebody has made by hand becomes the stack's, as it is. CloudFormation does not compare
 * such a template with the resources, and changes nothing about them. The deployment after that finds what the stack's
 * own template has beyond this one, and changes it.
 *
 * <p>Each resource has its name, what the published notebook gives it, and the stack's own value of each property that
 * CloudFormation cannot change without replacing the resource.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html">Import
 *     resources manually</a>
 */
public final class ImportTemplate {

    private static final String BUCKET = "AWS::S3::Bucket";
    private static final String POLICY = "AWS::IAM::ManagedPolicy";

    /** From a type that can be imported to the properties that name a resource or would replace it. */
    private static final Map<String, List<String>> PROPERTIES = Map.of(
            "AWS::Athena::WorkGroup",
            List.of("Name"),
            "AWS::Glue::Database",
            List.of("CatalogId", "DatabaseName"),
            POLICY,
            List.of("Description", "ManagedPolicyName", "Path"),
            BUCKET,
            List.of("BucketName"));

    private ImportTemplate() {}

    /**
     * Makes the template.
     *
     * @param policyDocument what the managed policy grants so far
     * @return a template with the bucket, the workgroup, the database and the managed policy
     */
    public static ObjectNode of(JsonNode template, JsonNode policyDocument) {
        String bucket = template.path("Resources")
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals(BUCKET))
                .map(resource -> resource.path("Properties").path("BucketName").asText())
                .findFirst()
                .orElseThrow();
        ObjectNode imported = JsonNodeFactory.instance.objectNode();
        ObjectNode resources = imported.putObject("Resources");
        template.path("Resources").properties().forEach(resource -> {
            String type = resource.getValue().path("Type").asText();
            if (PROPERTIES.containsKey(type) && hasName(type, resource.getValue())) {
                ObjectNode declaration = resources.putObject(resource.getKey());
                declaration.put("Type", type).put("DeletionPolicy", "Retain");
                ObjectNode properties = declaration.putObject("Properties");
                JsonNode own = resource.getValue().path("Properties");
                PROPERTIES.get(type).forEach(name -> properties.set(name, own.path(name)));
                addWhatTheNotebookSets(properties, type, own, bucket, policyDocument);
            }
        });
        return imported;
    }

    /** The policies of the views' handler have none, and nobody has made them before the stack. */
    private static boolean hasName(String type, JsonNode declaration) {
        return !type.equals(POLICY) || declaration.path("Properties").has("ManagedPolicyName");
    }

    private static void addWhatTheNotebookSets(
            ObjectNode properties, String type, JsonNode own, String bucket, JsonNode policyDocument) {
        switch (type) {
            case "AWS::Athena::WorkGroup" ->
                properties
                        .putObject("WorkGroupConfiguration")
                        .putObject("ResultConfiguration")
                        .put("OutputLocation", "s3://" + bucket);
            case "AWS::Glue::Database" ->
                properties
                        .putObject("DatabaseInput")
                        .set("Name", own.path("DatabaseInput").path("Name"));
            case POLICY -> properties.set("PolicyDocument", policyDocument);
            default -> {
                // The notebook makes the bucket without any settings.
            }
        }
    }
}
