package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What an account's administrators ask of every stack in it: a permissions boundary, a path for roles, a bootstrap of
 * their own. The stack has two groups and snapshots, and is deleted with everything in it, so that every role there can be
 * is there.
 */
class AccountRulesTest {
    /**
     * The view handler and its framework, which the groups use as well, the function that empties buckets, the state
     * machine that refreshes snapshots, and the schedules that start it.
     */
    private static final int ROLES = 5;

    @Test
    void everyRoleHasThePermissionsBoundary() {
        CloudAssembly assembly = assembly("@aws-cdk/core:permissionsBoundary", Map.of("name", "developers"));

        assertThat(roles(assembly))
                .hasSize(ROLES)
                .allSatisfy(role -> assertThat(role.at("/Properties/PermissionsBoundary/Fn::Join/1/4")
                                .asText())
                        .isEqualTo(":policy/developers"));
    }

    @Test
    void everyRoleHasThePermissionsBoundaryThatIsGivenByItsArn() {
        String arn = "arn:aws:iam::123456789012:policy/boundaries/developers";
        CloudAssembly assembly = assembly("@aws-cdk/core:permissionsBoundary", Map.of("arn", arn));

        assertThat(roles(assembly))
                .hasSize(ROLES)
                .allSatisfy(role -> assertThat(
                                role.at("/Properties/PermissionsBoundary").asText())
                        .isEqualTo(arn));
    }

    @Test
    void everyRoleHasTheConfiguredPath() {
        assertThat(roles(assembly("rolePath", "/quilt/athena/")))
                .hasSize(ROLES)
                .allSatisfy(
                        role -> assertThat(role.at("/Properties/Path").asText()).isEqualTo("/quilt/athena/"));
    }

    @Test
    void theDefaultPathLeavesTheTemplatesAsTheyAre() {
        assertThat(TestTemplates.templates(assembly("rolePath", "/"))).isEqualTo(TestTemplates.templates(assembly()));
    }

    /** The policy's ARN is in the Quilt stack, and IAM knows no change of a policy's path. */
    @Test
    void theUsersPolicyStaysWhereItIsWhateverTheRolesPath() {
        assertThat(ofType(assembly("rolePath", "/quilt/athena/"), "AWS::IAM::ManagedPolicy"))
                .filteredOn(policy -> policy.at("/Properties").has("ManagedPolicyName"))
                .extracting(policy -> policy.at("/Properties/Path").asText())
                .containsExactly("/");
    }

    @Test
    void assetsAndRolesOfTheBootstrapHaveTheConfiguredQualifier() {
        Map<String, String> files = files(assembly("@aws-cdk/core:bootstrapQualifier", "myteam"));

        assertThat(files.values()).noneMatch(text -> text.contains("hnb659fds"));
        assertThat(files.get("QuiltAthena.template.json"))
                .contains("cdk-myteam-assets-${AWS::AccountId}-${AWS::Region}", "/cdk-bootstrap/myteam/version");
        assertThat(files.get("manifest.json"))
                .contains("role/cdk-myteam-deploy-role-", "role/cdk-myteam-cfn-exec-role-", "cdk-myteam-assets-");
    }

    private static List<JsonNode> roles(CloudAssembly assembly) {
        return ofType(assembly, "AWS::IAM::Role");
    }

    private static List<JsonNode> ofType(CloudAssembly assembly, String type) {
        return TestTemplates.resources(assembly)
                .filter(resource -> resource.path("Type").asText().equals(type))
                .toList();
    }

    private static Map<String, String> files(CloudAssembly assembly) {
        return TestFiles.list(assembly.directory()).stream()
                .filter(file -> file.toString().endsWith(".json"))
                .collect(Collectors.toMap(file -> file.getFileName().toString(), TestFiles::text));
    }

    private static CloudAssembly assembly(Object... more) {
        Map<String, Object> configuration = TestTemplates.configuration(
                "quiltBuckets", Map.of("imaging", List.of("bucket-a"), "genomics", List.of("bucket-b")),
                "removalPolicy", "destroy",
                "snapshotSchedule", "rate(1 hour)");
        return TestTemplates.assembly(TestTemplates.with(configuration, more));
    }
}
