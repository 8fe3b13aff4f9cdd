package com.quiltdata.athena.configuration;

import static com.quiltdata.athena.TestTemplates.configuration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.Configuration.Access;
import com.quiltdata.athena.configuration.Configuration.Alarms;
import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.configuration.Configuration.Lifecycle;
import com.quiltdata.athena.configuration.Configuration.Monitoring;
import com.quiltdata.athena.configuration.Configuration.Queries;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.configuration.Configuration.Results;
import com.quiltdata.athena.configuration.Configuration.Snapshots;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class ConfigurationReaderTest {
    private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms";
    private static final String KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";

    @Test
    void twoKeysAreEnough() {
        assertThat(read(configuration()))
                .isEqualTo(new Configuration(
                        List.of(new QuiltBucketGroup(
                                Optional.empty(), List.of(new QuiltBucket("quilt-allencell-manifests")))),
                        new Queries(
                                "quilt_query",
                                "quilt-query",
                                OptionalLong.empty(),
                                Optional.empty(),
                                new Results("mycompany-quilt-query-results", 30, Optional.empty())),
                        new Access("AthenaQuiltAccess", List.of(), InputAccess.LISTED, List.of()),
                        List.of(),
                        Optional.empty(),
                        new Monitoring(false, Optional.empty()),
                        new Lifecycle(Removal.RETAIN, "/")));
    }

    private static final Map<String, Object> EVERY_KEY = Map.ofEntries(
            Map.entry("companyName", "mycompany"),
            Map.entry("quiltBuckets", List.of("bucket-a", "bucket-b")),
            Map.entry("resultsBucketName", "my-results"),
            Map.entry("databaseName", "my_database"),
            Map.entry("workgroupName", "my-workgroup"),
            Map.entry("policyName", "MyPolicy"),
            Map.entry("attachPolicyToRoles", List.of("RoleA", "RoleB")),
            Map.entry("resultsExpireAfterDays", 7),
            Map.entry("bytesScannedCutoffPerQuery", 20_000_000_000L),
            Map.entry("resultsKmsKeyArn", KEY),
            Map.entry("quiltBucketKmsKeyArns", List.of(KEY)),
            Map.entry("catalogKmsKeyArn", KEY),
            Map.entry("inputAccess", "any"),
            Map.entry("customViews", Map.of("latest_images", "test/resources/views/latest_images.sql")),
            Map.entry("removalPolicy", "destroy"),
            Map.entry("rolePath", "/quilt/athena/"),
            Map.entry("snapshotSchedule", "rate(1 hour)"),
            Map.entry("snapshotBucketName", "my-snapshots"),
            Map.entry("snapshotEvents", true),
            Map.entry("dashboard", true),
            Map.entry("alarmTopicArn", TOPIC),
            Map.entry("bytesScannedAlarmPerDay", 1_000_000_000_000L));

    @Test
    void everyKeyCountsWhenGivenAsJson() {
        assertEveryKeyCounts(EVERY_KEY);
    }

    @Test
    void everyKeyCountsWhenGivenAsTextOnTheCommandLine() {
        Map<String, Object> texts = new HashMap<>();
        EVERY_KEY.forEach((key, value) -> texts.put(
                key,
                switch (value) {
                    case List<?> list -> String.join(", ", list.toArray(String[]::new));
                    case Map<?, ?> map -> map.toString().replaceAll("[{}]", "").replace('=', ':');
                    default -> value.toString();
                }));

        assertEveryKeyCounts(texts);
    }

    private static void assertEveryKeyCounts(Map<String, Object> context) {
        assertThat(read(context))
                .isEqualTo(new Configuration(
                        List.of(new QuiltBucketGroup(
                                Optional.empty(), List.of(new QuiltBucket("bucket-a"), new QuiltBucket("bucket-b")))),
                        new Queries(
                                "my_database",
                                "my-workgroup",
                                OptionalLong.of(20_000_000_000L),
                                Optional.of(KEY),
                                new Results("my-results", 7, Optional.of(KEY))),
                        new Access("MyPolicy", List.of("RoleA", "RoleB"), InputAccess.ANY, List.of(KEY)),
                        List.of(new CustomView("latest_images", """
                        SELECT "user", "name", "logical_key", "size"
                        FROM "imaging_a_quilt_objects_view"
                        WHERE "timestamp" = 'latest' AND "logical_key" LIKE '%.tiff'""", List.of())),
                        Optional.of(new Snapshots("rate(1 hour)", true, "my-snapshots", "my-workgroup-snapshot")),
                        new Monitoring(true, Optional.of(new Alarms(TOPIC, OptionalLong.of(1_000_000_000_000L)))),
                        new Lifecycle(Removal.DESTROY, "/quilt/athena/")));
    }

    /** Otherwise nothing here would test a new key. */
    @Test
    void everyKeyIsGivenAboveAndReadAndInTheMessageAboutUnknownKeys() {
        String unknown = problems(configuration("bukets", 1)).getFirst();

        assertThat(keys())
                .extracting(ConfigurationKey::name)
                .containsExactlyInAnyOrderElementsOf(EVERY_KEY.keySet())
                .containsExactlyInAnyOrder(
                        unknown.substring(unknown.indexOf(" are ") + 5).split(", "));
    }

    @Test
    void groupsKeepTheirNamesAndBuckets() {
        assertThat(read(configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a", "bucket-b"))))
                        .quiltBucketGroups())
                .containsExactly(new QuiltBucketGroup(
                        Optional.of("imaging"), List.of(new QuiltBucket("bucket-a"), new QuiltBucket("bucket-b"))));
    }

    @Test
    void whatTheCdkKeepsInTheContextIsNotRefused() {
        Map<String, Object> context = configuration(
                "@aws-cdk/core:checkSecretUsage", true,
                "aws:cdk:enable-path-metadata", true,
                "availability-zones:account=123456789012:region=eu-west-1", List.of("eu-west-1a"),
                "acknowledged-issue-numbers", List.of(1),
                "cli-telemetry", false);

        assertThat(read(context)).isEqualTo(read(configuration()));
    }

    @Test
    void reportsAllProblemsAtOnce() {
        assertThat(problems(Map.of("quiltBuckets", List.of("s3://x"), "removalPolicy", "keep", "bukets", 1)))
                .hasSize(4)
                .startsWith(
                        "quiltBuckets: \"s3://x\" must be the bucket's name alone, without s3://",
                        "companyName: (missing) must be given: the results bucket is named after it",
                        "removalPolicy: \"keep\" must be retain or destroy")
                .last(InstanceOfAssertFactories.STRING)
                .startsWith("bukets: 1 must be left out: the keys are quiltBuckets, companyName, ");
    }

    @Test
    void snapshotsNeedABucketAndAWorkgroupOfTheirOwn() {
        assertThat(problems(configuration(
                        "snapshotSchedule", "rate(1 hour)",
                        "snapshotBucketName", "mycompany-quilt-query-results",
                        "workgroupName", "w".repeat(120))))
                .containsExactly(
                        "snapshotBucketName: \"mycompany-quilt-query-results\" must not be the results bucket: its objects"
                                + " expire",
                        "workgroupName: \"" + "w".repeat(99)
                                + "… (122 characters) must have at most 119 characters with"
                                + " snapshotSchedule: the snapshots' workgroup is named <workgroupName>-snapshot");
    }

    @Test
    void snapshotsFollowEventsBesideTheirSchedule() {
        assertThat(problems(configuration("snapshotEvents", "true")))
                .containsExactly("snapshotEvents: true requires snapshotSchedule");
        assertThat(problems(configuration("snapshotEvents", "yes")))
                .containsExactly("snapshotEvents: \"yes\" must be true or false");
    }

    @Test
    void alarmsNeedATopic() {
        assertThat(problems(configuration("bytesScannedAlarmPerDay", 5)))
                .containsExactly("bytesScannedAlarmPerDay: 5 requires alarmTopicArn");
        assertThat(read(configuration("alarmTopicArn", TOPIC)).monitoring().alarms())
                .contains(new Alarms(TOPIC, OptionalLong.empty()));
    }

    @Test
    void theTopicIsInTheStacksRegionWhereThatIsKnown() {
        Map<String, Object> context = configuration("alarmTopicArn", TOPIC);

        assertThat(ConfigurationReader.read(context, TestTemplates.PROJECT, Optional.of("eu-west-1"))
                        .monitoring()
                        .alarms())
                .isPresent();
        assertThatThrownBy(() -> ConfigurationReader.read(context, TestTemplates.PROJECT, Optional.of("eu-central-1")))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .containsExactly("alarmTopicArn: \"" + TOPIC
                                        + "\" must be a topic in the stack's region, eu-central-1"));
    }

    @Test
    void theKeysAndTheirDefaultsAreThoseOfThePage() {
        Map<String, String> documented = Pattern.compile("^\\| `(\\w+)` \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE)
                .matcher(TestFiles.text(TestTemplates.PROJECT.resolve("docs/operate/configuration.md")))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> row.group(2).replace("`", "")));
        List<ConfigurationKey<?>> keys = keys();

        assertThat(keys).extracting(ConfigurationKey::name).containsExactlyInAnyOrderElementsOf(documented.keySet());
        assertThat(keys)
                .filteredOn(key -> key.defaultValue() != null
                        && !List.of(List.of(), Map.of()).contains(key.defaultValue()))
                .allSatisfy(key ->
                        assertThat(key.defaultValue().toString()).isEqualToIgnoringCase(documented.get(key.name())));
    }

    private static List<ConfigurationKey<?>> keys() {
        return Stream.of(ConfigurationKeys.class.getDeclaredFields())
                .filter(field -> field.getType() == ConfigurationKey.class)
                .<ConfigurationKey<?>>map(field -> {
                    try {
                        return (ConfigurationKey<?>) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    @ParameterizedTest
    @CsvFileSource(
            files = "resources/com/quiltdata/athena/configuration/refused.txt",
            delimiter = '|',
            quoteCharacter = '\'')
    void namesTheKeyTheValueAndTheRule(String key, String value, String problem) {
        assertThat(problems(configuration(key, value))).containsExactly(key + ": " + problem);
    }

    @Test
    void aKeyWithoutANameIsInQuotes() {
        assertThat(problems(configuration("", 1))).singleElement().asString().startsWith("\"\": 1 must be left out: ");
    }

    @Test
    void refusesAPermissionsBoundaryThatTheCdkWouldPassOver() {
        assertThat(problems(configuration("@aws-cdk/core:permissionsBoundary", "{\"name\":\"developers\"}")))
                .containsExactly(
                        "@aws-cdk/core:permissionsBoundary: \"{\"name\":\"developers\"}\" must be an object in "
                                + "cdk.json or cdk.context.json: -c passes a string, which the CDK silently ignores");
    }

    @Test
    void takesARolePathOf512CharactersAndNoLonger() {
        String longest = "/" + "p".repeat(510) + "/";

        assertThat(read(configuration("rolePath", longest)).lifecycle().rolePath())
                .isEqualTo(longest);
        assertThat(problems(configuration("rolePath", "/p" + longest))).hasSize(1);
    }

    @Test
    void refusesValuesOfTheWrongType() {
        assertThat(problems(configuration(
                        "companyName",
                        7,
                        "quiltBuckets",
                        List.of("bucket-a", 3),
                        "databaseName",
                        List.of("a"),
                        "resultsExpireAfterDays",
                        true)))
                .containsExactly(
                        "quiltBuckets: 3 must be a string",
                        "companyName: 7 must be a string that is not empty",
                        "databaseName: [a] must be a string that is not empty",
                        "resultsExpireAfterDays: true must be a whole number from 1 to 2147483647");
    }

    @Test
    void refusesGroupsThatCannotBecomeStacks() {
        assertThat(problems(configuration("quiltBuckets", Map.of("a group", List.of("bucket-a")))))
                .containsExactly(
                        "quiltBuckets: \"a group\" must be 1 to 64 letters, digits and hyphens, a letter first");
        assertThat(problems(configuration("quiltBuckets", Map.of("empty", List.of()))))
                .containsExactly("quiltBuckets.empty: [] must list at least one bucket");
        assertThat(problems(configuration("quiltBuckets", Map.of())))
                .containsExactly("quiltBuckets: {} must have at least one group");
    }

    @Test
    void refusesNamesThatTheCdkTakesForAConstructThatIsThereAlready() {
        assertThat(problems(configuration("quiltBuckets", Map.of("toString", List.of("constructor")))))
                .containsExactly(
                        "quiltBuckets: \"toString\" must not be a name that every JavaScript object has: the CDK "
                                + "would not take it",
                        "quiltBuckets.toString: \"constructor\" must not be a name that every JavaScript object has: "
                                + "the CDK would not take it");
        assertThat(problems(configuration(
                        "quiltBuckets", Map.of("Default", List.of("bucket-a"), "Resource", List.of("bucket-b")))))
                .containsExactly(
                        "quiltBuckets: \"Resource\" must not be a group beside \"Default\": the CDK would not take both");
    }

    /** As {@code cdk context --clear} leaves it. */
    @Test
    void namesTheWayBackFromAFileThatWasEmptied() {
        assertThat(problems(Map.of()))
                .containsExactly(
                        "quiltBuckets: (missing) must list at least one bucket",
                        "companyName: (missing) must be given: the results bucket is named after it",
                        "cdk.context.json: has no configuration, as `cdk context --clear` leaves it;"
                                + " `git checkout cdk.context.json` brings it back");
    }

    @Test
    void keepsEachProblemOnOneShortLine() {
        assertThat(problems(configuration("databaseName", "a\nb" + "c".repeat(500))))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .startsWith("databaseName: \"a\\u000ab")
                        .contains("… (505 characters) must have 1 to 255")
                        .hasSizeLessThan(250));
    }

    private static Configuration read(Map<String, Object> context) {
        return ConfigurationReader.read(context, TestTemplates.PROJECT);
    }

    private static List<String> problems(Map<String, Object> context) {
        try {
            read(context);
        } catch (ConfigurationException e) {
            return e.problems();
        }
        throw new AssertionError("The configuration was accepted: " + context);
    }
}
