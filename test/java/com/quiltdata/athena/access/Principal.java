package com.quiltdata.athena.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Those who make calls, with their policies and the table of their calls: {@code users-of-snapshots.txt} has those of
 * {@link #USERS_OF_SNAPSHOTS}.
 *
 * <p>The configuration has the Quilt buckets {@code bucket-a} and {@code bucket.b}, the results bucket
 * {@code mycompany-quilt-query-results}, a KMS key for it and the snapshots, one for a Quilt bucket and one for the Data
 * Catalog, and custom views.
 */
enum Principal {
    USERS(partition -> List.of(stack(partition).users())),
    USERS_OF_SNAPSHOTS(partition -> List.of(withSnapshots(partition).users()), USERS),
    USERS_OF_ANY_INPUT(
            partition -> List.of(stack(partition, "inputAccess", "any").users()), USERS),
    HANDLER(partition -> stack(partition).handler()),
    HANDLER_OF_SNAPSHOTS(partition -> withSnapshots(partition).handler(), HANDLER),
    REFRESH(partition -> withSnapshots(partition).refresh()),
    PIPE(partition -> withSnapshots(partition).pipe()),
    OTHER_ACCOUNT(partition -> List.of(bucketPolicy())),
    CLOUDFORMATION(partition -> DeployerPolicies.of(partition, DeployerPolicies.CLOUDFORMATION)),
    CLOUDFORMATION_WITH_REQUIRED_BOUNDARY(
            partition -> DeployerPolicies.of(
                    partition,
                    Stream.concat(DeployerPolicies.CLOUDFORMATION.stream(), Stream.of(DeployerPolicies.BOUNDARY))
                            .toList()),
            CLOUDFORMATION),
    DEPLOY_ROLE(partition -> DeployerPolicies.of(partition, List.of(DeployerPolicies.DEPLOY))),
    READ_ROLE(partition -> DeployerPolicies.of(partition, List.of(DeployerPolicies.READ)));

    /** What the names in the table of users' calls stand for. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("<workgroup>", "quilt-query"),
            Map.entry("<database>", "quilt_query"),
            Map.entry("<results-bucket>", "mycompany-quilt-query-results"),
            Map.entry("<bucket>", "bucket-a"),
            Map.entry("<second-bucket>", "bucket.b"),
            Map.entry("<other-bucket>", "bucket-c"),
            Map.entry("<longer-bucket>", "bucket-a2"),
            Map.entry("<dotless-bucket>", "bucketXb"),
            Map.entry("<results-key>", "key/results"),
            Map.entry("<bucket-key>", "key/bucket-a"),
            Map.entry("<catalog-key>", "key/catalog"));

    private final Function<Partition, List<JsonNode>> policies;
    private final List<Principal> also;

    /** @param also whose calls the policies are for, too */
    Principal(Function<Partition, List<JsonNode>> policies, Principal... also) {
        this.policies = policies;
        this.also = List.of(also);
    }

    /** Where the stack is deployed to; the tables of policies that are documents have names of one partition. */
    List<Partition> partitions() {
        return compareTo(OTHER_ACCOUNT) < 0 ? List.of(Partition.AWS, Partition.AWS_US_GOV) : List.of(Partition.AWS);
    }

    PolicyEvaluator policies(Partition partition) {
        return new PolicyEvaluator(policies.apply(partition));
    }

    List<Call> calls() {
        return this == USERS
                ? Call.users()
                : Call.table(TestFiles.resource(
                        Principal.class, name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt"));
    }

    static Request request(Call call, Partition partition) {
        return call.request(partition.place(), NAMES).orElseThrow();
    }

    /** Every call that somebody needs these policies for. */
    List<Request> needed(Partition partition) {
        Stream<Request> handlers = switch (this) {
            case CLOUDFORMATION, CLOUDFORMATION_WITH_REQUIRED_BOUNDARY -> ResourceHandlers.all(partition).stream();
            case READ_ROLE -> ResourceHandlers.reads(partition).stream();
            default -> Stream.of();
        };
        Stream<Request> tables = Stream.concat(Stream.of(this), also.stream())
                .flatMap(principal -> principal.calls().stream())
                .filter(Call::isAllowed)
                .map(call -> request(call, partition));
        return Stream.concat(handlers, tables).toList();
    }

    private static SynthesizedPolicies withSnapshots(Partition partition) {
        return stack(partition, "snapshotSchedule", "rate(1 hour)", "snapshotEvents", true);
    }

    static SynthesizedPolicies stack(Partition partition, Object... more) {
        Map<String, Object> configuration = TestTemplates.configuration(
                "quiltBuckets", List.of("bucket-a", "bucket.b"),
                "resultsKmsKeyArn", partition.arn("kms", "key/results"),
                "quiltBucketKmsKeyArns", List.of(partition.arn("kms", "key/bucket-a")),
                "catalogKmsKeyArn", partition.arn("kms", "key/catalog"),
                "attachPolicyToRoles", List.of("ReadQuilt", "WriteQuilt"),
                "customViews", Map.of("latest_images", "test/resources/views/latest_images.sql"));
        return SynthesizedPolicies.of(TestTemplates.with(configuration, more), partition);
    }

    /** The evaluator knows identity-based policies, which have no principals. */
    private static JsonNode bucketPolicy() {
        JsonNode policy = documentedBucketPolicy();
        policy.path("Statement").forEach(statement -> ((ObjectNode) statement).remove("Principal"));
        return policy;
    }

    /** The policy that {@code docs/start/connect.md} has for a Quilt bucket in another account. */
    static JsonNode documentedBucketPolicy() {
        return TestFiles.json(TestFiles.text(TestTemplates.PROJECT.resolve("docs/start/connect.md"))
                .split("## A Quilt bucket in another account\n")[1]
                .split("```")[1]
                .substring("json".length())
                .replace("<A>", Partition.ACCOUNT)
                .replace("<bucket>", "bucket-d"));
    }
}
