package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.cloudformation.ImportTemplate;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the templates must have so that CloudFormation can import what exists: the conditions of <a
 * href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html">automatic
 * import</a>, for the types that it can import by a name in the template, and the import by hand of
 * {@code docs/start/adopt.md}. The identifiers are the {@code primaryIdentifier} of each type's schema in the CDK's
 * {@code @aws-cdk/aws-service-spec}.
 */
class AdoptionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";

    /** From a type to the property that identifies a resource of it. */
    private static final Map<String, String> IDENTIFIERS = Map.of(
            "AWS::Athena::WorkGroup", "Name",
            "AWS::Glue::Database", "DatabaseName",
            "AWS::S3::Bucket", "BucketName",
            "AWS::S3::BucketPolicy", "Bucket");

    /** Everything that has a name of its own. */
    private static final List<String> NAMED = List.of(
            "AWS::Athena::WorkGroup",
            "AWS::Glue::Database",
            "AWS::Glue::Table",
            "AWS::IAM::ManagedPolicy",
            "AWS::S3::Bucket");

    static Stream<Map<String, Object>> configurations() {
        return Stream.concat(retaining(), Stream.of(TestTemplates.configuration("removalPolicy", "destroy")));
    }

    static Stream<Map<String, Object>> retaining() {
        return Stream.of(
                TestTemplates.configuration(),
                TestTemplates.configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a"))),
                TestTemplates.configuration(
                        "resultsBucketName",
                        "some-results",
                        "databaseName",
                        "some_database",
                        "workgroupName",
                        "some-workgroup",
                        "policyName",
                        "SomePolicy",
                        "attachPolicyToRoles",
                        List.of("SomeRole"),
                        "resultsExpireAfterDays",
                        7,
                        "bytesScannedCutoffPerQuery",
                        10_000_000_000L,
                        "resultsKmsKeyArn",
                        KEY,
                        "quiltBucketKmsKeyArns",
                        List.of(KEY),
                        "inputAccess",
                        "any"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void everyNamedResourceSaysWhatBecomesOfItWhenTheStackDoesNotWantItAnyMore(Map<String, Object> configuration) {
        List<JsonNode> named = resources(configuration).stream()
                .filter(resource -> NAMED.contains(resource.path("Type").asText()))
                .toList();

        assertThat(named).hasSize(4 + BucketTable.values().length);
        assertThat(named).allSatisfy(resource -> {
            assertThat(resource.path("DeletionPolicy").asText()).isIn("Delete", "Retain");
            assertThat(resource.path("UpdateReplacePolicy")).isEqualTo(resource.path("DeletionPolicy"));
        });
    }

    @ParameterizedTest
    @MethodSource("retaining")
    void whatCloudFormationImportsByItselfIsRetainedAndIdentifiedByPlainText(Map<String, Object> configuration) {
        List<JsonNode> importable = resources(configuration).stream()
                .filter(resource ->
                        IDENTIFIERS.containsKey(resource.path("Type").asText()))
                .toList();

        assertThat(importable).hasSize(4);
        assertThat(importable).allSatisfy(resource -> {
            assertThat(resource.path("DeletionPolicy").asText()).isEqualTo("Retain");
            assertThat(resource.path("Properties")
                            .path(IDENTIFIERS.get(resource.path("Type").asText()))
                            .isTextual())
                    .as(resource.toString())
                    .isTrue();
        });
    }

    @Test
    void theNamesAreThoseOfTheNotebook() {
        List<String> pointers =
                List.of("/BucketName", "/Name", "/DatabaseName", "/ManagedPolicyName", "/TableInput/Name", "/ViewName");

        assertThat(resources(TestTemplates.configuration()).stream()
                        .filter(resource -> NAMED.contains(resource.path("Type").asText())
                                || resource.path("Type").asText().equals("Custom::AthenaView"))
                        .map(resource -> pointers.stream()
                                .map(pointer -> resource.path("Properties").at(pointer))
                                .filter(JsonNode::isTextual)
                                .map(JsonNode::asText)
                                .collect(Collectors.joining(" "))))
                .contains(
                        "mycompany-quilt-query-results",
                        "quilt-query",
                        "quilt_query",
                        "AthenaQuiltAccess",
                        "quilt_allencell_manifests_quilt_manifests",
                        "quilt_allencell_manifests_quilt_packages",
                        "quilt_allencell_manifests_quilt_packages_view",
                        "quilt_allencell_manifests_quilt_objects_view")
                .hasSize(4 + BucketTable.values().length + BucketView.values().length);
    }

    /** The template of the documented import: what is in it must be the stack's, and as the notebook made it. */
    @Test
    void theDocumentedImportIsOfTheStacksOwnResources() {
        ObjectNode policyDocument = JSON.createObjectNode().put("Version", "2012-10-17");
        String documented = documented("import.template.json").replace("$(cat policy.json)", policyDocument.toString());

        assertThat(TestFiles.json(documented))
                .isEqualTo(ImportTemplate.of(
                        TestTemplates.assembly(TestTemplates.configuration()).template(), policyDocument));
    }

    /** The policies of the views' handler are the stack's alone. */
    @Test
    void theImportIsOfTheSameResourcesWhereThereAreCustomViewsAndManyBuckets() {
        Map<String, Object> configuration = TestTemplates.configuration(
                "quiltBuckets",
                IntStream.range(0, 40)
                        .mapToObj("a-bucket-with-a-name-of-the-usual-length-%02d"::formatted)
                        .toList(),
                "inputAccess",
                "any",
                "customViews",
                Map.of("latest_images", "test/resources/views/latest_images.sql"));
        JsonNode template = TestTemplates.assembly(configuration).template();

        assertThat(template.findValuesAsText("Type"))
                .filteredOn("AWS::IAM::ManagedPolicy"::equals)
                .hasSizeGreaterThan(1);
        assertThat(ImportTemplate.of(template, JSON.createObjectNode()).path("Resources"))
                .extracting(resource -> resource.path("Type").asText())
                .containsExactlyInAnyOrder(
                        "AWS::Athena::WorkGroup", "AWS::Glue::Database", "AWS::IAM::ManagedPolicy", "AWS::S3::Bucket");
    }

    @Test
    void theDocumentedImportIdentifiesEachResourceOfItsTemplate() {
        JsonNode template = TestFiles.json(documented("import.template.json").replace("$(cat policy.json)", "{}"));

        JsonNode identified = TestFiles.json(documented("import.resources.json"));

        assertThat(identified).hasSize(4);
        assertThat(identified).allSatisfy(resource -> {
            JsonNode declaration = template.path("Resources")
                    .path(resource.path("LogicalResourceId").asText());
            assertThat(resource.path("ResourceType")).isEqualTo(declaration.path("Type"));
        });
        assertThat(identified)
                .extracting(resource -> resource.path("ResourceIdentifier").toString())
                .containsExactly(
                        "{\"BucketName\":\"mycompany-quilt-query-results\"}",
                        "{\"Name\":\"quilt-query\"}",
                        "{\"DatabaseName\":\"quilt_query\"}",
                        "{\"PolicyArn\":\"arn:aws:iam::123456789012:policy/AthenaQuiltAccess\"}");
    }

    /** What the document has the shell write to a file. */
    private static String documented(String file) {
        String page = TestFiles.text(TestTemplates.PROJECT.resolve("docs/start/adopt.md"));
        String start = "cat > " + file + " <<END\n";
        int from = page.indexOf(start) + start.length();
        return page.substring(from, page.indexOf("\nEND\n", from))
                .replace("$policy_arn", "arn:aws:iam::123456789012:policy/AthenaQuiltAccess")
                .replace("$results_bucket", "mycompany-quilt-query-results")
                .replace("$workgroup", "quilt-query")
                .replace("$database", "quilt_query")
                .replace("$policy", "AthenaQuiltAccess");
    }

    private static List<JsonNode> resources(Map<String, Object> configuration) {
        return TestTemplates.resources(TestTemplates.assembly(configuration)).toList();
    }
}
