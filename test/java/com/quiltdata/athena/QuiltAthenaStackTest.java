package com.quiltdata.athena;

import static com.quiltdata.athena.TestTemplates.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

@ExtendWith(CdkLock.class)
class QuiltAthenaStackTest {
    static Stream<Arguments> cases() {
        Map<String, Map<String, Object>> cases =
                new Yaml().load(TestFiles.resource(QuiltAthenaStackTest.class, "stack.yaml"));
        return cases.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    /** The cases of {@code stack.yaml}. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @SuppressWarnings("unchecked")
    void theTemplateHas(String title, Map<String, Object> expected) {
        Map<String, Object> resources = new HashMap<>(expected);
        boolean exactly = resources.remove("exactly") != null;
        Object configuration = Objects.requireNonNullElse(resources.remove("configuration"), Map.of());
        Template template = template(((Map<String, Object>) configuration)
                .entrySet().stream()
                        .flatMap(key -> Stream.of(key.getKey(), key.getValue()))
                        .toArray());

        resources.forEach((type, properties) -> template.hasResourceProperties(
                type, exactly ? Match.objectEquals((Map<String, Object>) properties) : properties));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Bool\": {\"aws:SecureTransport\": \"false\"}}",
                "{\"NumericLessThan\": {\"s3:TlsVersion\": 1.2}}"
            })
    void theResultsBucketRefusesRequestsWithoutTls(String condition) {
        Map<String, Object> denied = json("""
                {
                  "Effect": "Deny",
                  "Action": "s3:*",
                  "Principal": {"AWS": "*"},
                  "Resource": [
                    {"Fn::GetAtt": ["QueryResultsBucket8914DAAE", "Arn"]},
                    {"Fn::Join": ["", [{"Fn::GetAtt": ["QueryResultsBucket8914DAAE", "Arn"]}, "/*"]]}
                  ],
                  "Condition": %s
                }
                """.formatted(condition));
        template()
                .hasResourceProperties(
                        "AWS::S3::BucketPolicy",
                        Map.of(
                                "Bucket",
                                "mycompany-quilt-query-results",
                                "PolicyDocument",
                                Map.of("Statement", Match.arrayWith(List.of(Match.objectLike(denied))))));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aViewHasTheContractsPropertiesAndNoOthers(BucketView view) {
        Map<String, Object> properties = json("""
                {
                  "ServiceToken": {"Fn::GetAtt": ["AthenaViewProviderFrameworkframeworkonEvent97134810", "Arn"]},
                  "ServiceTimeout": "720",
                  "WorkGroup": {"Ref": "QueryResultsWorkGroup1EB50CBB"},
                  "Database": {"Ref": "QueryDatabase5B4A5A9D"}
                }
                """);
        properties.put("ViewName", view.nameIn(new QuiltBucket("quilt-allencell-manifests")));
        properties.put("Query", Match.stringLikeRegexp("^SELECT"));
        properties.put("DefinitionsRead", Match.stringLikeRegexp("^[0-9a-f]{16}$"));

        template().hasResourceProperties("Custom::AthenaView", Match.objectEquals(properties));
    }

    @Test
    void viewsComeAfterTheirTablesAndGoBeforeTheHandlersPermissions() {
        template()
                .allResources(
                        "Custom::AthenaView",
                        Map.of(
                                "DependsOn",
                                Match.arrayWith(List.of(
                                        "AthenaViewProviderHandlerRoleDefaultPolicy7056CB02",
                                        "AthenaViewProviderHandlerRoleAA180914",
                                        "QuiltBucketsquiltallencellmanifestsManifestsTable89DA53F2",
                                        "QuiltBucketsquiltallencellmanifestsPackagesTable48BC0CB8"))));
    }

    /** A reservation is taken from the account's other functions, and an invocation beyond it fails a view. */
    @Test
    void noFunctionHasAReservedConcurrency() {
        template()
                .allResourcesProperties(
                        "AWS::Lambda::Function", Map.of("ReservedConcurrentExecutions", Match.absent()));
    }

    @Test
    void logsAreKeptForAMonth() {
        template().allResourcesProperties("AWS::Logs::LogGroup", Map.of("RetentionInDays", 30));
    }

    @Test
    void eachBucketHasASavedQueryInTheWorkgroup() {
        Map<String, Object> properties = json("""
                {
                  "Name": "Quilt packages in bucket-b: files by metadata",
                  "WorkGroup": {"Ref": "QueryResultsWorkGroup1EB50CBB"},
                  "Database": {"Ref": "QueryDatabase5B4A5A9D"}
                }
                """);
        properties.put("QueryString", Match.stringLikeRegexp("FROM \"quilt_query\"\\.\"bucket_b_quilt_objects_view\""));

        template("quiltBuckets", List.of("bucket-a", "bucket-b"))
                .hasResourceProperties("AWS::Athena::NamedQuery", properties);
    }

    @Test
    void theOutputsAreThoseOfTheContract() {
        Map<String, String> values = Map.of(
                "PolicyArn", "AccessPolicyBC67C267",
                "ResultsBucketName", "QueryResultsBucket8914DAAE",
                "WorkgroupName", "QueryResultsWorkGroup1EB50CBB",
                "DatabaseName", "QueryDatabase5B4A5A9D");
        Template template = template();

        assertThat(template.findOutputs("*").keySet()).isEqualTo(values.keySet());
        values.forEach((output, resource) -> template.hasOutput(output, Map.of("Value", Map.of("Ref", resource))));
    }

    @ParameterizedTest
    @CsvSource({
        "AWS::S3::Bucket, Retain",
        "AWS::S3::BucketPolicy, Retain",
        "AWS::Athena::WorkGroup, Retain",
        "AWS::Glue::Database, Retain",
        "AWS::Glue::Table, Delete",
        "AWS::IAM::ManagedPolicy, Delete",
        "AWS::Athena::NamedQuery, Delete",
        "Custom::AthenaView, Delete",
        "AWS::Logs::LogGroup, Delete",
    })
    void whatPeoplePutThingsIntoStaysByDefault(String type, String deletionPolicy) {
        template().allResources(type, Map.of("DeletionPolicy", deletionPolicy, "UpdateReplacePolicy", deletionPolicy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS::S3::Bucket", "AWS::Athena::WorkGroup", "AWS::Glue::Database", "AWS::Glue::Table"})
    void underDestroyEverythingGoes(String type) {
        template("removalPolicy", "destroy")
                .allResources(type, Map.of("DeletionPolicy", "Delete", "UpdateReplacePolicy", "Delete"));
    }

    /** CloudFormation deletes a resource before what it depends on. */
    @Test
    void underDestroyTheWorkgroupGoesBeforeTheBucketIsClosedAndEmptied() {
        Template template = template("removalPolicy", "destroy");
        Set<String> emptied =
                template.findResources("Custom::S3AutoDeleteObjects").keySet();

        assertThat(emptied).hasSize(1);
        template.hasResource("AWS::Athena::WorkGroup", Map.of("DependsOn", Match.arrayWith(List.copyOf(emptied))));
    }

    @Test
    void resultsExpireWhenConfigured() {
        template("resultsExpireAfterDays", 7)
                .hasResourceProperties(
                        "AWS::S3::Bucket",
                        Map.of(
                                "LifecycleConfiguration",
                                Map.of("Rules", List.of(Match.objectLike(Map.of("ExpirationInDays", 7))))));
    }

    @Test
    void eachGroupIsANestedStackOfItsOwn() {
        Template template = template("quiltBuckets", Map.of("imaging", List.of("bucket-a")));

        template.resourceCountIs("AWS::Glue::Table", 0);
        template.resourceCountIs("Custom::AthenaView", 0);
        assertThat(template.findResources("AWS::CloudFormation::Stack").keySet())
                .containsExactly("QuiltBucketsimagingNestedStackimagingNestedStackResource45221349");
    }

    /** The handler's own deadline is before its function's end; see its test. */
    @Test
    void whoeverWaitsGivesUpLaterThanWhatIsWaitedFor() {
        Map<String, Map<String, Object>> functions = template().findResources("AWS::Lambda::Function");
        Map<String, Object> timeouts = new TreeMap<>();
        functions.forEach((id, function) -> {
            Map<?, ?> properties = (Map<?, ?>) function.get("Properties");
            timeouts.put((String) properties.get("Handler"), properties.get("Timeout"));
        });

        assertThat(timeouts)
                .isEqualTo(Map.of("com.quiltdata.athena.handler.ViewHandler", 600, "framework.onEvent", 660));
        template().allResourcesProperties("Custom::AthenaView", Map.of("ServiceTimeout", "720"));
    }

    /** Comments are for those who read the files, and saved queries are for people. */
    @Test
    void viewsHaveNoComments() {
        assertThat(template().findResources("Custom::AthenaView").values())
                .extracting(view -> String.valueOf(((Map<?, ?>) view.get("Properties")).get("Query")))
                .hasSize(BucketView.values().length)
                .noneMatch(query -> query.contains("--"));
    }

    private static Map<String, Object> json(String object) {
        try {
            return new ObjectMapper().readValue(object, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(object, e);
        }
    }
}
