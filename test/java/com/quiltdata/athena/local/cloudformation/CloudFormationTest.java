package com.quiltdata.athena.local.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.Capability;
import software.amazon.awssdk.services.cloudformation.model.CloudFormationException;
import software.amazon.awssdk.services.cloudformation.model.Output;
import software.amazon.awssdk.services.cloudformation.model.Stack;
import software.amazon.awssdk.services.cloudformation.model.StackDriftStatus;
import software.amazon.awssdk.services.cloudformation.model.StackResourceSummary;
import software.amazon.awssdk.services.cloudformation.model.StackStatus;
import software.amazon.awssdk.services.cloudformation.model.StackSummary;
import software.amazon.awssdk.services.sts.StsClient;

/** What CloudFormation tells of a stack with a nested one, that is deployed, updated, and in the end deleted. */
class CloudFormationTest {
    private static final CloudFormationClient CLOUD_FORMATION = client(CloudFormationClient.builder());
    private static final LocalStack STACK = SharedEmbeddedAws.stack();
    private static final CloudAssembly ASSEMBLY =
            DeployedStack.assembly("told", Map.of("group-a", List.of("told-bucket")));

    private static Map<String, String> outputs;
    private static String statusAtFirst;

    @BeforeAll
    static void deploy() {
        outputs = STACK.deploy(ASSEMBLY);
        statusAtFirst = only(id()).stackStatusAsString();
    }

    /** Other stacks of the same name can then be asked for. */
    @AfterAll
    static void delete() {
        STACK.delete();
        CLOUD_FORMATION.close();
    }

    @Test
    void aStackHasItsStatusAndOutputs() {
        Stack stack = only(id());

        assertThat(statusAtFirst).isEqualTo("CREATE_COMPLETE");
        assertThat(stack.stackId())
                .startsWith(
                        "arn:aws:cloudformation:us-east-1:%s:stack/QuiltAthena-".formatted(LocalAccount.ACCOUNT_ID));
        assertThat(stack.outputs().stream().collect(Collectors.toMap(Output::outputKey, Output::outputValue)))
                .isEqualTo(outputs)
                .containsEntry("WorkgroupName", "told");
        assertThat(stack.driftInformation().stackDriftStatus()).isEqualTo(StackDriftStatus.NOT_CHECKED);
    }

    @Test
    void itsTemplateIsTheOneThatWasDeployed() throws JsonProcessingException {
        assertThat(new ObjectMapper().readTree(template(id()))).isEqualTo(ASSEMBLY.template());
    }

    @Test
    void charactersBeyondAsciiBecomeQuestionMarks(@TempDir Path directory) {
        LocalStack another = SharedEmbeddedAws.stack();
        another.deploy(TestTemplates.withTemplate(ASSEMBLY, directory, """
                {"Resources": {}, "Description": "größer 🫠"}"""));

        assertThat(template(another.id())).isEqualTo("{\"Resources\":{},\"Description\":\"gr??er ?\"}");
        another.delete();
    }

    @Test
    void itsResourcesAndThoseOfANestedStackAreListedByTheirPhysicalIds() {
        List<StackResourceSummary> resources = resources(id());
        String nested = physicalIds(resources, "AWS::CloudFormation::Stack").getFirst();

        assertThat(physicalIds(resources, "AWS::S3::Bucket")).containsExactly("told-quilt-query-results");
        assertThat(physicalIds(resources(nested), "Custom::AthenaView"))
                .containsExactlyInAnyOrder(
                        "told.told_bucket_quilt_objects_view", "told.told_bucket_quilt_packages_view");
        assertThat(only(nested).parentId()).isEqualTo(only(id()).stackId());
    }

    @Test
    void anUpdateKeepsTheIdsOfBothStacks() {
        String before = only(id()).stackId();
        List<String> nested = physicalIds(resources(id()), "AWS::CloudFormation::Stack");

        STACK.deploy(ASSEMBLY);

        assertThat(only(id()).stackId()).isEqualTo(before);
        assertThat(physicalIds(resources(id()), "AWS::CloudFormation::Stack")).isEqualTo(nested);
    }

