package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Pins the names under which deployments know what they have. A new resource is added here. When a name that was here is
 * missing, do not adapt the test: give the construct its old id, or the resource its old name.
 *
 * <p>CloudFormation knows a resource by its logical id, which the CDK makes from the path of construct ids. Under
 * another logical id the resource is another one, which is made before the old one is deleted:
 *
 * <ul>
 *   <li>results bucket, workgroup, database, policy and tables have names of their own, so making them again fails
 *       because they exist, and the update is rolled back;
 *   <li>a view is replaced under the new logical id and then dropped under the old one: it is gone, and the deployment
 *       has succeeded;
 *   <li>a nested stack takes all of its buckets' tables and views with it.
 * </ul>
 *
 * <p>A physical name is what users' saved queries, policies and programs refer to. Under another one, what is retained
 * stays behind with everything that people have put into it, and queries fail.
 */
class NamesNeverChangeTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> TYPES = Set.of(
            "AWS::Athena::NamedQuery",
            "AWS::Athena::WorkGroup",
            "AWS::CloudFormation::Stack",
            "AWS::Glue::Database",
            "AWS::Glue::Table",
            "AWS::IAM::ManagedPolicy",
            "AWS::S3::Bucket",
            "Custom::AthenaView");

    @Test
    void theLogicalIdsAndPhysicalNamesOfAStackWithAListOfBuckets() {
        JsonNode template =
                TestTemplates.assembly(TestTemplates.configuration()).template();

        assertThat(names(template))
                .isEqualTo(Map.ofEntries(
                        Map.entry("QueryResultsBucket8914DAAE", "mycompany-quilt-query-results"),
                        Map.entry("QueryResultsWorkGroup1EB50CBB", "quilt-query"),
                        Map.entry("QueryDatabase5B4A5A9D", "quilt_query"),
                        Map.entry("AccessPolicyBC67C267", "AthenaQuiltAccess"),
                        Map.entry(
                                "QuiltBucketsquiltallencellmanifestsManifestsTable89DA53F2",
                                "quilt_allencell_manifests_quilt_manifests"),
                        Map.entry(
                                "QuiltBucketsquiltallencellmanifestsPackagesTable48BC0CB8",
                                "quilt_allencell_manifests_quilt_packages"),
                        Map.entry(
                                "QuiltBucketsquiltallencellmanifestsExampleQuery6F76320D",
                                "Quilt packages in quilt-allencell-manifests: files by metadata"),
                        Map.entry(
                                "QuiltBucketsquiltallencellmanifestsPackagesView7BDF6A6D",
                                "quilt_allencell_manifests_quilt_packages_view"),
                        Map.entry(
                                "QuiltBucketsquiltallencellmanifestsObjectsView4BC9BF0C",
                                "quilt_allencell_manifests_quilt_objects_view")));
    }

    @Test
    void theLogicalIdsAndPhysicalNamesOfAStackWithAGroup() {
        assertThat(names(grouped().template()))
                .isEqualTo(Map.of(
                        "QueryResultsBucket8914DAAE", "mycompany-quilt-query-results",
                        "QueryResultsWorkGroup1EB50CBB", "quilt-query",
                        "QueryDatabase5B4A5A9D", "quilt_query",
                        "AccessPolicyBC67C267", "AthenaQuiltAccess",
                        "QuiltBucketsimagingNestedStackimagingNestedStackResource45221349", "(no name)"));
    }

    @Test
    void theLogicalIdsAndPhysicalNamesOfAGroup() throws IOException {
        List<Path> templates;
        try (Stream<Path> files = Files.list(grouped().directory())) {
            templates = files.filter(file -> file.toString().endsWith(".nested.template.json"))
                    .toList();
        }

        assertThat(templates).hasSize(1);
        assertThat(names(JSON.readTree(templates.getFirst().toFile())))
                .isEqualTo(Map.of(
                        "bucketaManifestsTable84CBEFF7", "bucket_a_quilt_manifests",
                        "bucketaPackagesTable2510B74E", "bucket_a_quilt_packages",
                        "bucketaExampleQuery42977C4D", "Quilt packages in bucket-a: files by metadata",
                        "bucketaPackagesView17772C86", "bucket_a_quilt_packages_view",
                        "bucketaObjectsViewDDF05F68", "bucket_a_quilt_objects_view"));
    }

    @Test
    void theLogicalIdsAndPhysicalNamesOfViewsBesideThoseOfABucket() {
        Map<String, String> names = names(TestTemplates.assembly(TestTemplates.configuration(
                        "quiltBuckets",
                        List.of("bucket-a", "bucket-b"),
                        "customViews",
                        Map.of("latest_images", "test/resources/views/latest_images.sql")))
                .template());
        names.keySet().removeIf(id -> id.startsWith("QuiltBuckets"));

        assertThat(names)
                .isEqualTo(Map.of(
                        "QueryResultsBucket8914DAAE", "mycompany-quilt-query-results",
                        "QueryResultsWorkGroup1EB50CBB", "quilt-query",
                        "QueryDatabase5B4A5A9D", "quilt_query",
                        "AccessPolicyBC67C267", "AthenaQuiltAccess",
                        // Another set of custom views has another policy.
                        "AthenaViewProviderHandlerRoleViews7434492f63597dca8BE6EC22", "(no name)",
                        "ViewsOverBucketsPackagesView7D3D3A54", "all_quilt_packages_view",
                        "ViewsOverBucketsObjectsViewA4B4FA9A", "all_quilt_objects_view",
                        "CustomViewslatestimagesC2763364", "latest_images"));
    }

    private static CloudAssembly grouped() {
        return TestTemplates.assembly(
                TestTemplates.configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a"))));
    }

    /** From the logical id to the physical name of what people or other resources refer to. */
    private static Map<String, String> names(JsonNode template) {
        Map<String, String> names = new TreeMap<>();
        template.path("Resources").properties().forEach(resource -> {
            if (TYPES.contains(resource.getValue().path("Type").asText())) {
                names.put(resource.getKey(), name(resource.getValue().path("Properties")));
            }
        });
        return names;
    }

    private static String name(JsonNode properties) {
        for (String pointer : List.of(
                "/Name", "/BucketName", "/ManagedPolicyName", "/ViewName", "/DatabaseInput/Name", "/TableInput/Name")) {
            if (properties.at(pointer).isTextual()) {
                return properties.at(pointer).asText();
            }
        }
        return "(no name)";
    }
}
