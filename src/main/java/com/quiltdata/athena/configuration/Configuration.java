package com.quiltdata.athena.configuration;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The deployment's configuration, valid once it exists: {@link ConfigurationReader} makes it.
 *
 * @param quiltBucketGroups the Quilt buckets, in at least one group
 * @param resultsBucketName the bucket that query results are written to
 * @param databaseName the Glue database of all tables and views
 * @param workgroupName the Athena workgroup
 * @param policyName the managed policy that lets users query
 * @param attachPolicyToRoles names of existing roles that the policy is attached to
 * @param resultsExpireAfterDays after how many days S3 deletes a query result
 * @param bytesScannedCutoffPerQuery how many bytes a query may read before Athena cancels it; empty for no limit
 * @param resultsKmsKeyArn the key that query results are encrypted with; empty for keys that S3 manages
 * @param quiltBucketKmsKeyArns the keys that the registries of Quilt buckets are encrypted with
 * @param catalogKmsKeyArn the key that the Glue Data Catalog is encrypted with; empty if it is not, or with a key of AWS's
 * @param inputAccess which registries the policy lets users read
 * @param customViews views that the administrator has written, none before one that it reads
 * @param removalPolicy what becomes of the results bucket, the workgroup and the database when the stack is deleted
 * @param rolePath the IAM path of every role that the stack makes
 * @param snapshots how snapshots are kept; empty for none
 * @param dashboard whether there is a dashboard of costs and failures
 * @param alarms what raises an alarm, and where it goes; empty for none
 */
public record Configuration(
        List<QuiltBucketGroup> quiltBucketGroups,
        String resultsBucketName,
        String databaseName,
        String workgroupName,
        String policyName,
        List<String> attachPolicyToRoles,
        int resultsExpireAfterDays,
        OptionalLong bytesScannedCutoffPerQuery,
        Optional<String> resultsKmsKeyArn,
        List<String> quiltBucketKmsKeyArns,
        Optional<String> catalogKmsKeyArn,
        InputAccess inputAccess,
        List<CustomView> customViews,
        Removal removalPolicy,
        String rolePath,
        Optional<Snapshots> snapshots,
        boolean dashboard,
        Optional<Alarms> alarms) {

    /**
     * How snapshots are kept.
     *
     * @param schedule when they are refreshed, as an expression of EventBridge Scheduler
     * @param bucketName the bucket that they are in
     */
    public record Snapshots(String schedule, String bucketName) {}

    /**
     * Alarms about costs and failures.
     *
     * @param topicArn the SNS topic that they go to
     * @param bytesScannedPerDay how many bytes all queries together may read within a day; empty for no such alarm
     */
    public record Alarms(String topicArn, OptionalLong bytesScannedPerDay) {}

    /** What the name of the workgroup for snapshots has after that of the users'. */
    static final String SNAPSHOT_WORKGROUP_SUFFIX = "-snapshot";

    /** Which Quilt registries users may read. */
    public enum InputAccess {
        /** Those of the configured buckets. */
        LISTED,
        /** Those of every bucket of the account. */
        ANY
    }

    /** What becomes of the things that people put something into when the stack is deleted. */
    public enum Removal {
        /** They stay. */
        RETAIN,
        /** They are deleted with everything in them. */
        DESTROY
    }

    /** Makes a configuration. */
    public Configuration {
        quiltBucketGroups = List.copyOf(quiltBucketGroups);
        attachPolicyToRoles = List.copyOf(attachPolicyToRoles);
        quiltBucketKmsKeyArns = List.copyOf(quiltBucketKmsKeyArns);
        customViews = List.copyOf(customViews);
    }

    /**
     * The Quilt buckets of all groups.
     *
     * @return in the configuration's order
     */
    public List<QuiltBucket> quiltBuckets() {
        return buckets(quiltBucketGroups).toList();
    }

    /**
     * The Quilt buckets whose tables and views are in the stack itself.
     *
     * @return in the configuration's order; none if all buckets are in groups
     */
    public List<QuiltBucket> ungroupedBuckets() {
        return buckets(quiltBucketGroups.stream()
                        .filter(group -> group.name().isEmpty())
                        .toList())
                .toList();
    }

    /**
     * Whether there are views over all buckets.
     *
     * @return true for two buckets or more, if one query can read all of them
     */
    public boolean hasViewsOverBuckets() {
        return BucketView.areOverAll(quiltBuckets().size());
    }

    /**
     * Whether any view is declared in the stack itself, and not in the nested stack of a group.
     *
     * @return true with buckets in no group, views or snapshots over all buckets, or custom views
     */
    public boolean hasViewsInTheStackItself() {
        return !ungroupedBuckets().isEmpty()
                || hasViewsOverBuckets()
                || snapshots.isPresent()
                || !customViews.isEmpty();
    }

    /**
     * All views.
     *
     * @return the names of those of all buckets, those over all buckets, and custom views
     */
    public List<String> views() {
        List<String> views = new ArrayList<>();
        quiltBuckets().forEach(bucket -> views.addAll(bucket.views()));
        if (hasViewsOverBuckets()) {
            views.addAll(BucketView.namesOverAll());
        }
        if (snapshots.isPresent()) {
            views.addAll(SnapshotView.names(quiltBuckets()));
        }
        customViews.forEach(view -> views.add(view.name()));
        return views;
    }

    /** The workgroup that snapshots are refreshed in. */
    public String snapshotWorkgroupName() {
        return workgroupName + SNAPSHOT_WORKGROUP_SUFFIX;
    }

    static Stream<QuiltBucket> buckets(List<QuiltBucketGroup> groups) {
        return groups.stream().flatMap(group -> group.buckets().stream());
    }
}
