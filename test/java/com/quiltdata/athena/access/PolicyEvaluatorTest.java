package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.calls.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyEvaluatorTest {
    private static final String ALLOW_READ = "{'Sid': 'Read', 'Effect': 'Allow',"
            + " 'Action': ['s3:GetObject', 's3:List*'], 'Resource': 'arn:aws:s3:::bucket/data/*'%s}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # action         | resource                              | allowed | because
            s3:GetObject     | arn:aws:s3:::bucket/data/file         | true    | both are listed
            s3:getobject     | arn:aws:s3:::bucket/data/file         | true    | actions ignore case
            s3:ListAnything  | arn:aws:s3:::bucket/data/             | true    | a star stands for any text, also none
            s3:GetObject     | arn:aws:s3:::bucket/data/deep/er/file | true    | a star crosses slashes
            s3:GetObjectAcl  | arn:aws:s3:::bucket/data/file         | false   | the whole action counts
            s3:GetObject     | arn:aws:s3:::bucket/DATA/file         | false   | resources do not ignore case
            s3:GetObject     | arn:aws:s3:::bucket/database          | false   | the slash is missing
            s3:GetObject     | arn:aws:s3:::bucketXdata/file         | false   | a slash is no wildcard
            s3:PutObject     | arn:aws:s3:::bucket/data/file         | false   | the action is not listed
            s3:PutObject     | arn:aws:s3:::bad/x                    | true    | a question mark is one character
            s3:PutObject     | arn:aws:s3:::bd/x                     | false   | a question mark is one character
            """)
    void decidesByActionAndResource(String action, String resource, boolean allowed, String because) {
        String oneCharacter = "{'Effect': 'Allow', 'Action': 's3:PutObject', 'Resource': 'arn:aws:s3:::b?d/*'}";

        assertThat(decide(action, resource, Map.of(), ALLOW_READ.formatted(""), oneCharacter)
                        .allowed())
                .as(because)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # condition                                                     | the request's values      | allowed | because
            'StringLike': {'k': '.quilt/*'}                                 | k=.quilt/                 | true    | the star may be nothing
            'StringLike': {'k': '.quilt/*'}                                 | k=.quilt/packages/        | true    | it begins so
            'StringLike': {'k': '.quilt/*'}                                 | k=.quilt                  | false   | the slash is missing
            'StringLike': {'k': '.quilt/*'}                                 | k=data/.quilt/            | false   | it only contains it
            'StringLike': {'k': '.quilt/*'}                                 | ``                        | false   | a key that is not there meets no condition
            'StringLike': {'k': 'a*'}, 'StringEquals': {'l': ['one', 'two']} | k=ab                     | false   | every condition has to be met
            'StringLike': {'k': 'a*'}, 'StringEquals': {'l': ['one', 'two']} | k=ab l=two               | true    | every condition has to be met
            'ForAnyValue:StringEquals': {'k': 'athena'}                     | k=athena                  | true    | it is the value
            'ForAnyValue:StringEquals': {'k': 'athena'}                     | k=lambda,athena           | true    | it is one of the values
            'ForAnyValue:StringEquals': {'k': 'athena'}                     | k=lambda                  | false   | it is none of them
            'ForAnyValue:StringEquals': {'k': 'athena'}                     | ``                        | false   | there is none
            'StringNotEquals': {'k': 'theirs'}                              | k=theirs                  | false   | it is the boundary
            'StringNotEquals': {'k': 'theirs'}                              | k=mine                    | true    | it is another one
            'StringNotEquals': {'k': 'theirs'}                              | ``                        | true    | what is not there is not equal
            """)
    void decidesByConditions(String condition, String values, boolean allowed, String because) {
        Map<String, List<String>> context = Stream.of(values.split(" "))
                .filter(value -> !value.isEmpty())
                .map(value -> value.split("="))
                .collect(Collectors.toMap(value -> value[0], value -> List.of(value[1].split(","))));

        assertThat(decide(
                                "s3:GetObject",
                                "arn:aws:s3:::bucket/data/file",
                                context,
                                ALLOW_READ.formatted(", 'Condition': {" + condition + "}"))
                        .allowed())
                .as(because)
                .isEqualTo(allowed);
    }

    @Test
    void whatDeniesWinsOverWhatAllows() {
        String deny = "{'Effect': 'Deny', 'Action': 's3:*', 'Resource': '*'}";
        Decision decision =
                decide("s3:GetObject", "arn:aws:s3:::bucket/data/file", Map.of(), ALLOW_READ.formatted(""), deny);
        assertThat(decision)
                .isEqualTo(new Decision(false, "by {\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}"));
    }

    @Test
    void tellsWhatNoCallNeeds() {
        String statement =
                "{'Effect': 'Allow', 'Action': ['s3:GetObject', 's3:Put*'], 'Resource': ['arn:aws:s3:::a', 'arn:aws:s3:::b']}";
        PolicyEvaluator policy = evaluator(statement);
        Request needed = new Request("s3:GetObject", "arn:aws:s3:::a", Map.of());

        assertThat(policy.unneeded(List.of(needed)))
                .extracting(text -> text.substring(0, text.indexOf(" in ")))
                .containsExactly("s3:Put*", "arn:aws:s3:::b");
        assertThat(policy.unneeded(List.of(needed, new Request("s3:PutObject", "arn:aws:s3:::b", Map.of()))))
                .isEmpty();
    }

    @Test
    void namesTheStatementsThatCameClose() {
        Decision decision = decide("s3:GetObject", "arn:aws:s3:::other", Map.of(), ALLOW_READ.formatted(""));
        assertThat(decision)
                .isEqualTo(new Decision(
                        false,
                        "because no statement allows it; not by {\"Sid\":\"Read\",\"Effect\":\"Allow\","
                                + "\"Action\":[\"s3:GetObject\",\"s3:List*\"],"
                                + "\"Resource\":\"arn:aws:s3:::bucket/data/*\"}: other resources"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'Effect': 'Allow', 'NotAction': 's3:*', 'Resource': '*'}                                  | NotAction
            {'Effect': 'Allow', 'Action': 's3:*', 'NotResource': '*'}                                  | NotResource
            {'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*', 'Condition': {'Bool': {'a': 'b'}}}  | Bool
            {'Effect': 'Allow', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::${aws:username}'}          | variables
            """)
    void refusesWhatItDoesNotKnow(String statement, String name) {
        assertThatThrownBy(() -> decide("s3:GetObject", "*", Map.of(), statement))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    private static Decision decide(
            String action, String resource, Map<String, List<String>> context, String... statements) {
        return evaluator(statements).decide(new Request(action, resource, context));
    }

    private static PolicyEvaluator evaluator(String... statements) {
        return new PolicyEvaluator(List.of(TestFiles.json(
                "{\"Statement\": [" + String.join(",", statements).replace('\'', '"') + "]}")));
    }
}
