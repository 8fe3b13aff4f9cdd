package com.quiltdata.athena.configuration;

import com.quiltdata.athena.configuration.Configuration.Alarms;
import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.configuration.Configuration.Snapshots;
import com.quiltdata.athena.configuration.ConfigurationKey.Rule;
import com.quiltdata.athena.schema.BucketName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the configuration out of the CDK app's context, where {@code cdk.context.json} and {@code -c key=value} have
 * put it, and reports everything that is wrong with it at once.
 */
public final class ConfigurationReader {

    private static final Rule KEY_ARN = new Rule(
            "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
            "be a KMS key's ARN (arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)");

    private static final ConfigurationKey COMPANY_NAME = ConfigurationKey.of("companyName");
    private static final ConfigurationKey RESULTS_BUCKET_NAME = ConfigurationKey.of("resultsBucketName");
    private static final ConfigurationKey DATABASE_NAME = ConfigurationKey.of(
                    "databaseName", "[a-z0-9_]{1,255}", "have 1 to 255 lower-case letters, digits and underscores")
            .butNot("default", "information_schema");
    private static final ConfigurationKey WORKGROUP_NAME = ConfigurationKey.of(
                    "workgroupName",
                    "[A-Za-z0-9._-]{1,128}",
                    "have 1 to 128 letters, digits, dots, underscores and hyphens")
            .butNot("primary");
    private static final ConfigurationKey POLICY_NAME = ConfigurationKey.of(
            "policyName", "[A-Za-z0-9_+=,.@-]{1,128}", "have 1 to 128 letters, digits and characters of _+=,.@-");
    private static final ConfigurationKey ATTACH_POLICY_TO_ROLES = ConfigurationKey.of(
            "attachPolicyToRoles",
            "[A-Za-z0-9_+=.@-]{1,64}",
            "be a role's name (not its ARN or path): 1 to 64 letters, digits and characters of _+=.@-");
    private static final ConfigurationKey RESULTS_EXPIRE_AFTER_DAYS = ConfigurationKey.of("resultsExpireAfterDays");
    private static final ConfigurationKey BYTES_SCANNED_CUTOFF_PER_QUERY =
            ConfigurationKey.of("bytesScannedCutoffPerQuery");
    private static final ConfigurationKey RESULTS_KMS_KEY_ARN = ConfigurationKey.of("resultsKmsKeyArn", KEY_ARN);
    private static final ConfigurationKey QUILT_BUCKET_KMS_KEY_ARNS =
            ConfigurationKey.of("quiltBucketKmsKeyArns", KEY_ARN);
    private static final ConfigurationKey CATALOG_KMS_KEY_ARN = ConfigurationKey.of("catalogKmsKeyArn", KEY_ARN);
    private static final ConfigurationKey INPUT_ACCESS = ConfigurationKey.of("inputAccess");
    private static final ConfigurationKey REMOVAL_POLICY = ConfigurationKey.of("removalPolicy");

    /**
     * IAM takes more characters, but Lambda takes roles only whose ARN has none but these.
     *
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html">CreateRole</a>: 1 to 512
     *     characters, a slash first and last
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html">CreateFunction</a>: the
     *     pattern of a function's role
     */
    private static final ConfigurationKey ROLE_PATH = ConfigurationKey.of(
            "rolePath",
            "(?=.{1,512}$)/([A-Za-z0-9_+=,.@-]+/)*",
            "be / or names between slashes, as in /quilt/athena/:"
                    + " 1 to 512 letters, digits and characters of _+=,.@-/");

    /**
     * Only what repeats.
     *
     * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in
     *     EventBridge Scheduler</a>
     */
    private static final ConfigurationKey SNAPSHOT_SCHEDULE = ConfigurationKey.of(
            "snapshotSchedule",
            "rate\\([1-9][0-9]{0,8} (minutes?|hours?|days?)\\)|cron\\([A-Z0-9*?,/#-]+( [A-Z0-9*?,/#-]+){5}\\)",
            "be a schedule of EventBridge Scheduler, such as rate(1 hour) or cron(0 5 * * ? *)");

    private static final ConfigurationKey SNAPSHOT_BUCKET_NAME = ConfigurationKey.of("snapshotBucketName");

    private static final ConfigurationKey DASHBOARD = ConfigurationKey.of("dashboard");

    /**
     * A FIFO topic's name ends in {@code .fifo}. It takes messages in groups alone, and sends no mail.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/api/API_Publish.html">Publish</a>: a message to a FIFO topic
     *     has a {@code MessageGroupId}
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html">Delivery of FIFO topics</a>: to
     *     queues alone
     */
    private static final ConfigurationKey ALARM_TOPIC_ARN = ConfigurationKey.of(
            "alarmTopicArn",
            "arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}",
            "be the ARN of a standard SNS topic (arn:<partition>:sns:<region>:<account>:<name>; a FIFO topic will not do)");