    @Test
    void aDeletedStackIsListedWithWhatItHasLeft() {
        LocalStack another = SharedEmbeddedAws.stack();
        another.deploy(DeployedStack.assembly("toldlater", List.of("told-later-bucket")));

        another.delete();

        StackSummary deleted = CLOUD_FORMATION
                .listStacks(list -> list.stackStatusFilters(StackStatus.DELETE_COMPLETE))
                .stackSummaries()
                .getFirst();
        assertThat(deleted.stackName()).startsWith("QuiltAthena-");
        assertThat(resources(deleted.stackId()).stream()
                        .filter(resource -> resource.resourceStatusAsString().equals("DELETE_SKIPPED"))
                        .map(StackResourceSummary::physicalResourceId))
                .containsExactlyInAnyOrder(
                        "toldlater", "toldlater", "toldlater-quilt-query-results", "toldlater-quilt-query-results");
        assertThat(only(id()).stackStatus()).isNotEqualTo(StackStatus.DELETE_COMPLETE);
    }

    @Test
    void whatIsNotThereIsRefusedInTheWordsOfAws() {
        assertRefused(() -> only("NoSuchStack"), "ValidationError", "Stack with id NoSuchStack does not exist");
        assertRefused(
                () -> CLOUD_FORMATION.listExports(list -> {}), "InvalidAction", "Could not find operation ListExports");
        assertRefused(
                () -> CLOUD_FORMATION.describeStackResources(
                        describe -> describe.stackName(id()).physicalResourceId("told")),
                "ValidationError",
                "The parameter PhysicalResourceId of the operation DescribeStackResources is unknown here");
        assertRefused(
                () -> CLOUD_FORMATION.updateStack(update ->
                        update.stackName(id()).usePreviousTemplate(true).capabilities(Capability.CAPABILITY_NAMED_IAM)),
                "ValidationError",
                "No updates are to be performed.");
    }

    @Test
    void aProtectedStackIsNotDeleted() {
        CLOUD_FORMATION.updateTerminationProtection(
                update -> update.stackName(id()).enableTerminationProtection(true));

        assertRefused(
                () -> CLOUD_FORMATION.deleteStack(delete -> delete.stackName(id())),
                "ValidationError",
                "cannot be deleted while TerminationProtection is enabled");
        CLOUD_FORMATION.updateTerminationProtection(
                update -> update.stackName(id()).enableTerminationProtection(false));
    }

    private static void assertRefused(ThrowableAssert.ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CloudFormationException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.awsErrorDetails().errorMessage()).contains(message);
        });
    }

    @Test
    void whoCallsIsTheAccount() {
        try (StsClient sts = client(StsClient.builder())) {
            assertThat(sts.getCallerIdentity().account()).isEqualTo(LocalAccount.ACCOUNT_ID);
        }
    }

    private static String template(String stack) {
        return CLOUD_FORMATION.getTemplate(get -> get.stackName(stack)).templateBody();
    }

    private static String id() {
        return STACK.id();
    }

    private static Stack only(String stack) {
        List<Stack> stacks = CLOUD_FORMATION
                .describeStacks(describe -> describe.stackName(stack))
                .stacks();
        assertThat(stacks).hasSize(1);
        return stacks.getFirst();
    }

    private static List<StackResourceSummary> resources(String stack) {
        return CLOUD_FORMATION
                .listStackResourcesPaginator(list -> list.stackName(stack))
                .stackResourceSummaries()
                .stream()
                .toList();
    }

    private static List<String> physicalIds(List<StackResourceSummary> resources, String type) {
        return resources.stream()
                .filter(resource -> resource.resourceType().equals(type))
                .map(StackResourceSummary::physicalResourceId)
                .toList();
    }

    private static <C, B extends AwsClientBuilder<B, C> & SdkSyncClientBuilder<B, C>> C client(B builder) {
        return builder.httpClient(UrlConnectionHttpClient.create())
                .endpointOverride(SharedEmbeddedAws.endpoint())
                .region(Region.of(LocalAccount.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(LocalAccount.ACCESS_KEY_ID, LocalAccount.SECRET_ACCESS_KEY)))
                .build();
    }
}
