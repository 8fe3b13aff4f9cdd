package com.quiltdata.athena.configuration;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The deployment's configuration, valid once it exists: {@link ConfigurationReader} makes it of the keys that
 * {@link ConfigurationKeys} declares.
 *
 * @param quiltBucketGroups the Quilt buckets, in at least one group
 * @param queries where queries run
 * @param access what users may read, and who they are
 * @param customViews views that the administrator has written, none before one that it reads
 * @param snapshots how snapshots are kept; empty for none
 * @param monitoring who is told of costs and failures
 * @param lifecycle what the stack leaves behind, and where its roles are
 */
public record Configuration(
        List<QuiltBucketGroup> quiltBucketGroups,
        Queries queries,
        Access access,
        List<CustomView> customViews,
        Optional<Snapshots> snapshots,
        Monitoring monitoring,
        Lifecycle lifecycle) {

    /**
     * Where queries run.
     *
     * @param databaseName the Glue database of all tables and views
     * @param workgroupName the Athena workgroup
     * @param bytesScannedCutoffPerQuery how many bytes a query may read before Athena cancels it; empty for no limit
     * @param catalogKmsKeyArn the key that the Glue Data Catalog is encrypted with; empty if it is not, or with a key of
     *     AWS's
     * @param results what becomes of query results
     */
    public record Queries(
            String databaseName,
            String workgroupName,
            OptionalLong bytesScannedCutoffPerQuery,
            Optional<String> catalogKmsKeyArn,
            Results results) {}

    /**
     * What becomes of query results.
     *
     * @param bucketName the bucket that they are written to
     * @param expireAfterDays after how many days S3 deletes them
     * @param kmsKeyArn the key that they are encrypted with; empty for keys that S3 manages
     */
    public record Results(String bucketName, int expireAfterDays, Optional<String> kmsKeyArn) {}

    /**
     * The users' policy.
     *
     * @param policyName the managed policy that lets users query
     * @param attachPolicyToRoles names of existing roles that the policy is attached to
     * @param inputAccess which registries users may read
     * @param quiltBucketKmsKeyArns the keys that the registries of Quilt buckets are encrypted with
     */
    public record Access(
            String policyName,
            List<String> attachPolicyToRoles,
            InputAccess inputAccess,
            List<String> quiltBucketKmsKeyArns) {

        /** Copies the lists. */
        public Access {
            attachPolicyToRoles = List.copyOf(attachPolicyToRoles);
            quiltBucketKmsKeyArns = List.copyOf(quiltBucketKmsKeyArns);
        }
    }

    /**
     * How snapshots are kept.
     *
     * @param schedule when they are refreshed, as an expression of EventBridge Scheduler
     * @param events whether they also follow the buckets' events
     * @param bucketName the bucket that they are in
     * @param workgroupName the workgroup that they are refreshed in
     */
    public record Snapshots(String schedule, boolean events, String bucketName, String workgroupName) {}

    /**
     * Who is told of costs and failures.
     *
     * @param dashboard whether there is a dashboard
     * @param alarms what triggers an alarm, and where it goes; empty for none
     */
    public record Monitoring(boolean dashboard, Optional<Alarms> alarms) {}

    /**
     * Alarms about costs and failures.
     *
     * @param topicArn the SNS topic that they go to
     * @param bytesScannedPerDay how many bytes all queries together may read within a day; empty for no such alarm
     */
    public record Alarms(String topicArn, OptionalLong bytesScannedPerDay) {}

    /**
     * What the stack leaves behind, and where its roles are.
     *
     * @param removalPolicy what becomes of the results bucket, the workgroup and the database when the stack is deleted
     * @param rolePath the IAM path of every role that the stack makes
     */
    public record Lifecycle(Removal removalPolicy, String rolePath) {}

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

    /** Copies the lists. */
    public Configuration {
        quiltBucketGroups = List.copyOf(quiltBucketGroups);
        customViews = List.copyOf(customViews);
    }

    /** The Quilt buckets of all groups, in the configuration's order. */
    public List<QuiltBucket> quiltBuckets() {
        return buckets(quiltBucketGroups).toList();
    }

    /** The Quilt buckets whose tables and views are in the stack itself; none if all buckets are in groups. */
    public List<QuiltBucket> ungroupedBuckets() {
        return buckets(quiltBucketGroups.stream()
                        .filter(group -> group.name().isEmpty())
                        .toList())
                .toList();
    }

    /** Whether there are views over all buckets: for two buckets or more, if one query can read all of them. */
    public boolean hasViewsOverBuckets() {
        return BucketView.areOverAll(quiltBuckets().size());
    }

    static Stream<QuiltBucket> buckets(List<QuiltBucketGroup> groups) {
        return groups.stream().flatMap(group -> group.buckets().stream());
    }
}
