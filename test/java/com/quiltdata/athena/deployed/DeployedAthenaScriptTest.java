package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.LocalAthenaScript;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.QueryExecutionState;

/** The command as users start it. A proxy of the environment, where nothing listens, is not used for loopback. */
@ResourceLock(CheckedDeployment.BUCKET)
class DeployedAthenaScriptTest {

    @TempDir
    private Path directory;

    @Test
    void anInterruptedCheckStopsItsQueries() throws Exception {
        List<String> before = queries();
        LocalAthenaScript script = script().with(
                        "AWS_ENDPOINT_URL", SharedEmbeddedAws.endpoint().toString())
                .with("AWS_REGION", LocalAccount.REGION)
                .with("AWS_ACCESS_KEY_ID", LocalAccount.ACCESS_KEY_ID)
                .with("AWS_SECRET_ACCESS_KEY", LocalAccount.SECRET_ACCESS_KEY);
        List<String> arguments = new ArrayList<>(CheckedDeployment.CONFIGURATION);
        arguments.addAll(CheckedDeployment.NOT_SYNTHESIZED);
        arguments.addAll(List.of("--stack", CheckedDeployment.stackId()));

        Process process = script.start(arguments.toArray(String[]::new));
        while (before.containsAll(queries())) {
            assertThat(process.isAlive()).as(script.errors()).isTrue();
            Thread.sleep(20);
        }
        process.toHandle().destroy();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(process.inputReader().readAllAsString()).isEmpty();
        assertThat(script.leftovers()).isEmpty();
        List<String> started = queries();
        started.removeAll(before);
        assertThat(started)
                .isNotEmpty()
                .extracting(DeployedAthenaScriptTest::state)
                .contains(QueryExecutionState.CANCELLED)
                .doesNotContain(QueryExecutionState.QUEUED, QueryExecutionState.RUNNING);
    }

    @Test
    void withoutARegionOrCredentialsThereIsNothingToCheck() throws Exception {
        LocalAthenaScript script = script();

        assertThat(script.start().waitFor()).isEqualTo(2);
        assertThat(script.errors()).endsWith("\nNo region: set AWS_REGION, or the region of an AWS profile\n");

        script.with("AWS_REGION", "eu-central-1");

        assertThat(script.start().waitFor()).isEqualTo(2);
        assertThat(script.errors())
                .endsWith("\nNo credentials: set AWS_PROFILE, or what else the AWS CLI takes them from\n");
    }

    /** With no credentials but those that a test sets. */
    private LocalAthenaScript script() throws IOException {
        return LocalAthenaScript.named("deployed-athena", directory)
                .with("AWS_EC2_METADATA_DISABLED", "true")
                .with("AWS_CONFIG_FILE", directory.resolve("none").toString())
                .with("AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString());
    }

    private static List<String> queries() {
        return new ArrayList<>(SharedEmbeddedAws.athena()
                .listQueryExecutions(list ->
                        list.workGroup(CheckedDeployment.stack().outputs().get("WorkgroupName")))
                .queryExecutionIds());
    }

    private static QueryExecutionState state(String id) {
        QueryExecution query = SharedEmbeddedAws.athena()
                .getQueryExecution(get -> get.queryExecutionId(id))
                .queryExecution();
        return query.status().state();
    }
}
