package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.quiltdata.athena.deployed.CatalogCheck.Catalog;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import com.quiltdata.athena.deployed.StubbedHttp.Answer;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.services.cloudformation.model.Stack;
import software.amazon.awssdk.services.cloudformation.model.StackDriftStatus;

/** What CloudFormation tells of drift and of deleted stacks, as it answers where there is some. */
@ResourceLock(CheckedDeployment.BUCKET)
class LeftoversCheckTest {
    private static final String DATABASE = "leftovers";
    private static final String STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/QuiltAthena/0f1e";

    @BeforeEach
    void makeDatabase() {
        SharedEmbeddedAws.glue().createDatabase(create -> create.databaseInput(input -> input.name(DATABASE)));
    }

    @AfterEach
    void deleteDatabase() {
        SharedEmbeddedAws.glue().deleteDatabase(delete -> delete.name(DATABASE));
    }

    @Test
    void aResourceThatHasDriftedIsWrongAndOneThatADeletedStackHasLeftIsSaid() {
        Finding finding = find(StackDriftStatus.DRIFTED);

        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.details())
                .containsExactly(
                        new Detail(Status.FAIL, "QuiltAthena: AWS::Glue::Table a_quilt_packages has drifted: MODIFIED"),
                        new Detail(
                                Status.NOTE,
                                "AWS::S3::Bucket an-old-bucket has stayed when QuiltAthena was deleted, at"
                                        + " 2026-01-01T00:00:00Z"));
    }

    @Test
    void whereNobodyHasLookedForDriftThatIsSaid() {
        Finding finding = find(StackDriftStatus.NOT_CHECKED);

        assertThat(finding.status()).isEqualTo(Status.PASS);
        assertThat(finding.details())
                .contains(new Detail(Status.NOTE, "Nobody has looked for drift yet; .ci/drift does"));
    }

    private static Finding find(StackDriftStatus drift) {
        Stack stack = Stack.builder()
                .stackName("QuiltAthena")
                .stackId(STACK_ID)
                .driftInformation(information -> information.stackDriftStatus(drift))
                .build();
        Deployment deployment =
                new Deployment(stack, JsonNodeFactory.instance.objectNode(), Map.of("kept", "a-bucket"), Map.of());
        try (Account account = CheckedDeployment.account(new StubbedHttp(LeftoversCheckTest::answer))) {
            return new LeftoversCheck(deployment, new Catalog(account.glue(), DATABASE), account.cloudFormation())
                    .find();
        }
    }

    private static Optional<Answer> answer(StubbedHttp.Call call) {
        return switch (call.operation()) {
            case "ListStacks" -> Optional.of(new Answer(200, """
                    <ListStacksResponse><ListStacksResult><StackSummaries><member>
                    <StackId>arn:deleted</StackId><StackName>QuiltAthena</StackName>
                    <DeletionTime>2026-01-01T00:00:00Z</DeletionTime><StackStatus>DELETE_COMPLETE</StackStatus>
                    </member></StackSummaries></ListStacksResult></ListStacksResponse>
                    """));
            case "ListStackResources" -> Optional.of(new Answer(200, """
                    <ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>
                    <member><PhysicalResourceId>an-old-bucket</PhysicalResourceId>
                    <ResourceType>AWS::S3::Bucket</ResourceType><ResourceStatus>DELETE_SKIPPED</ResourceStatus></member>
                    <member><PhysicalResourceId>a-bucket</PhysicalResourceId>
                    <ResourceType>AWS::S3::Bucket</ResourceType><ResourceStatus>DELETE_SKIPPED</ResourceStatus></member>
                    <member><PhysicalResourceId>a-table</PhysicalResourceId>
                    <ResourceType>AWS::Glue::Table</ResourceType><ResourceStatus>DELETE_COMPLETE</ResourceStatus></member>
                    </StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>
                    """));
            case "DescribeStackResourceDrifts" -> Optional.of(new Answer(200, """
                    <DescribeStackResourceDriftsResponse><DescribeStackResourceDriftsResult><StackResourceDrifts><member>
                    <PhysicalResourceId>a_quilt_packages</PhysicalResourceId><ResourceType>AWS::Glue::Table</ResourceType>
                    <StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus>
                    </member></StackResourceDrifts></DescribeStackResourceDriftsResult></DescribeStackResourceDriftsResponse>
                    """));
            default -> Optional.empty();
        };
    }
}