    private static final ConfigurationKey BYTES_SCANNED_ALARM_PER_DAY = ConfigurationKey.of("bytesScannedAlarmPerDay");

    /** The CDK's own key, which it silently passes over if it is not of the form that it expects. */
    private static final String PERMISSIONS_BOUNDARY = "@aws-cdk/core:permissionsBoundary";

    /** What the CDK CLI keeps in the context beside feature flags ({@code @…}) and cached look-ups ({@code …:…}). */
    private static final Set<String> CDK_KEYS = Set.of("acknowledged-issue-numbers", "cdk-migrate", "cli-telemetry");

    /** S3 counts the days in 32 bits. */
    private static final long MOST_DAYS = Integer.MAX_VALUE;

    /** Athena refuses a lower cutoff. */
    private static final long LEAST_CUTOFF = 10_000_000;

    /** The largest whole number that JSON tools keep exact. */
    private static final long MOST_BYTES = 1L << 53;

    /** Athena's limit. */
    private static final int LONGEST_WORKGROUP_NAME = 128;

    private final Map<String, Object> context;
    private final Path directory;
    private final Optional<String> region;
    private final ConfigurationProblems problems = new ConfigurationProblems();
    private final ContextValues values;

    private ConfigurationReader(Map<String, Object> context, Path directory, Optional<String> region) {
        this.context = context;
        this.directory = directory;
        this.region = region;
        values = new ContextValues(context, problems);
    }

    /**
     * Reads a configuration of a stack whose region is not known yet.
     *
     * @param directory the project's, which files in the configuration are relative to
     * @throws ConfigurationException if anything is wrong
     */
    public static Configuration read(Map<String, Object> context, Path directory) {
        return read(context, directory, Optional.empty());
    }

    /**
     * Reads a configuration.
     *
     * @param directory the project's, which files in the configuration are relative to
     * @param region the stack's; empty if it is not known yet
     * @throws ConfigurationException if anything is wrong
     */
    public static Configuration read(Map<String, Object> context, Path directory, Optional<String> region) {
        return new ConfigurationReader(context, directory, region).read();
    }

    private Configuration read() {
        refusePermissionsBoundaryAsText();
        List<QuiltBucketGroup> groups = new QuiltBucketsReader(values, problems).read();
        String resultsBucketName = resultsBucketName(groups);
        String databaseName = values.name(DATABASE_NAME, "quilt_query");
        String workgroupName = values.name(WORKGROUP_NAME, "quilt-query");
        Optional<Snapshots> snapshots = snapshots(groups, resultsBucketName, workgroupName);
        Configuration configuration = new Configuration(
                groups,
                resultsBucketName,
                databaseName,
                workgroupName,
                values.name(POLICY_NAME, "AthenaQuiltAccess"),
                values.list(ATTACH_POLICY_TO_ROLES),
                (int) values.wholeNumber(RESULTS_EXPIRE_AFTER_DAYS, 1, MOST_DAYS)
                        .orElse(30),
                values.wholeNumber(BYTES_SCANNED_CUTOFF_PER_QUERY, LEAST_CUTOFF, MOST_BYTES),
                values.text(RESULTS_KMS_KEY_ARN),
                values.list(QUILT_BUCKET_KMS_KEY_ARNS),
                values.text(CATALOG_KMS_KEY_ARN),
                values.choice(INPUT_ACCESS, InputAccess.LISTED),
                new CustomViewsReader(values, directory, databaseName, groups, snapshots.isPresent(), problems).read(),
                values.choice(REMOVAL_POLICY, Removal.RETAIN),
                values.name(ROLE_PATH, "/"),
                snapshots,
                values.flag(DASHBOARD),
                alarms());
        refuseUnknownKeys();
        problems.refuse();
        return configuration;
    }

    private void refuseUnknownKeys() {
        context.keySet().stream()
                .filter(key -> !values.asked().contains(key) && !isCdkKey(key))
                .sorted()
                .forEach(key -> problems.add(
                        key, context.get(key), "be left out: the keys are " + String.join(", ", values.asked())));
    }

    private static boolean isCdkKey(String key) {
        return key.startsWith("@") || key.contains(":") || CDK_KEYS.contains(key);
    }

