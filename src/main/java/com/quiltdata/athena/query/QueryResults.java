package com.quiltdata.athena.query;

import com.quiltdata.athena.configuration.Configuration;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.constructs.Construct;

/**
 * Where queries run and what they leave behind: the Athena workgroup and the bucket for its results.
 *
 * <p>The workgroup enforces its own configuration, so that no client can send results elsewhere or unencrypted.
 */
public final class QueryResults extends Construct {

    private final Bucket bucket;
    private final String workGroupName;

    /**
     * Declares bucket and workgroup.
     *
     * @param configuration names both, and says when results expire and how they are encrypted
     */
    public QueryResults(Construct scope, String id, Configuration configuration) {
        super(scope, id);
        Optional<IKey> key = configuration.queries().results().kmsKeyArn().map(arn -> Key.fromKeyArn(this, "Key", arn));
        bucket = new ClosedBucket(configuration, key)
                .declare(
                        this,
                        configuration.queries().results().bucketName(),
                        LifecycleRule.builder()
                                .id("ExpireResults")
                                .expiration(Duration.days(
                                        configuration.queries().results().expireAfterDays())));
        workGroupName = new EnforcedWorkGroup(configuration, key)
                .declare(
                        this,
                        configuration.queries().workgroupName(),
                        "Queries of Quilt package metadata, from the Quilt catalog or any Athena client",
                        bucket,
                        "",
                        configuration.queries().bytesScannedCutoffPerQuery())
                .getRef();
    }

    /** The bucket of query results, with its key if it has one. */
    public IBucket bucket() {
        return bucket;
    }

    /** The bucket's name, which resolves to the bucket, so that what uses it depends on it. */
    public String bucketName() {
        return bucket.getBucketName();
    }

    /** The bucket's ARN. */
    public String bucketArn() {
        return bucket.getBucketArn();
    }

    /** The workgroup's name, which resolves to the workgroup, so that what uses it depends on it. */
    public String workGroupName() {
        return workGroupName;
    }

    /** The workgroup's ARN. */
    public String workGroupArn() {
        return EnforcedWorkGroup.arn(this, workGroupName);
    }
}
