package com.quiltdata.athena.deployed;

import com.quiltdata.athena.command.Launcher;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.cloudformation.model.Stack;

/** The stack and those nested in it are complete, and what this checkout synthesizes. */
record StackCheck(Deployment deployment, Path project, Map<String, String> context) implements Check {
    private static final List<String> OUTPUTS =
            List.of("PolicyArn", "ResultsBucketName", "WorkgroupName", "DatabaseName");

    @Override
    public Finding find() {
        Details details = new Details();
        deployment.all().map(Deployment::stack).forEach(stack -> checkStatus(stack, details));
        OUTPUTS.stream()
                .filter(output -> deployment.output(output).isEmpty())
                .forEach(output -> details.fail("The output %s is missing", output));
        long differences = addDifferences(details);
        Stack stack = deployment.stack();
        String status = "%s is %s".formatted(stack.stackName(), stack.stackStatusAsString());
        String message = differences == 0
                ? status + ", and what this checkout synthesizes"
                : differences < 0
                        ? status + "; it was not compared with this checkout"
                        : "%s; it differs from this checkout in %s: another commit or another configuration"
                                .formatted(status, Finding.count(differences, "place"));
        return details.finding(message, message);
    }

    private static void checkStatus(Stack stack, Details details) {
        String status = stack.stackStatusAsString();
        if (!status.endsWith("_COMPLETE") || status.contains("ROLLBACK") || status.startsWith("DELETE")) {
            String reason = stack.stackStatusReason() == null ? "" : ": " + stack.stackStatusReason();
            details.fail("%s is %s%s", stack.stackName(), status, reason);
        }
    }

    /** Returns how many there are; less than none if that cannot be told. */
    private long addDifferences(Details details) {
        try {
            Map<String, Object> configuration = CloudAssembly.projectContext(project, context);
            // What is wrong with it can be told without starting the CDK.
            ConfigurationReader.read(configuration, project);
            CloudAssembly assembly = CloudAssembly.synthesize(configuration, project);
            List<String> differences = TemplateDifferences.between(assembly, deployment);
            differences.forEach(difference -> details.fail(difference));
            return differences.size();
        } catch (ConfigurationException e) {
            e.report().forEach(line -> details.notChecked("This checkout cannot be synthesized: %s", line));
            return -1;
        } finally {
            Launcher.endChildProcesses();
        }
    }
}
