package com.quiltdata.athena.configuration;

import com.quiltdata.athena.configuration.Configuration.Access;
import com.quiltdata.athena.configuration.Configuration.Alarms;
import com.quiltdata.athena.configuration.Configuration.Lifecycle;
import com.quiltdata.athena.configuration.Configuration.Monitoring;
import com.quiltdata.athena.configuration.Configuration.Queries;
import com.quiltdata.athena.configuration.Configuration.Results;
import com.quiltdata.athena.configuration.Configuration.Snapshots;
import com.quiltdata.athena.schema.BucketName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the configuration out of the CDK app's context, where {@code cdk.context.json} and {@code -c key=value} have
 * put it, and reports everything that is wrong with it at once. {@link ConfigurationKeys} has the rules of each key;
 * here are those that a key's value has to follow beside others.
 */
public final class ConfigurationReader {

    /** The CDK's own key, which it silently passes over if it is not of the form that it expects. */
    private static final String PERMISSIONS_BOUNDARY = "@aws-cdk/core:permissionsBoundary";

    /** What the CDK CLI keeps in the context beside feature flags ({@code @…}) and cached look-ups ({@code …:…}). */
    private static final Set<String> CDK_KEYS = Set.of("acknowledged-issue-numbers", "cdk-migrate", "cli-telemetry");

    /** Athena's limit. */
    private static final int LONGEST_WORKGROUP_NAME = 128;

