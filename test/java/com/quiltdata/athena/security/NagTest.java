package com.quiltdata.athena.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.QuiltAthenaStack;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;

/**
 * cdk-nag's AwsSolutions rules on the sample stack: no finding but those below, each for one path and with its reason. A
 * suppression of a wildcard names the very resource, so that another wildcard is a finding.
 */
class NagTest {
    private static final String GLUE = "Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:";
    private static final String TABLES = GLUE + "table/<QueryDatabase5B4A5A9D>/";
    private static final String RESULTS = "Resource::<QueryResultsBucket8914DAAE.Arn>/*";

    private static final Map<String, List<NagPackSuppression>> SUPPRESSIONS = Map.of(
            "/QuiltAthena/QueryResults/Bucket/Resource",
                    List.of(
                            suppression(
                                    "AwsSolutions-S1",
                                    "Results are copies that expire, and who ran which query is in Athena's history and in "
                                            + "CloudTrail. A bucket for access logs would keep more, for longer, than it guards.")),
            "/QuiltAthena/AccessPolicy/Policy/Resource",
                    List.of(
                            wildcard("Resource::*", "ListWorkGroups and ListDataCatalogs take no resource."),
                            wildcard(TABLES + "*", "Users read every table of this database."),
                            wildcard(TABLES + "*_quilt_*", "Users define views under names of their own."),
                            wildcard(
                                    "Resource::arn:<AWS::Partition>:s3:::quilt-allencell-manifests/.quilt/*",
                                    "Manifests and pointers are many objects below one prefix."),
                            wildcard(RESULTS, "Each query has a result object of its own.")),
            "/QuiltAthena/AthenaViewProvider/HandlerRole/DefaultPolicy/Resource",
                    List.of(
                            wildcard(TABLES + "*", "Athena looks up what a view's query reads."),
                            wildcard(
                                    TABLES + "*_quilt_packages_view",
                                    "Only for dropping: the view of a bucket that left the configuration."),
                            wildcard(
                                    TABLES + "*_quilt_objects_view",
                                    "Only for dropping: the view of a bucket that left the configuration."),
                            wildcard(RESULTS, "Each statement has a result object of its own.")),
            "/QuiltAthena/AthenaViewProvider/FrameworkRole/DefaultPolicy/Resource",
                    List.of(wildcard(
                            "Resource::<AthenaViewProviderHandler0A79E4DC.Arn>:*",
                            "CDK's provider framework may call any version of the one function that it is for.")));

    @Test
    void theStackHasNoFindingThatIsNotExplained() {
        QuiltAthenaStack stack = checkedStack();
        SUPPRESSIONS.forEach(
                (path, suppressions) -> NagSuppressions.addResourceSuppressionsByPath(stack, path, suppressions));

        Annotations.fromStack(stack).hasNoError("*", Match.stringLikeRegexp("AwsSolutions-.*"));
        Annotations.fromStack(stack).hasNoWarning("*", Match.stringLikeRegexp("AwsSolutions-.*"));
    }

    @Test
    void aFindingThatIsNotExplainedIsReported() {
        QuiltAthenaStack stack = checkedStack();

        assertThatThrownBy(
                        () -> Annotations.fromStack(stack).hasNoError("*", Match.stringLikeRegexp("AwsSolutions-.*")))
                .hasMessageContaining("AwsSolutions-S1");
    }

    private static QuiltAthenaStack checkedStack() {
        Map<String, Object> context = new HashMap<>(CloudAssembly.projectContext(TestTemplates.PROJECT));
        // Findings would end the synthesis, before the assertions could list them.
        context.put("@aws-cdk/core:annotationsInValidationReport", false);
        App app = App.Builder.create().context(context).build();
        QuiltAthenaStack stack = QuiltAthenaApp.declareStack(app, TestTemplates.PROJECT);
        Aspects.of(app).add(AwsSolutionsChecks.Builder.create().verbose(true).build());
        return stack;
    }

    private static NagPackSuppression wildcard(String resource, String reason) {
        return NagPackSuppression.builder()
                .id("AwsSolutions-IAM5")
                .reason(reason)
                .appliesTo(List.of(resource))
                .build();
    }

    private static NagPackSuppression suppression(String id, String reason) {
        return NagPackSuppression.builder().id(id).reason(reason).build();
    }
}
