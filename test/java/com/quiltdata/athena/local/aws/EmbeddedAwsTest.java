package com.quiltdata.athena.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.protocol.AwsJson;
import java.io.UncheckedIOException;
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
    void aServiceItDoesNotHaveIsNamed() {
        assertThat(SharedEmbeddedAws.ask("DynamoDB_20120810.ListTables", "{}"))
                .isEqualTo(AwsJson.object()
                        .put("__type", "UnknownOperationException")
                        .put("Message", "No service answers to DynamoDB_20120810.ListTables"));
    }

    @Test
    void aRequestThatIsNoJsonIsRefused() {
        assertThat(SharedEmbeddedAws.ask("AWSGlue.GetDatabases", "{")
                        .path("__type")
                        .asText())
                .isEqualTo("SerializationException");
    }
}
