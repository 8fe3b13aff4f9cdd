package com.quiltdata.athena.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.CdkLock;
import com.quiltdata.athena.QuiltAthenaApp;
import com.quiltdata.athena.QuiltAthenaStack;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.ViewOfBuckets;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.HIPAASecurityChecks;
import io.github.cdklabs.cdknag.NIST80053R5Checks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import io.github.cdklabs.cdknag.PCIDSS321Checks;
import io.github.cdklabs.cdknag.ServerlessChecks;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.Yaml;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.IAspect;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Matcher;

/**
 * cdk-nag's rules on the sample stack with a bucket and a custom view more, and a key for the results as the compliance
 * packs ask for one: no finding but those of {@code findings.yaml}, each for one path and with its reason.
 */
@ExtendWith(CdkLock.class)
class NagTest {
    private static final String ARN = "arn:<AWS::Partition>:%s:<AWS::Region>:<AWS::AccountId>:";

    /** What stands for the beginnings of ARNs. */
    private static final Map<String, String> NAMES = Map.of(
            "<tables>", ARN.formatted("glue") + "table/<QueryDatabase5B4A5A9D>",
            "<executions>", ARN.formatted("states") + "execution",
            "<s3>", "arn:<AWS::Partition>:s3:::");

    /** By path and rule, a reason, or a reason by resource. */
    private static final Map<String, Map<String, Object>> EXPLAINED =
            new Yaml().load(TestFiles.resource(NagTest.class, "findings.yaml"));

    /** The rules that apply, by what their names begin with. */
    private enum Pack {
        AWS_SOLUTIONS("AwsSolutions"),
        HIPAA("HIPAA.Security"),
        NIST_800_53("NIST.800.53.R5"),
        PCI_DSS("PCI.DSS.321"),
        SERVERLESS("Serverless");

        private final String prefix;

        Pack(String prefix) {
            this.prefix = prefix;
        }

        private IAspect checks() {
            return switch (this) {
                case AWS_SOLUTIONS ->
                    AwsSolutionsChecks.Builder.create().verbose(true).build();
                case HIPAA -> HIPAASecurityChecks.Builder.create().verbose(true).build();
                case NIST_800_53 ->
                    NIST80053R5Checks.Builder.create().verbose(true).build();
                case PCI_DSS -> PCIDSS321Checks.Builder.create().verbose(true).build();
                case SERVERLESS ->
                    ServerlessChecks.Builder.create().verbose(true).build();
            };
        }

        private Matcher findings() {
            return Match.stringLikeRegexp(prefix.replace(".", "\\.") + "-.*");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStackHasNoFindingThatIsNotExplained(Pack pack) {
        QuiltAthenaStack stack = checkedStack(pack);
        EXPLAINED.forEach((path, rules) -> NagSuppressions.addResourceSuppressionsByPath(
                stack,
                path,
                rules.entrySet().stream()
                        .flatMap(rule -> suppressions(rule.getKey().replaceFirst("^\\*", pack.prefix), rule.getValue()))
                        .toList()));

        Annotations.fromStack(stack).hasNoError("*", pack.findings());
        Annotations.fromStack(stack).hasNoWarning("*", pack.findings());
    }

    @ParameterizedTest
    @EnumSource
    void aFindingThatIsNotExplainedIsReported(Pack pack) {
        QuiltAthenaStack stack = checkedStack(pack);

        assertThatThrownBy(() -> Annotations.fromStack(stack).hasNoError("*", pack.findings()))
                .hasMessageContaining(pack.prefix + "-");
    }

    private static QuiltAthenaStack checkedStack(Pack pack) {
        Map<String, Object> context = TestTemplates.with(
                CloudAssembly.projectContext(TestTemplates.PROJECT),
                "resultsKmsKeyArn",
                "arn:aws:kms:eu-central-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab",
                "quiltBuckets",
                List.of("quilt-allencell-manifests", "imaging-a"),
                "snapshotSchedule",
                "rate(1 hour)",
                "snapshotEvents",
                true,
                "dashboard",
                true,
                "alarmTopicArn",
                "arn:aws:sns:eu-central-1:123456789012:alarms",
                "bytesScannedAlarmPerDay",
                1_000_000_000_000L,
                "customViews",
                Map.of("latest_images", "test/resources/views/latest_images.sql"),
                // Findings would end the synthesis, before the assertions could list them.
                "@aws-cdk/core:annotationsInValidationReport",
                false);
        App app = App.Builder.create().context(context).build();
        QuiltAthenaStack stack =
                QuiltAthenaApp.declareStack(app, ConfigurationReader.read(context, TestTemplates.PROJECT));
        Aspects.of(app).add(pack.checks());
        return stack;
    }

    private static Stream<NagPackSuppression> suppressions(String id, Object reasons) {
        if (!(reasons instanceof Map<?, ?> byResource)) {
            return Stream.of(
                    NagPackSuppression.builder().id(id).reason((String) reasons).build());
        }
        return byResource.entrySet().stream()
                .flatMap(entry -> resources((String) entry.getKey())
                        .map(resource -> NagPackSuppression.builder()
                                .id(id)
                                .reason((String) entry.getValue())
                                .appliesTo(List.of("Resource::" + resource))
                                .build()));
    }

    private static Stream<String> resources(String entry) {
        String resource = entry;
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            resource = resource.replace(name.getKey(), name.getValue());
        }
        if (resource.endsWith("<bucket view>")) {
            return patterns(resource, BucketView.values());
        }
        return resource.endsWith("<snapshot view>") ? patterns(resource, SnapshotView.values()) : Stream.of(resource);
    }

    private static Stream<String> patterns(String resource, ViewOfBuckets... views) {
        return Stream.of(views).map(view -> resource.replaceFirst("<\\w+ view>$", view.namePattern()));
    }
}
