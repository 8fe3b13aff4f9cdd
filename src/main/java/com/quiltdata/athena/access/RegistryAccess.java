package com.quiltdata.athena.access;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.view.Arns;
import com.quiltdata.athena.view.RequestConditions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;

/**
 * Lets Athena, and nobody else, read Quilt registries on somebody's behalf. What users themselves may read there, Quilt's
 * policies say.
 *
 * @param stack where the policy is
 * @param configuration names the buckets and their keys
 */
public record RegistryAccess(Stack stack, Configuration configuration) {
    private static final String REGISTRY_OBJECTS = QuiltBucket.REGISTRY_PREFIX + "*";

    /**
     * The statements of a policy. Where buckets are not named, they are the account's own: others' may be open to
     * everybody, and say what others like.
     */
    public List<PolicyStatement> statements() {
        Map<String, Map<String, Object>> conditions = new TreeMap<>(RequestConditions.BY_ATHENA);
        if (configuration.access().inputAccess() == InputAccess.ANY) {
            conditions.put("StringEquals", Map.of("aws:ResourceAccount", Aws.ACCOUNT_ID));
        }
        // A request for a bucket's location has no prefix, so it needs a statement without that condition.
        PolicyStatement locate = Statements.allow(
                "GrantQuiltAthenaBucketAccess", List.of("s3:GetBucketLocation"), inputArns(""), conditions);
        // Listing is of a bucket, and only the condition keeps it to the registry. A request without a prefix, which
        // would list everything, does not meet it.
        PolicyStatement list = Statements.allow(
                "GrantQuiltAthenaBucketListAccess", List.of("s3:ListBucket"), inputArns(""), conditions);
        list.addCondition("StringLike", Map.of("s3:prefix", REGISTRY_OBJECTS));
        PolicyStatement read = Statements.allow(
                "GrantQuiltAthenaInputAccess", List.of("s3:GetObject"), inputArns("/" + REGISTRY_OBJECTS), conditions);
        List<String> keys = configuration.access().quiltBucketKmsKeyArns();
        return keys.isEmpty()
                ? List.of(locate, list, read)
                : List.of(
                        locate,
                        list,
                        read,
                        Statements.allow(
                                "GrantQuiltAthenaInputKeyAccess",
                                List.of("kms:Decrypt"),
                                keys,
                                RequestConditions.BY_S3));
    }

    /**
     * The statements that let their owner read pointers without Athena. Without {@code s3:ListBucket}, a pointer that is
     * gone would look like one that is denied.
     */
    public List<PolicyStatement> pointerStatements() {
        Map<String, Map<String, Object>> conditions = configuration.access().inputAccess() == InputAccess.ANY
                ? Map.of("StringEquals", Map.of("aws:ResourceAccount", Aws.ACCOUNT_ID))
                : Map.of();
        return List.of(
                Statements.allow("FindPointers", List.of("s3:ListBucket"), inputArns(""), conditions),
                Statements.allow(
                        "ReadPointers",
                        List.of("s3:GetObject"),
                        inputArns("/" + QuiltBucket.REGISTRY_PREFIX + "named_packages/*"),
                        conditions));
    }

    private List<String> inputArns(String suffix) {
        Collection<String> names = configuration.access().inputAccess() == InputAccess.ANY
                ? List.of("*")
                : configuration.quiltBuckets().stream().map(QuiltBucket::name).toList();
        return names.stream().map(name -> Arns.ofBucket(stack, name) + suffix).toList();
    }
}