    private static final String SNAPSHOT_WORKGROUP_SUFFIX = "-snapshot";

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
        BucketNames bucketNames = new BucketNames(groups, companyName());
        Queries queries = queries(bucketNames);
        Optional<Snapshots> snapshots = snapshots(bucketNames, queries);
        Configuration configuration = new Configuration(
                groups,
                queries,
                new Access(
                        values.get(ConfigurationKeys.POLICY_NAME),
                        values.get(ConfigurationKeys.ATTACH_POLICY_TO_ROLES),
                        values.get(ConfigurationKeys.INPUT_ACCESS),
                        values.get(ConfigurationKeys.QUILT_BUCKET_KMS_KEY_ARNS)),
                new CustomViewsReader(
                                values, directory, queries.databaseName(), groups, snapshots.isPresent(), problems)
                        .read(),
                snapshots,
                new Monitoring(values.get(ConfigurationKeys.DASHBOARD), alarms()),
                new Lifecycle(values.get(ConfigurationKeys.REMOVAL_POLICY), values.get(ConfigurationKeys.ROLE_PATH)));
        if (!values.isGiven(ConfigurationKeys.COMPANY_NAME) && !context.containsKey("quiltBuckets")) {
            problems.addLine("cdk.context.json: has no configuration, as `cdk context --clear` leaves it;"
                    + " `git checkout cdk.context.json` brings it back");
        }
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
                    "be an object in cdk.json or cdk.context.json: -c passes a string, which the CDK silently ignores");
        }
    }

    private Optional<String> companyName() {
        if (!values.isGiven(ConfigurationKeys.COMPANY_NAME)) {
            problems.add(ConfigurationKeys.COMPANY_NAME.name(), null, "be given: the results bucket is named after it");
        }
        return values.find(ConfigurationKeys.COMPANY_NAME);
    }

    private Queries queries(BucketNames bucketNames) {
        return new Queries(
                values.get(ConfigurationKeys.DATABASE_NAME),
                values.get(ConfigurationKeys.WORKGROUP_NAME),
                bytes(ConfigurationKeys.BYTES_SCANNED_CUTOFF_PER_QUERY),
                values.find(ConfigurationKeys.CATALOG_KMS_KEY_ARN),
                new Results(
                        bucketNames.read(
                                ConfigurationKeys.RESULTS_BUCKET_NAME,
                                "-quilt-query-results",
                                "the results bucket: query results"),
                        values.get(ConfigurationKeys.RESULTS_EXPIRE_AFTER_DAYS).intValue(),
                        values.find(ConfigurationKeys.RESULTS_KMS_KEY_ARN)));
    }

    private Optional<Snapshots> snapshots(BucketNames bucketNames, Queries queries) {
        Optional<String> schedule = values.find(ConfigurationKeys.SNAPSHOT_SCHEDULE);
        boolean events = values.get(ConfigurationKeys.SNAPSHOT_EVENTS);
        if (events) {
            refuseWithout(ConfigurationKeys.SNAPSHOT_SCHEDULE, ConfigurationKeys.SNAPSHOT_EVENTS, true);
        }
        if (schedule.isEmpty()) {
            // Without a schedule, nothing is made of the name, but it is checked where it stands.
            values.find(ConfigurationKeys.SNAPSHOT_BUCKET_NAME);
            return Optional.empty();
        }
        String bucketName = bucketNames.read(
                ConfigurationKeys.SNAPSHOT_BUCKET_NAME, "-quilt-query-snapshot", "the snapshots' bucket: snapshots");
        if (!bucketName.isEmpty() && bucketName.equals(queries.results().bucketName())) {
            problems.add(
                    ConfigurationKeys.SNAPSHOT_BUCKET_NAME.name(),
                    bucketName,
                    "not be the results bucket: its objects expire");
        }
        String workgroupName = queries.workgroupName() + SNAPSHOT_WORKGROUP_SUFFIX;
        int tooLong = workgroupName.length() - LONGEST_WORKGROUP_NAME;
        if (tooLong > 0) {
            problems.add(
                    ConfigurationKeys.WORKGROUP_NAME.name(),
                    queries.workgroupName(),
                    "have at most %d characters with %s: the snapshots' workgroup is named %s"
                            .formatted(
                                    queries.workgroupName().length() - tooLong,
                                    ConfigurationKeys.SNAPSHOT_SCHEDULE,
                                    "<" + ConfigurationKeys.WORKGROUP_NAME + ">" + SNAPSHOT_WORKGROUP_SUFFIX));
        }
        return Optional.of(new Snapshots(schedule.get(), events, bucketName, workgroupName));
    }

    private Optional<Alarms> alarms() {
        Optional<String> topicArn = values.find(ConfigurationKeys.ALARM_TOPIC_ARN);
        OptionalLong bytesPerDay = bytes(ConfigurationKeys.BYTES_SCANNED_ALARM_PER_DAY);
        // Its fourth part is the region. CloudWatch takes no topic of another one.
        topicArn.filter(arn -> region.isPresent() && !arn.split(":")[3].equals(region.get()))
                .ifPresent(arn -> problems.add(
                        ConfigurationKeys.ALARM_TOPIC_ARN.name(),
                        arn,
                        "be a topic in the stack's region, " + region.get()));
        bytesPerDay.ifPresent(bytes ->
                refuseWithout(ConfigurationKeys.ALARM_TOPIC_ARN, ConfigurationKeys.BYTES_SCANNED_ALARM_PER_DAY, bytes));
        return topicArn.map(arn -> new Alarms(arn, bytesPerDay));
    }

    private OptionalLong bytes(ConfigurationKey<Long> key) {
        return values.find(key).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private void refuseWithout(ConfigurationKey<?> required, ConfigurationKey<?> key, Object value) {
        if (!values.isGiven(required)) {
            problems.addLine("%s: %s requires %s".formatted(key, value, required));
        }
    }

    /** Reads the names of buckets that the stack makes, beside those that packages are in. */
    private final class BucketNames {
        private final List<QuiltBucketGroup> groups;
        private final Optional<String> companyName;

        private BucketNames(List<QuiltBucketGroup> groups, Optional<String> companyName) {
            this.groups = groups;
            this.companyName = companyName;
        }

        /** The configured name, or the one that is derived from the company's; empty, with a problem, if it is wrong. */
        private String read(ConfigurationKey<String> key, String suffix, String bucketAndContent) {
            Optional<String> name = values.find(key);
            if (!values.isGiven(key)) {
                name = companyName.map(company -> company + suffix);
                name.flatMap(BucketName::brokenRule)
                        .ifPresent(rule -> problems.add(
                                ConfigurationKeys.COMPANY_NAME.name(),
                                companyName.get(),
                                "make a valid bucket name: " + ConfigurationProblems.shown(companyName.get() + suffix)
                                        + " must " + rule));
            }
            name.filter(bucket -> Configuration.buckets(groups)
                            .anyMatch(quilt -> quilt.name().equals(bucket)))
                    .ifPresent(bucket -> problems.add(
                            ConfigurationKeys.QUILT_BUCKETS.name(),
                            bucket,
                            "not be " + bucketAndContent + " would lie among packages"));
            return name.orElse("");
        }
    }
}
