package com.quiltdata.athena.query;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.Removal;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.BucketPolicy;
import software.amazon.awscdk.services.s3.CfnBucketPolicy;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * Declares buckets for what Athena writes: closed to the public and to plain HTTP, encrypted, and emptied before they are
 * deleted if the configuration says so.
 *
 * @param configuration says what becomes of a bucket when the stack is deleted
 * @param key what objects are encrypted with; empty for keys that S3 manages
 */
public record ClosedBucket(Configuration configuration, Optional<IKey> key) {

    /** The construct that CDK puts into a stack for the buckets that are emptied when they are deleted. */
    private static final String AUTO_DELETE_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider";

    /** Within a bucket: what has that construct empty it. */
    private static final String AUTO_DELETE_RESOURCE = "AutoDeleteObjectsCustomResource";

    private static final Duration UNFINISHED_UPLOADS_EXPIRE_AFTER = Duration.days(7);

    /**
     * Declares a bucket.
     *
     * @param expiration the rule for what expires in it; uploads that are not finished always do
     */
    public Bucket declare(Construct scope, String name, LifecycleRule.Builder expiration) {
        boolean destroy = configuration.lifecycle().removalPolicy() == Removal.DESTROY;
        Bucket.Builder builder = Bucket.Builder.create(scope, "Bucket")
                .bucketName(name)
                .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
                .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
                .enforceSsl(true)
                .minimumTlsVersion(1.2)
                .lifecycleRules(List.of(expiration
                        .abortIncompleteMultipartUploadAfter(UNFINISHED_UPLOADS_EXPIRE_AFTER)
                        .build()))
                .removalPolicy(destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN)
                .autoDeleteObjects(destroy);
        Bucket bucket = key.map(k -> builder.encryption(BucketEncryption.KMS)
                        .encryptionKey(k)
                        .bucketKeyEnabled(true))
                .orElseGet(() -> builder.encryption(BucketEncryption.S3_MANAGED))
                .build();
        BucketPolicy policy = bucket.getPolicy();
        // CloudFormation recognizes a policy that exists by the bucket's name, but not by a reference to the bucket.
        ((CfnBucketPolicy) policy.getNode().getDefaultChild()).addPropertyOverride("Bucket", name);
        if (!destroy) {
            // A bucket that stays has to stay closed to plain HTTP.
            policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
        }
        if (destroy) {
            putAutoDeleteRoleUnder(scope, configuration.lifecycle().rolePath());
        }
        return bucket;
    }

    /**
     * What empties a bucket: what writes into it has to go before.
     *
     * @return the construct; empty if the bucket stays when the stack is deleted
     */
    static Optional<IConstruct> emptier(Bucket bucket) {
        return Optional.ofNullable(bucket.getNode().tryFindChild(AUTO_DELETE_RESOURCE));
    }

    /** The role is the CDK's, which has no property for its path. */
    private static void putAutoDeleteRoleUnder(Construct scope, String path) {
        CfnResource role = (CfnResource) Stack.of(scope)
                .getNode()
                .findChild(AUTO_DELETE_PROVIDER)
                .getNode()
                .findChild("Role");
        role.addPropertyOverride("Path", path);
    }
}
