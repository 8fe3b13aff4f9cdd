package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.calls.Request;
import java.util.List;
import java.util.Map;
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
            """)
    void decidesByActionAndResource(String action, String resource, boolean allowed, String because) {
        assertThat(decide(action, resource, Map.of(), ALLOW_READ.formatted("")).allowed())
                .as(because)
                .isEqualTo(allowed);
    }

    @Test
    void aQuestionMarkStandsForOneCharacter() {
        String statement = "{'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::b?d/*'}";
        assertThat(decide("s3:GetObject", "arn:aws:s3:::bad/x", Map.of(), statement)
                        .allowed())
                .isTrue();
        assertThat(decide("s3:GetObject", "arn:aws:s3:::bd/x", Map.of(), statement)
                        .allowed())
                .isFalse();
    }

    @Test
    void whatDeniesWinsOverWhatAllows() {
        String deny = "{'Effect': 'Deny', 'Action': 's3:*', 'Resource': '*'}";
        Decision decision =
                decide("s3:GetObject", "arn:aws:s3:::bucket/data/file", Map.of(), ALLOW_READ.formatted(""), deny);
        assertThat(decision)
                .isEqualTo(new Decision(false, "by {\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # prefix of the request | allowed | because
            .quilt/                 | true    | the star may be nothing
            .quilt/packages/        | true    | it begins so
            .quilt                  | false   | the slash is missing
            data/.quilt/            | false   | it only contains it
                                    | false   | a key that the request does not have meets no condition
            """)
    void stringLikeMatchesTheWholeValue(String prefix, boolean allowed, String because) {
        Map<String, List<String>> context = prefix == null ? Map.of() : Map.of("s3:prefix", List.of(prefix));
        String statement = ALLOW_READ.formatted(", 'Condition': {'StringLike': {'s3:prefix': '.quilt/*'}}");
        assertThat(decide("s3:GetObject", "arn:aws:s3:::bucket/data/file", context, statement)
                        .allowed())
                .as(because)
                .isEqualTo(allowed);
    }

    @Test
    void everyConditionHasToBeMet() {
        String statement = ALLOW_READ.formatted(
                ", 'Condition': {'StringLike': {'s3:prefix': '.quilt/*'}, 'StringEquals': {'k': ['one', 'two']}}");
        String resource = "arn:aws:s3:::bucket/data/file";
        assertThat(decide("s3:GetObject", resource, Map.of("s3:prefix", List.of(".quilt/")), statement)
                        .allowed())
                .isFalse();
        assertThat(decide(
                                "s3:GetObject",
                                resource,
                                Map.of("s3:prefix", List.of(".quilt/"), "k", List.of("two")),
                                statement)
                        .allowed())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # services in between                         | allowed
            athena.amazonaws.com                          | true
            lambda.amazonaws.com athena.amazonaws.com     | true
            lambda.amazonaws.com                          | false
                                                          | false
            """)
    void forAnyValueWantsOneOfTheRequestsValues(String services, boolean allowed) {
        Map<String, List<String>> context =
                services == null ? Map.of() : Map.of("aws:CalledVia", List.of(services.split(" ")));
        String statement = ALLOW_READ.formatted(
                ", 'Condition': {'ForAnyValue:StringEquals': {'aws:CalledVia': 'athena.amazonaws.com'}}");
        assertThat(decide("s3:GetObject", "arn:aws:s3:::bucket/data/file", context, statement)
                        .allowed())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # boundary | allowed | because
            theirs     | false   | it is the boundary
            mine       | true    | it is another one
                       | true    | what is not there is not equal
            """)
    void stringNotEqualsIsMetWithoutTheKeyToo(String boundary, boolean allowed, String because) {
        Map<String, List<String>> context = boundary == null ? Map.of() : Map.of("k", List.of(boundary));
        String statement = ALLOW_READ.formatted(", 'Condition': {'StringNotEquals': {'k': 'theirs'}}");
        assertThat(decide("s3:GetObject", "arn:aws:s3:::bucket/data/file", context, statement)
                        .allowed())
                .as(because)
                .isEqualTo(allowed);
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
        try {
            String document = "{\"Statement\": [" + String.join(",", statements).replace('\'', '"') + "]}";
            return new PolicyEvaluator(List.of(new ObjectMapper().readTree(document)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
