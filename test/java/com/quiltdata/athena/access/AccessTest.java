package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestTemplates;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each principal's policies allow the calls of its table that are to be allowed, and nothing beside them. */
class AccessTest {
    static Stream<Arguments> principals() {
        return Stream.of(Principal.values())
                .flatMap(principal ->
                        principal.partitions().stream().map(partition -> Arguments.of(principal, partition)));
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("principals")
    void everyCallIsDecidedAsItsTableSays(Principal principal, Partition partition) {
        PolicyEvaluator policies = principal.policies(partition);

        assertThat(principal.calls()).isNotEmpty().allSatisfy(call -> {
            Decision decision = policies.decide(Principal.request(call, partition));
            assertThat(decision.allowed())
                    .as("%s is %s %s", call, decision.word(), decision.reason())
                    .isEqualTo(call.isAllowed());
        });
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("principals")
    void nothingIsAllowedThatNobodyNeeds(Principal principal, Partition partition) {
        assertThat(principal.policies(partition).unneeded(principal.needed(partition)))
                .isEmpty();
    }

    @Test
    void theIdsOfStatementsAreTheNotebooksWhereTheMeaningIs() {
        assertThat(usersStatements().map(statement -> statement.path("Sid").asText()))
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
        assertThat(usersStatements()
                        .filter(statement ->
                                statement.path("Resource").toString().contains("\"*\""))
                        .map(statement -> statement.path("Action").toString()))
                .containsExactly("[\"athena:ListDataCatalogs\",\"athena:ListWorkGroups\"]");
    }

    @Test
    void everyActionOfUsersIsNamed() {
        assertThat(usersStatements().map(statement -> statement.path("Action").toString()))
                .noneMatch(actions -> actions.contains("*"));
    }

    /** So nothing has to reach all of IAM before its views are made. */
    @Test
    void anotherBucketOrGroupChangesNoPolicyOfTheHandler() {
        List<JsonNode> policies = handlerOf(List.of("bucket-a"));

        assertThat(handlerOf(List.of("bucket-a", "bucket-b"))).isEqualTo(policies);
        assertThat(handlerOf(Map.of("one", List.of("bucket-a"), "two", List.of("bucket-b"))))
                .isEqualTo(policies);
    }

    @Test
    void aBucketPolicyInAnotherAccountIsForTheStacksAccountAlone() {
        assertThat(Principal.documentedBucketPolicy().path("Statement"))
                .extracting(statement -> statement.at("/Principal/AWS").asText())
                .hasSize(3)
                .containsOnly("arn:aws:iam::" + Partition.ACCOUNT + ":root");
    }

    private static Stream<JsonNode> usersStatements() {
        return Principal.stack(Partition.AWS).users().path("Statement").valueStream();
    }

    private static List<JsonNode> handlerOf(Object quiltBuckets) {
        return SynthesizedPolicies.of(TestTemplates.configuration("quiltBuckets", quiltBuckets), Partition.AWS)
                .handler();
    }
}
