package com.quiltdata.athena.local.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.clients.AwsClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

class FrontServerTest {
    private static final String BUCKET = "front-server-test";

    @TempDir
    private Path directory;

    /** For thousands of objects, writing the list of a bucket's keys with each object takes minutes. */
    @Test
    void objectsAreInItsDirectoryWhileItRunsAndABucketsFileIsNotWrittenWithEach() throws IOException {
        Path bucket = directory.resolve(BUCKET);
        try (FrontServer server = FrontServer.start(0, directory, List.of());
                AwsClients aws = new AwsClients(server.endpoint())) {
            aws.s3().createBucket(create -> create.bucket(BUCKET));
            byte[] before = Files.readAllBytes(bucket.resolve("bucketMetadata.json"));

            IntStream.range(0, 20)
                    .parallel()
                    .forEach(number -> aws.s3()
                            .putObject(put -> put.bucket(BUCKET).key("k" + number), RequestBody.fromString("text")));
            aws.s3().deleteObject(delete -> delete.bucket(BUCKET).key("k7"));

            assertThat(bucket.resolve("bucketMetadata.json")).hasBinaryContent(before);
            assertThat(aws.s3().listObjectsV2(list -> list.bucket(BUCKET)).contents())
                    .extracting(S3Object::key)
                    .hasSize(19)
                    .contains("k0", "k19")
                    .doesNotContain("k7");
        }
    }
}
