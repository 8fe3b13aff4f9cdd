package com.quiltdata.athena.local.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.athena.Athena;
import com.quiltdata.athena.local.glue.GlueDataCatalog;
import com.quiltdata.athena.local.glue.IcebergTables;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsJsonFilter;
import com.quiltdata.athena.local.protocol.AwsJsonFilter.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.athena.model.AthenaRequest;
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
    @CsvSource(delimiter = '|', textBlock = """
            AWSGlue.GetTable       | {"Name": "t"}        | Value null at 'databaseName' failed to satisfy constraint: Member must not be null
            AWSGlue.CreateDatabase | {}                   | Value null at 'name' failed to satisfy constraint: Member must not be null
            AWSGlue.UpdateDatabase | {"Name": "default"}  | Value null at 'databaseInput' failed to satisfy constraint: Member must not be null
            AWSGlue.GetTables      | {"DatabaseName": ""} | Value at 'databaseName' failed to satisfy constraint: Member must have length greater than or equal to 1
            """)
    void aMissingNameIsAValidationException(String target, String body, String violation) {
        assertThat(answer(target, body))
                .isEqualTo(new Answer(
                        400,
                        AwsJson.object()
                                .put("__type", "ValidationException")
                                .put("Message", "1 validation error detected: " + violation)));
    }

    private Answer answer(String target, String body) {
        return filter.answer(target, body.getBytes(StandardCharsets.UTF_8));
    }
}
