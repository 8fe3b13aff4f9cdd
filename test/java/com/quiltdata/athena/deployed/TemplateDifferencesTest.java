package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudformation.model.Stack;

/** A deployed template beside the one that a checkout synthesizes, with a group of buckets in a nested stack. */
class TemplateDifferencesTest {
    private static final Pattern ASSET = Pattern.compile("[0-9a-f]{64}[.]json");
    private static final CloudAssembly ASSEMBLY =
            TestTemplates.assembly(TestTemplates.configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a"))));

    private final ObjectNode main = ASSEMBLY.template().deepCopy();
    private final Map<String, ObjectNode> nested = new HashMap<>();

    TemplateDifferencesTest() {
        resources(main).properties().forEach(resource -> {
            if (resource.getValue().path("Type").asText().equals("AWS::CloudFormation::Stack")) {
                Matcher asset = ASSET.matcher(resource.getValue().toString());
                assertThat(asset.find()).isTrue();
                nested.put(
                        resource.getKey(),
                        ASSEMBLY.nestedTemplate(asset.group()).deepCopy());
            }
        });
    }

    @Test
    void whatTheCdkCliAddsIsNoDifference() {
        resources(main).putObject("CDKMetadata").put("Type", "AWS::CDK::Metadata");
        resources(main)
                .forEach(resource ->
                        ((ObjectNode) resource).putObject("Metadata").put("aws:cdk:path", "a/b"));
        String writtenOut = main.toString()
                .replace("{\"Ref\":\"AWS::Partition\"}", "\"aws\"")
                .replace("{\"Ref\":\"AWS::AccountId\"}", "\"123456789012\"");

        assertThat(differences(TestFiles.json(writtenOut))).isEmpty();
    }

    @Test
    void charactersThatCloudFormationDoesNotTellAreNoDifference() {
        CloudAssembly assembly = TestTemplates.assembly(TestTemplates.configuration(
                "quiltBuckets",
                List.of("imaging-a"),
                "customViews",
                Map.of(
                        "latest_images", "test/resources/views/latest_images.sql",
                        "odd_text", "test/resources/views/odd_text.sql")));
        String told = assembly.template().toString().replaceAll("[^\\x{0}-\\x{7f}]", "??");

        assertThat(told).contains("??");
        assertThat(TemplateDifferences.between(assembly, part(TestFiles.json(told), Map.of())))
                .isEmpty();
    }

    @Test
    void anotherBuildOfAFunctionIsNamedAsSuch() {
        CloudAssembly assembly = TestTemplates.assembly(TestTemplates.configuration());
        JsonNode deployed = assembly.template().deepCopy();
        String id = named(deployed, "AthenaViewProviderHandler", "AWS::Lambda::Function");
        ((ObjectNode) deployed.at("/Resources/%s/Properties/Code".formatted(id))).put("S3Key", "other.jar");

        assertThat(TemplateDifferences.between(assembly, part(deployed, Map.of())))
                .singleElement()
                .asString()
                .startsWith(
                        "%s (AWS::Lambda::Function): the code of the function differs: other.jar is deployed, and this"
                                        .formatted(id)
                                + " checkout makes ");
    }

    @Test
    void longValuesAreShownFromWhereTheyDiffer() {
        String view = resources(nested.values().iterator().next()).properties().stream()
                .filter(resource -> resource.getValue().path("Type").asText().equals("Custom::AthenaView"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        ObjectNode properties = (ObjectNode)
                resources(nested.values().iterator().next()).path(view).path("Properties");
        properties.put("Query", properties.path("Query").asText() + " LIMIT 1");

        assertThat(differences(main))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains(view)
                .contains(" LIMIT 1, and in this checkout …");
    }

    @Test
    void resourcesThatOnlyOneOfThemHasAreNamed() {
        JsonNode database = resources(main).remove("QueryDatabase5B4A5A9D");
        resources(main).set("AnotherDatabase", database);

        assertThat(differences(main))
                .contains(
                        "QueryDatabase5B4A5A9D (AWS::Glue::Database) is not deployed",
                        "AnotherDatabase (AWS::Glue::Database) is deployed, and not in this checkout");
    }

    @Test
    void nestedStacksAreComparedToo() {
        String stack = nested.keySet().stream()
                .filter(id -> id.contains("imaging"))
                .findFirst()
                .orElseThrow();
        String table = named(nested.get(stack), "", "AWS::Glue::Table");
        ((ObjectNode) nested.get(stack).at("/Resources/%s/Properties/TableInput".formatted(table)))
                .put("Description", "Another one");

        assertThat(differences(main))
                .singleElement()
                .asString()
                .startsWith("%s/%s (AWS::Glue::Table): Properties.TableInput.Description is Another one, and in this"
                                .formatted(stack, table)
                        + " checkout ");
    }

    private List<String> differences(JsonNode deployed) {
        Map<String, Deployment> parts = new HashMap<>();
        nested.forEach((id, content) -> parts.put(id, part(content, Map.of())));
        return TemplateDifferences.between(ASSEMBLY, part(deployed, parts));
    }

    private static Deployment part(JsonNode content, Map<String, Deployment> nested) {
        Stack stack = Stack.builder()
                .stackName("QuiltAthena")
                .stackId("arn:aws:cloudformation:eu-central-1:123456789012:stack/QuiltAthena/0f1e")
                .build();
        return new Deployment(stack, content, Map.of(), nested);
    }

    private static ObjectNode resources(JsonNode template) {
        return (ObjectNode) template.path("Resources");
    }

    private static String named(JsonNode template, String prefix, String type) {
        return resources(template).properties().stream()
                .filter(resource -> resource.getKey().startsWith(prefix)
                        && resource.getValue().path("Type").asText().equals(type))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }
}
