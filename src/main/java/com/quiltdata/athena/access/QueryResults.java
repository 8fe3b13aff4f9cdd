package com.quiltdata.athena.access;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.view.AthenaViewProvider;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.athena.CfnWorkGroup;
import software.amazon.awscdk.services.athena.CfnWorkGroup.EncryptionConfigurationProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.EngineVersionProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.ResultConfigurationProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.WorkGroupConfigurationProperty;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.BucketPolicy;
import software.amazon.awscdk.services.s3.CfnBucketPolicy;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/**
 * Where queries run and what they leave behind: the Athena workgroup and the bucket for its results.
 *
 * <p>The workgroup enforces its own configuration, so that no client can send results elsewhere or unencrypted.
 */
public final class QueryResults extends Construct {

    /** The engine that the views are written for; "AUTO" would one day run them on another. */
    private static final String ENGINE_VERSION = "Athena engine version 3";

    /** The construct that CDK puts into a stack for the buckets that are emptied when they are deleted. */
    private static final String AUTO_DELETE_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider";

    /** Within a bucket: what has that construct empty it. */
    private static final String AUTO_DELETE_RESOURCE = "AutoDeleteObjectsCustomResource";

    private static final Duration UNFINISHED_UPLOADS_EXPIRE_AFTER = Duration.days(7);

    private final Bucket bucket;
    private final String workGroupName;
    private final Optional<IKey> key;

    /**
     * Declares bucket and workgroup.
     *
     * @param scope the parent construct
     * @param id the construct's id
     * @param configuration names both, and says when results expire and how they are encrypted
     */
    public QueryResults(Construct scope, String id, Configuration configuration) {
        super(scope, id);
        boolean destroy = configuration.removalPolicy() == Removal.DESTROY;
        key = configuration.resultsKmsKeyArn().map(arn -> Key.fromKeyArn(this, "Key", arn));
        bucket = declareBucket(configuration, destroy);
        workGroupName = declareWorkGroup(configuration, destroy).getRef();
    }

    private Bucket declareBucket(Configuration configuration, boolean destroy) {
        Bucket.Builder builder = Bucket.Builder.create(this, "Bucket")
                .bucketName(configuration.resultsBucketName())
                .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
                .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
                .enforceSsl(true)
                .minimumTlsVersion(1.2)
                .lifecycleRules(List.of(LifecycleRule.builder()
                        .id("ExpireResults")
                        .expiration(Duration.days(configuration.resultsExpireAfterDays()))
                        .abortIncompleteMultipartUploadAfter(UNFINISHED_UPLOADS_EXPIRE_AFTER)
                        .build()))
                .removalPolicy(destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN)
                .autoDeleteObjects(destroy);
        Bucket results = key.map(k -> builder.encryption(BucketEncryption.KMS)
                        .encryptionKey(k)
                        .bucketKeyEnabled(true))
                .orElseGet(() -> builder.encryption(BucketEncryption.S3_MANAGED))
                .build();
        BucketPolicy policy = results.getPolicy();
        // CloudFormation recognizes a policy that exists by the bucket's name, but not by a reference to the bucket.
        ((CfnBucketPolicy) policy.getNode().getDefaultChild())
                .addPropertyOverride("Bucket", configuration.resultsBucketName());
        if (!destroy) {
            // A bucket that stays has to stay closed to plain HTTP.
            policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
        }
        if (destroy && !configuration.rolePath().equals(AthenaViewProvider.DEFAULT_ROLE_PATH)) {
            putAutoDeleteRoleUnder(configuration.rolePath());
        }
        return results;
    }

    /** The role is the CDK's, which has no property for its path. */
    private void putAutoDeleteRoleUnder(String path) {
        CfnResource role = (CfnResource) Stack.of(this)
                .getNode()
                .findChild(AUTO_DELETE_PROVIDER)
                .getNode()
                .findChild("Role");
        role.addPropertyOverride("Path", path);
    }

    private CfnWorkGroup declareWorkGroup(Configuration configuration, boolean destroy) {
        OptionalLong cutoff = configuration.bytesScannedCutoffPerQuery();
        CfnWorkGroup group = CfnWorkGroup.Builder.create(this, "WorkGroup")
                .name(configuration.workgroupName())
                .description("Queries of Quilt package metadata, from the Quilt catalog or any Athena client")
                .state("ENABLED")
                .recursiveDeleteOption(destroy)
                .workGroupConfiguration(WorkGroupConfigurationProperty.builder()
                        .enforceWorkGroupConfiguration(true)
                        .publishCloudWatchMetricsEnabled(true)
                        .engineVersion(EngineVersionProperty.builder()
                                .selectedEngineVersion(ENGINE_VERSION)
                                .build())
                        .bytesScannedCutoffPerQuery(cutoff.isPresent() ? cutoff.getAsLong() : null)
                        .resultConfiguration(ResultConfigurationProperty.builder()
                                .outputLocation("s3://" + bucket.getBucketName() + "/")
                                .expectedBucketOwner(Aws.ACCOUNT_ID)
                                .encryptionConfiguration(encryption())
                                .build())
                        .build())
                .build();
        group.applyRemovalPolicy(destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
        if (destroy) {
            // The CDK's function denies everybody to write before it empties the bucket, and Athena writes a result
            // when
            // it drops a view. The workgroup, and so every view, goes before.
            group.getNode().addDependency(bucket.getNode().findChild(AUTO_DELETE_RESOURCE));
        }
        return group;
    }

    private EncryptionConfigurationProperty encryption() {
        EncryptionConfigurationProperty.Builder builder = EncryptionConfigurationProperty.builder();
        return key.map(k -> builder.encryptionOption("SSE_KMS").kmsKey(k.getKeyArn()))
                .orElseGet(() -> builder.encryptionOption("SSE_S3"))
                .build();
    }

    /**
     * The bucket of query results.
     *
     * @return with its key, if it has one
     */
    public IBucket bucket() {
        return bucket;
    }

    /**
     * The bucket's name.
     *
     * @return resolves to the bucket, so that who uses it depends on it
     */
    public String bucketName() {
        return bucket.getBucketName();
    }

    /**
     * The bucket's ARN.
     *
     * @return resolves to the bucket
     */
    String bucketArn() {
        return bucket.getBucketArn();
    }

    /**
     * The workgroup's name.
     *
     * @return resolves to the workgroup, so that who uses it depends on it
     */
    public String workGroupName() {
        return workGroupName;
    }

    /**
     * The workgroup's ARN.
     *
     * @return in the stack's partition, region and account
     */
    String workGroupArn() {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service("athena")
                        .resource("workgroup")
                        .resourceName(workGroupName)
                        .build());
    }
}
