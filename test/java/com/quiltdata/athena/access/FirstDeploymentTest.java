package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.glue.model.EntityNotFoundException;

/**
 * The stack in a region where nobody has used Athena, so that there is no database {@code default}: Athena makes it when
 * the first view is made, if the synthesized policies allow it.
 */
@Isolated("takes the database default away")
class FirstDeploymentTest {
    private static final String NAME = "firstofall";

    private final EmbeddedAws aws = SharedEmbeddedAws.get();

    @BeforeEach
    void deleteTheDefaultDatabase() {
        try {
            SharedEmbeddedAws.glue().deleteDatabase(delete -> delete.name("default"));
        } catch (EntityNotFoundException e) {
            // No other test has run a query yet.
        }
    }

    @AfterEach
    void letOthersCreateIt() {
        aws.letUsersCreateTheDefaultDatabase(true);
    }

    @Test
    void theHandlerMakesTheDefaultDatabaseAndUsersNeedNoMoreThanThat() {
        SynthesizedPolicies policies = SynthesizedPolicies.of(
                TestTemplates.configuration("quiltBuckets", List.of(NAME), "databaseName", NAME), Partition.AWS);
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(NAME));

        aws.letUsersCreateTheDefaultDatabase(mayCreate(new PolicyEvaluator(policies.handler())));
        DeployedStack stack = DeployedStack.deploy(NAME, List.of(NAME));
        aws.letUsersCreateTheDefaultDatabase(mayCreate(new PolicyEvaluator(List.of(policies.users()))));

        assertThat(SharedEmbeddedAws.databases()).contains("default", NAME);
        assertThat(stack.rows("SELECT count(*) FROM " + NAME + "_quilt_packages_view"))
                .containsExactly(List.of("0"));
    }

    private static boolean mayCreate(PolicyEvaluator policy) {
        return Stream.of("catalog", "database/default")
                .map(resource -> Call.request(Partition.AWS.place(), "glue:CreateDatabase", resource, "athena"))
                .allMatch(request -> policy.decide(request).allowed());
    }
}
