package com.quiltdata.athena.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.protocol.AwsJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

class EmbeddedAwsTest {
    @Test
    void itAnswersOnLoopback() {
        assertThat(SharedEmbeddedAws.endpoint().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void aPortInUseIsRefusedAtOnce() {
        int port = SharedEmbeddedAws.endpoint().getPort();

        assertThatThrownBy(() -> EmbeddedAws.start(port))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("Port " + port + " on 127.0.0.1 cannot be opened: Address already in use");
    }

    @Test
    void objectsWithKeysOutsideAsciiAreListedAsTheyWerePut() {
        List<String> keys = List.of(".quilt/packages/abc", "a b+c/ä€.txt", "z/%2F");
        S3Client s3 = SharedEmbeddedAws.s3();
        s3.createBucket(create -> create.bucket("embedded-aws-test"));
        for (String key : keys) {
            s3.putObject(put -> put.bucket("embedded-aws-test").key(key), RequestBody.fromString(key));
        }

        assertThat(s3.listObjectsV2(list -> list.bucket("embedded-aws-test")).contents())
                .extracting(S3Object::key)
                .containsExactlyElementsOf(keys);
        assertThat(s3.getObjectAsBytes(get -> get.bucket("embedded-aws-test").key("a b+c/ä€.txt"))
                        .asUtf8String())
                .isEqualTo("a b+c/ä€.txt");
    }

    @Test
    void aServiceItDoesNotHaveIsNamed() throws Exception {
        HttpResponse<String> response = post("DynamoDB_20120810.ListTables", "{}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AwsJson.MAPPER.readTree(response.body()))
                .isEqualTo(AwsJson.object()
                        .put("__type", "UnknownOperationException")
                        .put("Message", "No service answers to DynamoDB_20120810.ListTables"));
    }

    @Test
    void aRequestThatIsNoJsonIsRefused() throws Exception {
        HttpResponse<String> response = post("AWSGlue.GetDatabases", "{");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AwsJson.MAPPER.readTree(response.body()).path("__type").asText())
                .isEqualTo("SerializationException");
    }

    private static HttpResponse<String> post(String target, String body) throws IOException, InterruptedException {
        URI endpoint = SharedEmbeddedAws.endpoint();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(endpoint)
                            .header("X-Amz-Target", target)
                            .header("Content-Type", "application/x-amz-json-1.1")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
