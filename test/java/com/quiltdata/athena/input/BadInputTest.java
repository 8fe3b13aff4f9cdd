package com.quiltdata.athena.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the configuration is, the outcome is a stack with valid names, or problems that a person can read.
 *
 * <p>{@code -DargLine="-Dinput.seed=N"} tries other configurations; a failure names the seed and the configuration.
 */
class BadInputTest {
    private static final long SEED = Long.getLong("input.seed", 20_260_101);
    private static final int CONFIGURATIONS = 3_000;
    private static final int SYNTHESIZED = 25;

    /** Control characters, line and paragraph separators, and what turns the direction of writing. */
    private static final String UNPRINTABLE = "(?s).*[\\p{Cntrl}\\x{80}-\\x{9f}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}].*";

    private static final String BUCKET_NAME = "(?!.*\\.\\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

    /** Rules of the services for what the template names, by resource type and property. */
    private static final Map<String, String> NAMES = Map.of(
            "AWS::S3::Bucket/BucketName", BUCKET_NAME,
            "AWS::Athena::WorkGroup/Name", "[a-zA-Z0-9._-]{1,128}",
            "AWS::Athena::NamedQuery/Name", "(?s).{1,128}",
            "AWS::Athena::NamedQuery/QueryString", "(?s).{1,262144}",
            "AWS::Glue::Database/DatabaseInput/Name", "[a-z0-9_]{1,255}",
            "AWS::Glue::Table/TableInput/Name", "[a-z0-9_]{1,255}",
            "AWS::IAM::ManagedPolicy/ManagedPolicyName", "[\\w+=,.@-]{1,128}",
            "Custom::AthenaView/ViewName", "[a-z0-9_]{1,255}");

    @TempDir
    private Path directory;

    @Test
    void everyConfigurationIsEitherValidOrRefusedInWordsThatFitOnALine() {
        RandomConfiguration random = new RandomConfiguration(SEED);
        int valid = 0;
        for (int number = 0; number < CONFIGURATIONS; number++) {
            Map<String, Object> configuration = random.next();
            try {
                Configuration read = ConfigurationReader.read(configuration, TestTemplates.PROJECT);
                valid++;
                assertThat(read.queries().results().bucketName())
                        .as(describe(configuration))
                        .matches(BUCKET_NAME);
                assertThat(read.quiltBuckets())
                        .as(describe(configuration))
                        .isNotEmpty()
                        .extracting(QuiltBucket::name)
                        .doesNotHaveDuplicates()
                        .allMatch(name -> name.matches(BUCKET_NAME));
            } catch (ConfigurationException e) {
                assertThat(e.problems())
                        .as(describe(configuration))
                        .isNotEmpty()
                        .allSatisfy(BadInputTest::assertReadable);
            } catch (RuntimeException e) {
                fail(describe(configuration), e);
            }
        }
        System.out.printf("Seed %d: %d configurations, of which %d valid%n", SEED, CONFIGURATIONS, valid);
        assertThat(valid).as("enough of both kinds").isBetween(CONFIGURATIONS / 10, CONFIGURATIONS * 9 / 10);
    }

    @Test
    void whatIsAcceptedBecomesATemplateWhoseNamesTheServicesAccept() throws IOException {
        RandomConfiguration random = new RandomConfiguration(SEED + 1);
        int synthesized = 0;
        for (int number = 0; synthesized < SYNTHESIZED; number++) {
            Map<String, Object> configuration = random.next();
            Path output = directory.resolve("cdk.out" + number);
            try {
                ConfigurationReader.read(configuration, TestTemplates.PROJECT);
                CloudAssembly assembly =
                        CloudAssembly.synthesize(context(configuration), TestTemplates.PROJECT, output);
                synthesized++;
                assertNames(assembly, configuration);
            } catch (ConfigurationException e) {
                assertThat(e.problems())
                        .as(describe(configuration))
                        .isNotEmpty()
                        .allSatisfy(BadInputTest::assertReadable);
            } catch (RuntimeException e) {
                fail(describe(configuration), e);
            }
        }
    }

    private static Map<String, Object> context(Map<String, Object> configuration) {
        Map<String, Object> context = CloudAssembly.projectContext(TestTemplates.PROJECT);
        context.keySet()
                .removeAll(CloudAssembly.projectConfiguration(TestTemplates.PROJECT)
                        .keySet());
        context.putAll(configuration);
        return context;
    }

    private static void assertNames(CloudAssembly assembly, Map<String, Object> configuration) throws IOException {
        try (Stream<Path> files = Files.list(assembly.directory())) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".template.json")).toList()) {
                for (JsonNode resource :
                        new ObjectMapper().readTree(file.toFile()).path("Resources")) {
                    NAMES.forEach((path, rule) -> {
                        String type = path.substring(0, path.indexOf('/'));
                        JsonNode name = resource.path("Properties").at(path.substring(path.indexOf('/')));
                        // A policy of a generated name has none here.
                        if (resource.path("Type").asText().equals(type)
                                && !(name.isMissingNode() && type.equals("AWS::IAM::ManagedPolicy"))) {
                            assertThat(name.asText())
                                    .as(path + " of " + describe(configuration))
                                    .matches(rule);
                        }
                    });
                }
            }
        }
    }

    private static void assertReadable(String problem) {
        assertThat(problem).matches(".+: .+ (must|requires) .+").doesNotMatch(UNPRINTABLE);
        // The one about an unknown key lists all keys, however many there are.
        assertThat(problem.replaceFirst("the keys are [A-Za-z, ]+$", "").length())
                .isLessThan(650);
    }

    private static String describe(Map<String, Object> configuration) {
        Map<String, String> shown = new LinkedHashMap<>();
        configuration.forEach((key, value) -> {
            String text = value == null ? "null" : value.getClass().getSimpleName() + " " + value;
            shown.put(key, text.substring(0, Math.min(text.length(), 200)));
        });
        return "seed " + SEED + ": " + shown;
    }
}
