package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The policies in {@code docs/security/deployer}, with the names of a deployment. */
final class DeployerPolicies {
    static final Path DIRECTORY = TestTemplates.PROJECT.resolve("docs/security/deployer");
    static final List<String> CLOUDFORMATION = List.of(
            "cloudformation-execution.json",
            "cloudformation-execution-snapshots.json",
            "cloudformation-execution-monitoring.json");
    static final String READ = "read-role.json";
    static final String DEPLOY = "deploy-role.json";
    static final String BOUNDARY = "require-boundary.json";
    static final String CHECK = "check-deployment.json";

    private DeployerPolicies() {}

    /** What stands for what, as {@code docs/security/deployer.md} explains it. The boundary has a name that the stack may write. */
    static Map<String, String> names(Partition partition) {
        return new HashMap<>(Map.ofEntries(
                Map.entry("<partition>", partition.id()),
                Map.entry("<region>", partition.region()),
                Map.entry("<account>", Partition.ACCOUNT),
                Map.entry("<qualifier>", "quilt"),
                Map.entry("<results-bucket>", "mycompany-quilt-query-results"),
                Map.entry("<snapshot-bucket>", "mycompany-quilt-query-snapshot"),
                Map.entry("<workgroup>", "quilt-query"),
                Map.entry("<database>", "quilt_query"),
                Map.entry("<policy>", "AthenaQuiltAccess"),
                Map.entry("<role-path>", "/quilt/"),
                Map.entry("<boundary>", partition.arn("iam", "policy/QuiltAthena-boundary")),
                Map.entry("<catalog-key>", partition.arn("kms", "key/catalog")),
                Map.entry("<quilt-stack>", "quilt"),
                Map.entry("\"<quilt-buckets>\"", arns(partition, "s3", "bucket-a", "bucket-b")),
                Map.entry("\"<registries>\"", arns(partition, "s3", "bucket-a/.quilt/*", "bucket-b/.quilt/*")),
                Map.entry("\"<attached-roles>\"", arns(partition, "iam", "role/Analysts", "role/teams/Curators"))));
    }

    /** The items of a list in JSON. */
    static String arns(Partition partition, String service, String... resources) {
        return Stream.of(resources)
                .map(resource -> '"' + partition.arn(service, resource) + '"')
                .collect(Collectors.joining(", "));
    }

    /** A policy without the statements for roles and for a key that there are not. */
    static JsonNode filled(String file, Map<String, String> names) {
        String text = TestFiles.text(DIRECTORY.resolve(file));
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        assertThat(text).doesNotContainPattern("<[a-z-]+>");
        JsonNode policy = TestFiles.json(text);
        ((ArrayNode) policy.path("Statement"))
                .removeIf(statement -> statement.path("Resource").isEmpty()
                        && statement.path("Resource").asText().isEmpty());
        return policy;
    }

    static List<JsonNode> of(Partition partition, List<String> files) {
        return files.stream().map(file -> filled(file, names(partition))).toList();
    }
}
