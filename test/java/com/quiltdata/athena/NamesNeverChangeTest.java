package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.schema.SnapshotTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
    private static final String OF_EVERY_STACK = """
            QueryResultsBucket8914DAAE = mycompany-quilt-query-results
            QueryResultsWorkGroup1EB50CBB = quilt-query
            QueryDatabase5B4A5A9D = quilt_query
            AccessPolicyBC67C267 = AthenaQuiltAccess
            """;

    @Test
    void ofAStackWithAListOfBuckets() {
        assertHas(template("quiltBuckets", List.of("quilt-allencell-manifests")), OF_EVERY_STACK + """
            QuiltBucketsquiltallencellmanifestsManifestsTable89DA53F2 = quilt_allencell_manifests_quilt_manifests
            QuiltBucketsquiltallencellmanifestsPackagesTable48BC0CB8 = quilt_allencell_manifests_quilt_packages
            QuiltBucketsquiltallencellmanifestsExampleQuery6F76320D = Quilt packages in quilt-allencell-manifests: files by metadata
            QuiltBucketsquiltallencellmanifestsPackagesView7BDF6A6D = quilt_allencell_manifests_quilt_packages_view
            QuiltBucketsquiltallencellmanifestsObjectsView4BC9BF0C = quilt_allencell_manifests_quilt_objects_view
            """);
    }

    @Test
    void ofAStackWithAGroup() {
        assertHas(template("quiltBuckets", Map.of("imaging", List.of("bucket-a"))), OF_EVERY_STACK + """
            QuiltBucketsimagingNestedStackimagingNestedStackResource45221349 = (no name)
            """);
    }

    @Test
    void ofAGroup() {
        CloudAssembly assembly = TestTemplates.assembly(
                TestTemplates.configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a"))));
        Map<String, JsonNode> templates = TestTemplates.templates(assembly);
        templates.remove("QuiltAthena.template.json");

        assertThat(templates).hasSize(1);
        assertHas(templates.values().iterator().next(), """
            bucketaManifestsTable84CBEFF7 = bucket_a_quilt_manifests
            bucketaPackagesTable2510B74E = bucket_a_quilt_packages
            bucketaExampleQuery42977C4D = Quilt packages in bucket-a: files by metadata
            bucketaPackagesView17772C86 = bucket_a_quilt_packages_view
            bucketaObjectsViewDDF05F68 = bucket_a_quilt_objects_view
            """);
    }

    @Test
    void ofViewsBesideThoseOfABucket() {
        assertHas(
                template(
                        "quiltBuckets",
                        List.of("bucket-a", "bucket-b"),
                        "customViews",
                        Map.of("latest_images", "test/resources/views/latest_images.sql")),
                OF_EVERY_STACK + """
            ViewsOverBucketsPackagesView7D3D3A54 = all_quilt_packages_view
            ViewsOverBucketsObjectsViewA4B4FA9A = all_quilt_objects_view
            CustomViewslatestimagesC2763364 = latest_images
            """);
    }

    private static JsonNode template(Object... configuration) {
        return TestTemplates.assembly(TestTemplates.configuration(configuration))
                .template();
    }

    /** The files of a snapshot know columns by their ids: a column that gets another one's shows its values. */
    @Test
    void ofTheColumnsInTheFilesOfSnapshots() {
        assertThat(SnapshotTable.COLUMNS.stream().map(column -> column.id() + " " + column.name()))
                .contains(
                        "1 bucket",
                        "2 kind",
                        "3 user",
                        "4 name",
                        "5 timestamp",
                        "6 tophash",
                        "7 message",
                        "8 logical_key",
                        "9 physical_keys",
                        "10 hash",
                        "11 meta",
                        "12 user_meta",
                        "13 size",
                        "14 applied",
                        "15 read_at",
                        "16 refreshed_at")
                .doesNotHaveDuplicates();
        assertThat(SnapshotTable.COLUMNS.stream().map(SnapshotTable.Column::id)).doesNotHaveDuplicates();
        assertThat(SnapshotTable.PARTITIONED_BY.stream().limit(3).map(SnapshotTable.PartitionField::transform))
                .containsExactly("identity", "identity", "bucket[6]");
    }

    private static void assertHas(JsonNode template, String namesByLogicalId) {
        Map<String, String> names = new TreeMap<>();
        template.path("Resources")
                .properties()
                .forEach(resource ->
                        names.put(resource.getKey(), name(resource.getValue().path("Properties"))));

        assertThat(names)
                .containsAllEntriesOf(namesByLogicalId
                        .lines()
                        .map(line -> line.strip().split(" = "))
                        .collect(Collectors.toMap(name -> name[0], name -> name[1])));
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
