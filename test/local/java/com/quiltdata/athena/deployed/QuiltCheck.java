package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.Finding.Details;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.Parameter;

/**
 * The Quilt Platform's stack has the policy for users among those that an administrator may give to Quilt's roles.
 *
 * @param stackName the Quilt Platform's; empty if nobody asks
 */
record QuiltCheck(Deployment deployment, CloudFormationClient cloudFormation, Optional<String> stackName)
        implements Check {
    private static final String PARAMETER = "ManagedUserRoleExtraPolicies";
    private static final int MOST_POLICIES = 5;

    @Override
    public Finding find() {
        String name = stackName.orElseThrow(() -> new NotCheckedException("Not asked for: --quilt-stack NAME"));
        String policy = deployment
                .output("PolicyArn")
                .orElseThrow(() -> new NotCheckedException("The stack has no output PolicyArn"));
        Details details = new Details();
        Optional<String> value;
        try {
            value = Deployment.stack(cloudFormation, name).parameters().stream()
                    .filter(parameter -> parameter.parameterKey().equals(PARAMETER))
                    .map(Parameter::parameterValue)
                    .findFirst();
        } catch (NothingToCheckException e) {
            details.fail(e.getMessage());
            return details.finding("", "There is no such stack");
        }
        if (value.isEmpty()) {
            details.fail("%s has no parameter %s: is it the Quilt Platform's?", name, PARAMETER);
            return details.finding("", "The Quilt Platform cannot give users the policy");
        }
        List<String> policies =
                Stream.of(value.get().split(",")).filter(arn -> !arn.isBlank()).toList();
        if (value.get().contains(" ")) {
            details.fail("%s must have no spaces in it: \"%s\"", PARAMETER, value.get());
        }
        if (policies.stream().map(String::strip).noneMatch(policy::equals)) {
            details.fail("%s does not have %s, but \"%s\"", PARAMETER, policy, value.get());
        }
        if (policies.size() > MOST_POLICIES) {
            details.fail("%s has %d policies; Quilt takes %d at most", PARAMETER, policies.size(), MOST_POLICIES);
        }
        return details.finding(
                "%s of %s has the policy; whether a Quilt role has it, the admin panel tells"
                        .formatted(PARAMETER, name),
                "%s of %s is not as it should be".formatted(PARAMETER, name));
    }
}
