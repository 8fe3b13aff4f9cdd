package com.quiltdata.athena.configuration;

import static com.quiltdata.athena.TestTemplates.configuration;
import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationReaderTest {
    private static final String KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";

    @Test
    void twoKeysAreEnough() {
        assertThat(ConfigurationReader.read(configuration(), TestTemplates.PROJECT))
                .isEqualTo(new Configuration(
                        List.of(new QuiltBucketGroup(
                                Optional.empty(), List.of(new QuiltBucket("quilt-allencell-manifests")))),
                        "mycompany-quilt-query-results",
                        "quilt_query",
                        "quilt-query",
                        "AthenaQuiltAccess",
                        List.of(),
                        30,
                        OptionalLong.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        InputAccess.LISTED,
                        List.of(),
                        Removal.RETAIN,
                        "/"));
    }

    @Test
    void everyKeyCountsWhenGivenAsJson() {
        Map<String, Object> context = configuration(
                "quiltBuckets",
                List.of("bucket-a", "bucket-b"),
                "resultsBucketName",
                "my-results",
                "databaseName",
                "my_database",
                "workgroupName",
                "my-workgroup",
                "policyName",
                "MyPolicy",
                "attachPolicyToRoles",
                List.of("RoleA", "RoleB"),
                "resultsExpireAfterDays",
                7,
                "bytesScannedCutoffPerQuery",
                20_000_000_000L,
                "resultsKmsKeyArn",
                KEY,
                "quiltBucketKmsKeyArns",
                List.of(KEY),
                "catalogKmsKeyArn",
                KEY,
                "inputAccess",
                "any",
                "customViews",
                Map.of("latest_images", "test/resources/views/latest_images.sql"),
                "removalPolicy",
                "destroy",
                "rolePath",
                "/quilt/athena/");

        assertThat(ConfigurationReader.read(context, TestTemplates.PROJECT)).isEqualTo(everyKey());
    }

    @Test
    void everyKeyCountsWhenGivenAsTextOnTheCommandLine() {
        Map<String, Object> context = configuration(
                "quiltBuckets", "bucket-a, bucket-b",
                "resultsBucketName", "my-results",
                "databaseName", "my_database",
                "workgroupName", "my-workgroup",
                "policyName", "MyPolicy",
                "attachPolicyToRoles", "RoleA,RoleB",
                "resultsExpireAfterDays", "7",
                "bytesScannedCutoffPerQuery", "20000000000",
                "resultsKmsKeyArn", KEY,
                "quiltBucketKmsKeyArns", KEY,
                "catalogKmsKeyArn", KEY,
                "inputAccess", "any",
                "customViews", "latest_images:test/resources/views/latest_images.sql",
                "removalPolicy", "destroy",
                "rolePath", "/quilt/athena/");

        assertThat(ConfigurationReader.read(context, TestTemplates.PROJECT)).isEqualTo(everyKey());
    }

    private static Configuration everyKey() {
        return new Configuration(
                List.of(new QuiltBucketGroup(
                        Optional.empty(), List.of(new QuiltBucket("bucket-a"), new QuiltBucket("bucket-b")))),
                "my-results",
                "my_database",
                "my-workgroup",
                "MyPolicy",
                List.of("RoleA", "RoleB"),
                7,
                OptionalLong.of(20_000_000_000L),
                Optional.of(KEY),
                List.of(KEY),
                Optional.of(KEY),
                InputAccess.ANY,
                List.of(new CustomView("latest_images", """
                        SELECT "user", "name", "logical_key", "size"
                        FROM "imaging_a_quilt_objects_view"
                        WHERE "timestamp" = 'latest' AND "logical_key" LIKE '%.tiff'""", List.of())),
                Removal.DESTROY,
                "/quilt/athena/");
    }

    @Test
    void groupsKeepTheirNamesAndBuckets() {
        Configuration configuration = ConfigurationReader.read(
                configuration("quiltBuckets", Map.of("imaging", List.of("bucket-a", "bucket-b"))),
                TestTemplates.PROJECT);

        assertThat(configuration.quiltBucketGroups())
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

        assertThat(ConfigurationReader.read(context, TestTemplates.PROJECT))
                .isEqualTo(ConfigurationReader.read(configuration(), TestTemplates.PROJECT));
    }

    @Test
    void reportsAllProblemsAtOnce() {
        assertThat(problems(Map.of("quiltBuckets", List.of("s3://x"), "removalPolicy", "keep", "bukets", 1)))
                .containsExactly(
                        "quiltBuckets: \"s3://x\" must be the bucket's name alone, without s3://",
                        "companyName: (missing) must be given: the results bucket is named after it",
                        "removalPolicy: \"keep\" must be retain or destroy",
                        "bukets: 1 must be left out: the keys are quiltBuckets, companyName, resultsBucketName, "
                                + "databaseName, workgroupName, policyName, attachPolicyToRoles, "
                                + "resultsExpireAfterDays, bytesScannedCutoffPerQuery, resultsKmsKeyArn, "
                                + "quiltBucketKmsKeyArns, catalogKmsKeyArn, inputAccess, customViews, removalPolicy, rolePath");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "companyName | My Co | \"My Co\" must make a valid bucket name: \"My Co-quilt-query-results\" must have "
                        + "only lower-case letters, digits, hyphens and dots",
                "companyName | ' ' | \" \" must be a text that is not empty",
                "quiltBuckets | '' | \"\" must list at least one bucket",
                "quiltBuckets | bucket-a,,bucket-b | \"\" must have 3 to 63 characters",
                "quiltBuckets | bucket-a,bucket-a | \"bucket-a\" must be listed once",
                "quiltBuckets | a.bucket,a-bucket | \"a-bucket\" must not give the same table names as \"a.bucket\" "
                        + "(a_bucket_…)",
                "quiltBuckets | mycompany-quilt-query-results | \"mycompany-quilt-query-results\" must not be the results "
                        + "bucket: query results would lie among packages",
                "resultsBucketName | Results | \"Results\" must have only lower-case letters, digits, hyphens and dots",
                "databaseName | Quilt | \"Quilt\" must have 1 to 255 lower-case letters, digits and underscores",
                "databaseName | default | \"default\" must not be a name that every account has already",
                "databaseName | information_schema | \"information_schema\" must not be a name that every account has "
                        + "already",
                "workgroupName | a group | \"a group\" must have 1 to 128 letters, digits, dots, underscores and hyphens",
                "workgroupName | primary | \"primary\" must not be a name that every account has already",
                "policyName | a/b | \"a/b\" must have 1 to 128 letters, digits and characters of _+=,.@-",
                "attachPolicyToRoles | arn:aws:iam::1:role/R | \"arn:aws:iam::1:role/R\" must be a role's name (not its "
                        + "ARN or path): 1 to 64 letters, digits and characters of _+=.@-",
                "attachPolicyToRoles | R,R | \"R\" must be listed once",
                "resultsExpireAfterDays | 0 | \"0\" must be a whole number from 1 to 2147483647",
                "resultsExpireAfterDays | 1.5 | \"1.5\" must be a whole number from 1 to 2147483647",
                "resultsExpireAfterDays | soon | \"soon\" must be a whole number from 1 to 2147483647",
                "bytesScannedCutoffPerQuery | 9999999 | \"9999999\" must be a whole number from 10000000 to "
                        + "9007199254740992",
                "resultsKmsKeyArn | alias/key | \"alias/key\" must be a KMS key's ARN "
                        + "(arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)",
                "quiltBucketKmsKeyArns | key | \"key\" must be a KMS key's ARN "
                        + "(arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)",
                "catalogKmsKeyArn | alias/aws/glue | \"alias/aws/glue\" must be a KMS key's ARN "
                        + "(arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)",
                "inputAccess | all | \"all\" must be listed or any",
                "removalPolicy | RETAIN | \"RETAIN\" must be retain or destroy",
                "rolePath | quilt | \"quilt\" must be / or names between slashes, as in /quilt/athena/: 1 to 512 letters, "
                        + "digits and characters of _+=,.@-/",
                "rolePath | /quilt | \"/quilt\" must be / or names between slashes, as in /quilt/athena/: 1 to 512 "
                        + "letters, digits and characters of _+=,.@-/",
                "rolePath | /a b/ | \"/a b/\" must be / or names between slashes, as in /quilt/athena/: 1 to 512 letters, "
                        + "digits and characters of _+=,.@-/",
            })
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
                                + "cdk.json or cdk.context.json: CDK passes over text, which is all that -c can give");
    }

    @Test
    void takesARolePathOf512CharactersAndNoLonger() {
        String longest = "/" + "p".repeat(510) + "/";

        assertThat(ConfigurationReader.read(configuration("rolePath", longest), TestTemplates.PROJECT)
                        .rolePath())
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
                        "quiltBuckets: 3 must be a text, as every item",
                        "companyName: 7 must be a text that is not empty",
                        "databaseName: [a] must be a text that is not empty",
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

    @Test
    void keepsEachProblemOnOneShortLine() {
        assertThat(problems(configuration("databaseName", "a\nb" + "c".repeat(500))))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .startsWith("databaseName: \"a\\u000ab")
                        .contains("… (505 characters) must have 1 to 255")
                        .hasSizeLessThan(250));
    }

    private static List<String> problems(Map<String, Object> context) {
        try {
            ConfigurationReader.read(context, TestTemplates.PROJECT);
        } catch (ConfigurationException e) {
            return e.problems();
        }
        throw new AssertionError("The configuration was accepted: " + context);
    }
}
