package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Status;
import com.quiltdata.athena.deployed.StubbedHttp.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.cloudformation.model.Output;
import software.amazon.awssdk.services.cloudformation.model.Stack;

/** The parameter of the Quilt Platform's stack, with a CloudFormation in place of AWS's. */
@ResourceLock(CheckedDeployment.BUCKET)
class QuiltCheckTest {
    private static final String PARAMETERS = """
            <Parameters><member><ParameterKey>ManagedUserRoleExtraPolicies</ParameterKey>\
            <ParameterValue>%s</ParameterValue></member></Parameters>""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "arn:other,arn:ours | PASS | ~~",
                "~~ | FAIL | ManagedUserRoleExtraPolicies does not have arn:ours, but \"\"",
                "arn:other | FAIL | ManagedUserRoleExtraPolicies does not have arn:ours, but \"arn:other\"",
                "a,b,c,d,e,arn:ours | FAIL | ManagedUserRoleExtraPolicies has 6 policies; Quilt takes 5 at most",
                "a, arn:ours | FAIL | ManagedUserRoleExtraPolicies must have no spaces in it: \"a, arn:ours\"",
            })
    void thePolicyIsAmongFiveWithoutSpaces(String value, Status status, String detail) {
        Finding finding = find(PARAMETERS.formatted(value));

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.details().stream().map(Detail::text))
                .isEqualTo(detail.isEmpty() ? List.of() : List.of(detail));
    }

    @Test
    void aStackWithoutTheParameterIsNotTheQuiltPlatforms() {
        assertThat(find("").details())
                .containsExactly(new Detail(
                        Status.FAIL,
                        "Quilt has no parameter ManagedUserRoleExtraPolicies: is it the Quilt Platform's?"));
    }

    @Test
    void aStackThatIsNotThereIsWrong() {
        Finding finding =
                find(call -> Optional.of(Answer.queryError("ValidationError", "Stack with id Quilt does not exist")));

        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.details()).containsExactly(new Detail(Status.FAIL, "There is no stack Quilt in us-east-1"));
    }

    private static Finding find(String parameters) {
        return find(call -> Optional.of(new Answer(200, """
                <DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Quilt</StackName>%s</member></Stacks>\
                </DescribeStacksResult></DescribeStacksResponse>
                """.formatted(parameters))));
    }

    private static Finding find(Function<StubbedHttp.Call, Optional<Answer>> cloudFormation) {
        Stack ours = Stack.builder()
                .stackName("QuiltAthena")
                .outputs(Output.builder()
                        .outputKey("PolicyArn")
                        .outputValue("arn:ours")
                        .build())
                .build();
        Deployment deployment = new Deployment(ours, JsonNodeFactory.instance.objectNode(), Map.of(), Map.of());
        try (Account account = CheckedDeployment.account(new StubbedHttp(cloudFormation))) {
            return new QuiltCheck(deployment, account.cloudFormation(), Optional.of("Quilt")).find();
        }
    }
}
