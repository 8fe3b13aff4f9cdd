package com.quiltdata.athena.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.schema.QuiltBucket;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the configuration is, the outcome is a stack with valid names, or problems that a person can read. */
class BadInputTest {

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

    private static final List<String> HOSTILE_TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "line\nbreak",
            "carriage\rreturn",
            "\u001b[31mred",
            "next\u0085line",
            "line\u2028separator",
            "paragraph\u2029separator",
            "right\u202eto-left",
            "lone\ud800surrogate",
            "größe",
            "数据",
            "😀".repeat(120),
            "e\u0301",
            "a\u00a0b",
            "'; DROP TABLE packages; --",
            "\" OR 1=1 --",
            "${manifestsTable}",
            "${Token[TOKEN.1]}",
            "{{resolve:secretsmanager:secret}}",
            "%s%n",
            "../../etc/passwd",
            "$(id)",
            "arn:aws:s3:::bucket",
            "s3://bucket",
            "192.168.1.1",
            "xn--bucket",
            "a..b",
            "null",
            "true",
            "{\"group\": [\"bucket-a\"]}",
            "[\"bucket-a\"]",
            ",",
            ",,,",
            "1e999999999",
            "1e-999999999",
            "0x10",
            "٣",
            "9".repeat(5_000),
            "a".repeat(10_000));

    static Stream<String> keys() {
        String unknown = problems(configuration("bukets", 1)).getFirst();
        return Stream.concat(
                Stream.of(unknown.substring(unknown.indexOf(" are ") + 5).split(", ")), HOSTILE_TEXTS.stream());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyValueOfEveryKeyIsValidOrRefusedInWordsThatFitOnALine(String key) {
        for (Object value : hostileValues().toList()) {
            for (Object nested :
                    Arrays.asList(value, Arrays.asList(value, value), Collections.singletonMap("g", value))) {
                assertThat(problems(configuration(key, nested)))
                        .as("%s: %.200s", key, nested)
                        .allSatisfy(BadInputTest::assertReadable);
            }
        }
    }

    /** The longest names and the widest sets of characters that are accepted, in a list and in groups. */
    @Test
    void whatIsAcceptedBecomesATemplateWhoseNamesTheServicesAccept() {
        String longest = "b" + "-a.1".repeat(15) + "-z";
        for (Object buckets : List.of(List.of(longest, "b-1"), Map.of("g" + "-1".repeat(20), longest + ",b-1"))) {
            Map<String, Object> widest = configuration("quiltBuckets", buckets);
            widest.put("databaseName", "d_".repeat(127) + "9");
            widest.put("workgroupName", "Wg-._".repeat(25) + "123");
            widest.put("policyName", "P+=,.@-_".repeat(16));
            widest.put("inputAccess", "any");
            widest.put("customViews", Map.of("v_".repeat(64), "test/resources/views/images_per_package.sql"));

            assertThat(problems(widest)).isEmpty();
            TestTemplates.resources(TestTemplates.assembly(widest)).forEach(BadInputTest::assertNames);
        }
    }

    private static Stream<Object> hostileValues() {
        Stream<Object> others = Stream.of(
                true,
                Long.MIN_VALUE,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                -0.0,
                1e300,
                1.5,
                new BigDecimal("1e400"),
                List.of(),
                Map.of(),
                Collections.nCopies(1_000, "a\nb"),
                Collections.singletonList(null));
        return Stream.concat(Stream.concat(Stream.of((Object) null), others), HOSTILE_TEXTS.stream());
    }

    private static Map<String, Object> configuration(String key, Object value) {
        return TestTemplates.configuration(key, value);
    }

    /** None if the configuration is valid; then its buckets are. */
    private static List<String> problems(Map<String, Object> configuration) {
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class,
                () -> assertThat(ConfigurationReader.read(configuration, TestTemplates.PROJECT)
                                .quiltBuckets())
                        .isNotEmpty()
                        .extracting(QuiltBucket::name)
                        .doesNotHaveDuplicates()
                        .allMatch(name -> name.matches(BUCKET_NAME)));
        return refused == null ? List.of() : new ArrayList<>(refused.problems());
    }

    private static void assertNames(JsonNode resource) {
        NAMES.forEach((path, rule) -> {
            String type = path.substring(0, path.indexOf('/'));
            JsonNode name = resource.path("Properties").at(path.substring(path.indexOf('/')));
            // A policy of a generated name has none here.
            if (resource.path("Type").asText().equals(type)
                    && !(name.isMissingNode() && type.equals("AWS::IAM::ManagedPolicy"))) {
                assertThat(name.asText()).as(path).matches(rule);
            }
        });
    }

    private static void assertReadable(String problem) {
        assertThat(problem).matches(".+: .+ (must|requires) .+").doesNotMatch(UNPRINTABLE);
        // The one about an unknown key lists all keys, however many there are.
        assertThat(problem.replaceFirst("the keys are [A-Za-z, ]+$", "").length())
                .isLessThan(650);
    }
}
