package com.quiltdata.athena.local.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.athena.Athena;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.glue.IcebergTables;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsJsonFilter;
import com.quiltdata.athena.local.protocol.AwsJsonFilter.Answer;
import com.quiltdata.athena.local.protocol.RequestModel;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.AthenaRequest;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.GlueRequest;

/** Requests that no SDK would make, to services of their own. */
class MalformedRequestsTest {
    private static final String GLUE = "AWSGlue";
    private static final String ATHENA = "AmazonAthena";

    private final AwsJsonFilter filter = new AwsJsonFilter();

    @BeforeEach
    void addServices() {
        GlueDataCatalog glue = new GlueDataCatalog(new IcebergTables(() -> null));
        filter.add(GLUE, GlueRequest.class.getPackage(), glue);
        // Nothing here gets as far as running a query.
        filter.add(ATHENA, AthenaRequest.class.getPackage(), new Athena(glue, null));
        answer("AWSGlue.CreateDatabase", "{\"DatabaseInput\": {\"Name\": \"default\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "1", "\"text\"", "true", "{", "{} {}", "\u0000\u0000\u0000\u0001"})
    void aBodyThatIsNoObjectIsASerializationException(String body) {
        for (String target : List.of("AWSGlue.GetDatabases", "AmazonAthena.ListWorkGroups")) {
            Answer answer = filter.answer(target, body.getBytes(StandardCharsets.UTF_8));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(AwsJson.text(answer.body(), "__type")).isEqualTo("SerializationException");
            assertThat(AwsJson.text(answer.body(), "Message")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWSGlue.CreateTable | {\"DatabaseName\": \"d\", \"TableInput\": {\"Name\": 1}}"
                        + " | TableInput.Name must be a string, not 1",
                "AWSGlue.CreateDatabase | {\"DatabaseInput\": []}"
                        + " | DatabaseInput must be a structure, not of the type array",
                "AWSGlue.BatchDeleteTable | {\"DatabaseName\": \"d\", \"TablesToDelete\": [\"t\", {}]}"
                        + " | TablesToDelete[1] must be a string, not of the type object",
                "AWSGlue.CreateDatabase | {\"DatabaseInput\": {\"Name\": \"d\", \"Parameters\": {\"k\": true}}}"
                        + " | DatabaseInput.Parameters.k must be a string, not of the type boolean",
                "AmazonAthena.ListWorkGroups | {\"MaxResults\": 1.5} | MaxResults must be an integer, not 1.5",
                "AmazonAthena.ListWorkGroups | {\"MaxResults\": 9999999999}"
                        + " | MaxResults must be an integer, not 9999999999",
                "AmazonAthena.DeleteWorkGroup | {\"WorkGroup\": \"w\", \"RecursiveDeleteOption\": \"yes\"}"
                        + " | RecursiveDeleteOption must be a boolean, not of the type string",
            })
    void aMemberOfAnotherTypeIsNamed(String target, String body, String message) {
        assertThat(answer(target, body))
                .isEqualTo(new Answer(
                        400,
                        AwsJson.object().put("__type", "SerializationException").put("Message", message)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWSGlue.GetTable | {\"Name\": \"t\"} | Value null at 'databaseName' failed to satisfy constraint: "
                        + "Member must not be null",
                "AWSGlue.CreateDatabase | {} | Value null at 'name' failed to satisfy constraint: "
                        + "Member must not be null",
                "AWSGlue.UpdateDatabase | {\"Name\": \"default\"} | Value null at 'databaseInput' failed to satisfy "
                        + "constraint: Member must not be null",
                "AWSGlue.GetTables | {\"DatabaseName\": \"\"} | Value at 'databaseName' failed to satisfy constraint: "
                        + "Member must have length greater than or equal to 1",
            })
    void aMissingNameIsAValidationException(String target, String body, String violation) {
        assertThat(answer(target, body))
                .isEqualTo(new Answer(
                        400,
                        AwsJson.object()
                                .put("__type", "ValidationException")
                                .put("Message", "1 validation error detected: " + violation)));
    }

    /** Each operation with each member, on its first two levels, left out or of each type of JSON. */
    @Test
    void nothingIsAnsweredWithAnInternalError() throws Exception {
        int requests = 0;
        for (Map.Entry<String, ? extends Class<?>> client :
                Map.of(GLUE, GlueClient.class, ATHENA, AthenaClient.class).entrySet()) {
            for (String operation : operations(client.getValue())) {
                String target = client.getKey() + "." + operation;
                Package requestsOfService = client.getKey().equals(GLUE)
                        ? GlueRequest.class.getPackage()
                        : AthenaRequest.class.getPackage();
                if (isUnknown(target)) {
                    continue;
                }
                List<SdkField<?>> members = RequestModel.of(requestsOfService, operation)
                        .orElseThrow()
                        .members();
                for (ObjectNode request : malformed(members, 2)) {
                    Answer answer = answer(target, request.toString());
                    assertThat(answer.status())
                            .as("%s %s: %s", target, request, answer.body())
                            .isLessThan(500);
                    requests++;
                }
            }
        }
        assertThat(requests).isGreaterThan(1_569);
    }

    private static List<String> operations(Class<?> client) {
        return Stream.of(client.getMethods())
                .filter(method -> method.getReturnType().getSimpleName().endsWith("Response"))
                .map(Method::getName)
                .distinct()
                .map(name -> name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
                .sorted()
                .toList();
    }

    private boolean isUnknown(String target) {
        return "UnknownOperationException"
                .equals(AwsJson.text(answer(target, "{}").body(), "__type"));
    }

    private static List<ObjectNode> malformed(List<SdkField<?>> members, int depth) throws JsonProcessingException {
        List<ObjectNode> requests = new ArrayList<>();
        ObjectNode valid = AwsJson.object();
        members.forEach(member -> valid.set(member.locationName(), valid(member)));
        for (SdkField<?> member : members) {
            String name = member.locationName();
            requests.add(valid.deepCopy().without(name));
            for (String value :
                    List.of("null", "1", "-1", "1e99", "1.5", "true", "\"\"", "\"*\"", "[]", "[null]", "[1]", "{}")) {
                requests.add(valid.deepCopy().set(name, AwsJson.MAPPER.readTree(value)));
            }
            if (depth > 1 && member.marshallingType() == MarshallingType.SDK_POJO) {
                for (ObjectNode inner : malformed(member.constructor().get().sdkFields(), depth - 1)) {
                    requests.add(valid.deepCopy().set(name, inner));
                }
            }
        }
        return requests;
    }

    private static JsonNode valid(SdkField<?> member) {
        MarshallingType<?> type = member.marshallingType();
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (type == MarshallingType.STRING) {
            return nodes.textNode("default");
        }
        if (type == MarshallingType.LIST) {
            return nodes.arrayNode();
        }
        if (type == MarshallingType.MAP || type == MarshallingType.SDK_POJO) {
            return nodes.objectNode();
        }
        return type == MarshallingType.BOOLEAN ? nodes.booleanNode(true) : nodes.numberNode(1);
    }

    private Answer answer(String target, String body) {
        return filter.answer(target, body.getBytes(StandardCharsets.UTF_8));
    }
}