    private void refusePermissionsBoundaryAsText() {
        if (context.get(PERMISSIONS_BOUNDARY) instanceof String text) {
            problems.add(
                    PERMISSIONS_BOUNDARY,
                    text,
                    "be an object in cdk.json or cdk.context.json: CDK passes over text, which is all that -c can give");
        }
    }

    private String resultsBucketName(List<QuiltBucketGroup> groups) {
        if (values.value(COMPANY_NAME) == null) {
            problems.add(COMPANY_NAME.name(), null, "be given: the results bucket is named after it");
        }
        return bucketName(RESULTS_BUCKET_NAME, "-quilt-query-results", "the results bucket: query results", groups);
    }

    private Optional<Snapshots> snapshots(
            List<QuiltBucketGroup> groups, String resultsBucketName, String workgroupName) {
        Optional<String> schedule = values.text(SNAPSHOT_SCHEDULE);
        boolean isNamed = values.value(SNAPSHOT_BUCKET_NAME) != null;
        if (schedule.isEmpty() && !isNamed) {
            return Optional.empty();
        }
        // Without a schedule, nothing is made of the name, but it is checked where it stands.
        String bucketName =
                bucketName(SNAPSHOT_BUCKET_NAME, "-quilt-query-snapshot", "the snapshots' bucket: snapshots", groups);
        if (schedule.isEmpty()) {
            return Optional.empty();
        }
        if (bucketName.equals(resultsBucketName)) {
            problems.add(
                    SNAPSHOT_BUCKET_NAME.name(), bucketName, "not be the results bucket: what is in there expires");
        }
        int longest = LONGEST_WORKGROUP_NAME - Configuration.SNAPSHOT_WORKGROUP_SUFFIX.length();
        if (workgroupName.length() > longest) {
            problems.add(
                    WORKGROUP_NAME.name(),
                    workgroupName,
                    "have at most %d characters with %s: its workgroup's name is %d longer"
                            .formatted(
                                    longest,
                                    SNAPSHOT_SCHEDULE.name(),
                                    Configuration.SNAPSHOT_WORKGROUP_SUFFIX.length()));
        }
        return Optional.of(new Snapshots(schedule.get(), bucketName));
    }

    private Optional<Alarms> alarms() {
        Optional<String> topicArn = values.text(ALARM_TOPIC_ARN);
        OptionalLong bytesPerDay = values.wholeNumber(BYTES_SCANNED_ALARM_PER_DAY, 1, MOST_BYTES);
        // Its fourth part is the region. CloudWatch takes no topic of another one.
        topicArn.filter(arn -> region.isPresent() && !arn.split(":")[3].equals(region.get()))
                .ifPresent(arn ->
                        problems.add(ALARM_TOPIC_ARN.name(), arn, "be a topic in the stack's region, " + region.get()));
        if (bytesPerDay.isPresent() && values.value(ALARM_TOPIC_ARN) == null) {
            problems.add(
                    BYTES_SCANNED_ALARM_PER_DAY.name(),
                    bytesPerDay.getAsLong(),
                    "have %s beside it, which the alarm goes to".formatted(ALARM_TOPIC_ARN.name()));
        }
        return topicArn.map(arn -> new Alarms(arn, bytesPerDay));
    }

    /** The configured name, or the one that is derived from the company's; a wrong one is a problem. */
    private String bucketName(
            ConfigurationKey key, String suffix, String bucketAndContent, List<QuiltBucketGroup> groups) {
        Optional<String> given = values.text(key);
        Optional<String> companyName = values.text(COMPANY_NAME);
        if (given.isPresent()) {
            refuseBucket(key, given.get(), given.get(), bucketAndContent, groups);
            return given.get();
        }
        if (companyName.isPresent()) {
            String derived = companyName.get() + suffix;
            refuseBucket(COMPANY_NAME, companyName.get(), derived, bucketAndContent, groups);
            return derived;
        }
        return "";
    }

    private void refuseBucket(
            ConfigurationKey key,
            String value,
            String bucketName,
            String bucketAndContent,
            List<QuiltBucketGroup> groups) {
        Optional<String> brokenRule = BucketName.brokenRule(bucketName);
        brokenRule.ifPresent(rule -> problems.add(
                key.name(),
                value,
                bucketName.equals(value)
                        ? rule
                        : "make a valid bucket name: " + ConfigurationProblems.shown(bucketName) + " must " + rule));
        if (brokenRule.isEmpty()
                && Configuration.buckets(groups)
                        .anyMatch(bucket -> bucket.name().equals(bucketName))) {
            problems.add(
                    QuiltBucketsReader.KEY.name(),
                    bucketName,
                    "not be " + bucketAndContent + " would lie among packages");
        }
    }
}
