package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.calls.UserCall;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a Quilt user may do who has the policy {@code AthenaQuiltAccess} and no other.
 *
 * <p>The configuration has the Quilt buckets {@code bucket-a} and {@code bucket.b}, the results bucket
 * {@code mycompany-quilt-query-results}, a KMS key for each, and one for the Data Catalog.
 */
@ParameterizedClass(name = "in {0}")
@EnumSource(
        value = Partition.class,
        names = {"AWS", "AWS_US_GOV"})
class UserAccessTest {
    /** What the table's names stand for. */
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

    private static final Map<Partition, JsonNode> POLICIES = new EnumMap<>(Partition.class);

    @Parameter
    Partition partition;

    @BeforeAll
    static void synthesize() {
        for (Partition partition : List.of(Partition.AWS, Partition.AWS_US_GOV)) {
            POLICIES.put(
                    partition,
                    SynthesizedPolicies.of(
                                    Map.of(
                                            "companyName", "mycompany",
                                            "quiltBuckets", List.of("bucket-a", "bucket.b"),
                                            "resultsKmsKeyArn", partition.arn("kms", "key/results"),
                                            "quiltBucketKmsKeyArns", List.of(partition.arn("kms", "key/bucket-a")),
                                            "catalogKmsKeyArn", partition.arn("kms", "key/catalog"),
                                            "attachPolicyToRoles", List.of("ReadQuilt", "WriteQuilt")),
                                    partition)
                            .userPolicy());
        }
    }

    /** The same table is what IAM's simulator is asked about a deployed policy. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("calls")
    void theTableOfCalls(UserCall call) {
        AccessTable.check(
                new PolicyEvaluator(List.of(POLICIES.get(partition).path("PolicyDocument"))),
                call.isAllowed() ? "allowed" : "denied",
                call.request(partition.place(), NAMES).orElseThrow(),
                call.why());
    }

    static List<UserCall> calls() {
        return UserCall.all();
    }

    @Test
    void theIdsOfStatementsAreTheNotebooksWhereTheMeaningIs() {
        assertThat(statements().stream().map(s -> s.path("Sid").asText()))
                .containsExactly(
                        "GrantQuiltAthenaAccess",
                        "GrantQuiltAthenaListAccess",
                        "GrantQuiltAthenaCatalogAccess",
                        "GrantQuiltGlueAccess",
                        "GrantQuiltGlueWriteAccess",
                        "GrantQuiltGlueKeyAccess",
                        "GrantQuiltAthenaBucketAccess",
                        "GrantQuiltAthenaBucketListAccess",
                        "GrantQuiltAthenaInputAccess",
                        "GrantQuiltAthenaInputKeyAccess",
                        "GrantQuiltAthenaOutputAccess",
                        "GrantQuiltAthenaOutputWriteAccess",
                        "GrantQuiltAthenaOutputKeyAccess");
    }

    @Test
    void onlyListingsThatTakeNoResourceGetEveryResource() {
        assertThat(statements().stream()
                        .filter(statement ->
                                statement.path("Resource").toString().contains("\"*\""))
                        .map(statement -> statement.path("Action").toString()))
                .containsExactly("[\"athena:ListDataCatalogs\",\"athena:ListWorkGroups\"]");
    }

    @Test
    void everyActionIsNamed() {
        assertThat(statements().stream()
                        .map(statement -> statement.path("Action").toString())
                        .collect(Collectors.joining()))
                .doesNotContain("*");
    }

    @Test
    void isAttachedToTheConfiguredRoles() {
        assertThat(POLICIES.get(partition).path("Roles")).hasToString("[\"ReadQuilt\",\"WriteQuilt\"]");
    }

    private List<JsonNode> statements() {
        return StreamSupport.stream(
                        POLICIES.get(partition)
                                .path("PolicyDocument")
                                .path("Statement")
                                .spliterator(),
                        false)
                .toList();
    }

    @Test
    void allowsNothingThatNoRowNeeds() {
        assertThat(new PolicyEvaluator(List.of(POLICIES.get(partition).path("PolicyDocument")))
                        .unneeded(UserCall.all().stream()
                                .filter(UserCall::isAllowed)
                                .map(call ->
                                        call.request(partition.place(), NAMES).orElseThrow())
                                .toList()))
                .isEmpty();
    }
}
