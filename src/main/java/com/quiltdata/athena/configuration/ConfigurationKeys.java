package com.quiltdata.athena.configuration;

import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.configuration.ConfigurationKey.Rule;
import com.quiltdata.athena.schema.BucketName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of the configuration: this list is where a key is added, with its type, its bounds and its default. */
final class ConfigurationKeys {

    /** S3 counts the days in 32 bits. */
    private static final long MOST_DAYS = Integer.MAX_VALUE;

    /** The largest whole number that JSON tools keep exact. */
    private static final long MOST_BYTES = 1L << 53;

    private static final Rule ANY = text -> Optional.empty();

    private static final Rule KEY_ARN = Rule.matches(
            "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
            "be a KMS key's ARN (arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)");

    /** The names of buckets are made of it, and so are its bounds. */
    static final ConfigurationKey<String> COMPANY_NAME = ConfigurationKey.string("companyName", ANY);

    static final ConfigurationKey<Object> QUILT_BUCKETS = ConfigurationKey.ofItsOwnForm("quiltBuckets");

    static final ConfigurationKey<String> RESULTS_BUCKET_NAME =
            ConfigurationKey.string("resultsBucketName", BucketName::brokenRule);

    static final ConfigurationKey<String> DATABASE_NAME = ConfigurationKey.string(
                    "databaseName",
                    Rule.matches("[a-z0-9_]{1,255}", "have 1 to 255 lower-case letters, digits and underscores")
                            .butNot("default", "information_schema"))
            .orElse("quilt_query");

    static final ConfigurationKey<String> WORKGROUP_NAME = ConfigurationKey.string(
                    "workgroupName",
                    Rule.matches(
                                    "[A-Za-z0-9._-]{1,128}",
                                    "have 1 to 128 letters, digits, dots, underscores and hyphens")
                            .butNot("primary"))
            .orElse("quilt-query");

    static final ConfigurationKey<String> POLICY_NAME = ConfigurationKey.string(
                    "policyName",
                    Rule.matches(
                            "[A-Za-z0-9_+=,.@-]{1,128}", "have 1 to 128 letters, digits and characters of _+=,.@-"))
            .orElse("AthenaQuiltAccess");

    static final ConfigurationKey<List<String>> ATTACH_POLICY_TO_ROLES = ConfigurationKey.strings(
            "attachPolicyToRoles",
            Rule.matches(
                    "[A-Za-z0-9_+=.@-]{1,64}",
                    "be a role's name (not its ARN or path): 1 to 64 letters, digits and characters of _+=.@-"));

    static final ConfigurationKey<Long> RESULTS_EXPIRE_AFTER_DAYS =
            ConfigurationKey.wholeNumber("resultsExpireAfterDays", 1, MOST_DAYS).orElse(30L);

    /** Athena refuses a lower cutoff. */
    static final ConfigurationKey<Long> BYTES_SCANNED_CUTOFF_PER_QUERY =
            ConfigurationKey.wholeNumber("bytesScannedCutoffPerQuery", 10_000_000, MOST_BYTES);

    static final ConfigurationKey<String> RESULTS_KMS_KEY_ARN = ConfigurationKey.string("resultsKmsKeyArn", KEY_ARN);

    static final ConfigurationKey<List<String>> QUILT_BUCKET_KMS_KEY_ARNS =
            ConfigurationKey.strings("quiltBucketKmsKeyArns", KEY_ARN);

    static final ConfigurationKey<String> CATALOG_KMS_KEY_ARN = ConfigurationKey.string("catalogKmsKeyArn", KEY_ARN);

    static final ConfigurationKey<Map<String, Object>> CUSTOM_VIEWS =
            ConfigurationKey.object("customViews", "view names and files", "a view's name, a colon and a file");

    static final ConfigurationKey<InputAccess> INPUT_ACCESS =
            ConfigurationKey.choice("inputAccess", InputAccess.LISTED);

    static final ConfigurationKey<Removal> REMOVAL_POLICY = ConfigurationKey.choice("removalPolicy", Removal.RETAIN);

    static final ConfigurationKey<String> ROLE_PATH = ConfigurationKey.string(
                    "rolePath",
                    Rule.matches(
                            "(?=.{1,512}$)/([A-Za-z0-9_+=,.@-]+/)*",
                            "be / or names between slashes, as in /quilt/athena/:"
                                    + " 1 to 512 letters, digits and characters of _+=,.@-/"))
            .orElse("/");

    /**
     * Only what repeats.
     *
     * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in
     *     EventBridge Scheduler</a>
     */
    static final ConfigurationKey<String> SNAPSHOT_SCHEDULE = ConfigurationKey.string(
            "snapshotSchedule",
            Rule.matches(
                    "rate\\([1-9][0-9]{0,8} (minutes?|hours?|days?)\\)|cron\\([A-Z0-9*?,/#-]+( [A-Z0-9*?,/#-]+){5}\\)",
                    "be a schedule of EventBridge Scheduler, such as rate(1 hour) or cron(0 5 * * ? *)"));

    static final ConfigurationKey<String> SNAPSHOT_BUCKET_NAME =
            ConfigurationKey.string("snapshotBucketName", BucketName::brokenRule);

    static final ConfigurationKey<Boolean> SNAPSHOT_EVENTS = ConfigurationKey.flag("snapshotEvents");

    static final ConfigurationKey<Boolean> DASHBOARD = ConfigurationKey.flag("dashboard");

    /**
     * A FIFO topic's name ends in {@code .fifo}. It takes messages in groups alone, and sends no mail.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/api/API_Publish.html">Publish</a>: a message to a FIFO topic
     *     has a {@code MessageGroupId}
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html">Delivery of FIFO topics</a>: to
     *     queues alone
     */
    static final ConfigurationKey<String> ALARM_TOPIC_ARN = ConfigurationKey.string(
            "alarmTopicArn",
            Rule.matches(
                    "arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}",
                    "be the ARN of a standard SNS topic (arn:<partition>:sns:<region>:<account>:<name>;"
                            + " a FIFO topic will not do)"));

    static final ConfigurationKey<Long> BYTES_SCANNED_ALARM_PER_DAY =
            ConfigurationKey.wholeNumber("bytesScannedAlarmPerDay", 1, MOST_BYTES);

    private ConfigurationKeys() {}
}
