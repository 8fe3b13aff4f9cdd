package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stack beside the checkout. */
@ResourceLock(CheckedDeployment.BUCKET)
class StackCheckTest {

    @Test
    void aCheckoutThatIsConfiguredOtherwiseDiffersByNamedProperties() {
        Finding finding = find(CheckedDeployment.configuration("resultsExpireAfterDays", "31"));

        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.message())
                .isEqualTo("Checked is CREATE_COMPLETE; it differs from this checkout in 2 places: another commit or"
                        + " another configuration");
        assertThat(finding.details())
                .extracting(Detail::text)
                .containsExactlyInAnyOrder(
                        "QueryResultsBucket8914DAAE (AWS::S3::Bucket):"
                                + " Properties.LifecycleConfiguration.Rules[0].ExpirationInDays is 30, and in this checkout 31",
                        "SnapshotStoreBucketDA23CF97 (AWS::S3::Bucket):"
                                + " Properties.LifecycleConfiguration.Rules[0].ExpirationInDays is 30, and in this checkout 31");
    }

    @Test
    void aCheckoutThatIsConfiguredWronglyIsNotCompared() {
        Finding finding = find(CheckedDeployment.configuration("databaseName", "Wrong"));

        assertThat(finding.status()).isEqualTo(Status.NOT_CHECKED);
        assertThat(finding.message()).isEqualTo("Checked is CREATE_COMPLETE; it was not compared with this checkout");
        assertThat(finding.details())
                .singleElement()
                .satisfies(detail -> assertThat(detail.text())
                        .startsWith("This checkout cannot be synthesized: databaseName: \"Wrong\" must have "));
    }

    @ParameterizedTest
    @CsvSource({
        "UPDATE_ROLLBACK_COMPLETE, FAIL",
        "UPDATE_IN_PROGRESS, FAIL",
        "DELETE_FAILED, FAIL",
        "UPDATE_COMPLETE, NOT_CHECKED",
        "IMPORT_COMPLETE, NOT_CHECKED",
    })
    void onlyAStackThatHasComeToItsEndWithoutARollbackIsComplete(String stackStatus, Status expected) {
        Deployment complete = CheckedDeployment.read();
        Deployment deployment = new Deployment(
                complete.stack().toBuilder().stackStatus(stackStatus).build(),
                complete.template(),
                complete.physicalIds(),
                complete.nested());

        assertThat(new StackCheck(
                                deployment,
                                TestTemplates.PROJECT,
                                CheckedDeployment.configuration("databaseName", "Wrong"))
                        .find()
                        .status())
                .isEqualTo(expected);
    }

    private static Finding find(Map<String, String> configuration) {
        return new StackCheck(CheckedDeployment.read(), TestTemplates.PROJECT, configuration).find();
    }
}
