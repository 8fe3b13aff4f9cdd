package com.quiltdata.athena.query;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.view.Arns;
import java.util.Optional;
import java.util.OptionalLong;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.athena.CfnWorkGroup;
import software.amazon.awscdk.services.athena.CfnWorkGroup.EncryptionConfigurationProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.EngineVersionProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.ResultConfigurationProperty;
import software.amazon.awscdk.services.athena.CfnWorkGroup.WorkGroupConfigurationProperty;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

/**
 * Declares workgroups that enforce their own configuration, so that no client can send results elsewhere or unencrypted.
 *
 * @param configuration says what becomes of a workgroup when the stack is deleted
 * @param key what results are encrypted with; empty for keys that S3 manages
 */
public record EnforcedWorkGroup(Configuration configuration, Optional<IKey> key) {

    /** The engine that the views are written for; "AUTO" would one day run them on another. */
    private static final String ENGINE_VERSION = "Athena engine version 3";

    /**
     * Declares a workgroup.
     *
     * @param folder where in the bucket; empty, or with a slash at its end
     * @param cutoff how many bytes a query may read; empty for no limit
     */
    public CfnWorkGroup declare(
            Construct scope, String name, String description, Bucket bucket, String folder, OptionalLong cutoff) {
        boolean destroy = configuration.lifecycle().removalPolicy() == Removal.DESTROY;
        CfnWorkGroup group = CfnWorkGroup.Builder.create(scope, "WorkGroup")
                .name(name)
                .description(description)
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
                                .outputLocation("s3://" + bucket.getBucketName() + "/" + folder)
                                .expectedBucketOwner(Aws.ACCOUNT_ID)
                                .encryptionConfiguration(encryption())
                                .build())
                        .build())
                .build();
        group.applyRemovalPolicy(destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
        // The CDK's function denies everybody to write before it empties the bucket, and Athena writes a result when it
        // drops a view. The workgroup, and so every view, goes before.
        ClosedBucket.emptier(bucket).ifPresent(group.getNode()::addDependency);
        return group;
    }

    /** The ARN of a workgroup. */
    public static String arn(Construct scope, String name) {
        return Arns.of(scope, "athena", "workgroup", name);
    }

    private EncryptionConfigurationProperty encryption() {
        EncryptionConfigurationProperty.Builder builder = EncryptionConfigurationProperty.builder();
        return key.map(k -> builder.encryptionOption("SSE_KMS").kmsKey(k.getKeyArn()))
                .orElseGet(() -> builder.encryptionOption("SSE_S3"))
                .build();
    }
}
