package com.quiltdata.athena.local.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.clients.AwsClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
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

            keepsChecksumsAsBoto3SendsThem(aws);
            aws.s3().deleteObject(delete -> delete.bucket(BUCKET).key("checked"));
            assertThat(bucket.resolve("bucketMetadata.json")).hasBinaryContent(before);
            assertThat(aws.s3().listObjectsV2(list -> list.bucket(BUCKET)).contents())
                    .extracting(S3Object::key)
                    .hasSize(19)
                    .contains("k0", "k19")
                    .doesNotContain("k7");
        }
    }

    private static void keepsChecksumsAsBoto3SendsThem(AwsClients aws) {
        Map.of(
                        "SHA256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                        "SHA1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
                        "CRC32", "NhCmhg==",
                        "CRC32C", "mnG7TA==",
                        "CRC64NVME", "M3eFcAZSQlc=")
                .forEach((algorithm, checksum) -> {
                    aws.s3()
                            .putObject(
                                    put -> put.bucket(BUCKET)
                                            .key("checked")
                                            .overrideConfiguration(headers -> headers.putHeader(
                                                            "x-amz-sdk-checksum-algorithm", algorithm)
                                                    .putHeader(
                                                            "x-amz-checksum-" + algorithm.toLowerCase(Locale.ROOT),
                                                            checksum)),
                                    RequestBody.fromString("hello"));

                    assertThat(aws.s3()
                                    .headObject(head ->
                                            head.bucket(BUCKET).key("checked").checksumMode(ChecksumMode.ENABLED))
                                    .sdkHttpResponse()
                                    .firstMatchingHeader("x-amz-checksum-" + algorithm))
                            .as(algorithm)
                            .hasValue(checksum);
                    assertThat(aws.s3()
                                    .getObjectAttributes(get -> get.bucket(BUCKET)
                                            .key("checked")
                                            .objectAttributes(ObjectAttributes.CHECKSUM))
                                    .checksum()
                                    .toString())
                            .contains(checksum);
                });
        String upload = aws.s3()
                .createMultipartUpload(
                        create -> create.bucket(BUCKET).key("copied").checksumAlgorithm(ChecksumAlgorithm.SHA256))
                .uploadId();
        assertThat(aws.s3()
                        .uploadPartCopy(copy -> copy.sourceBucket(BUCKET)
                                .sourceKey("checked")
                                .destinationBucket(BUCKET)
                                .destinationKey("copied")
                                .uploadId(upload)
                                .partNumber(1))
                        .copyPartResult()
                        .checksumSHA256())
                .isEqualTo("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
        aws.s3()
                .abortMultipartUpload(
                        abort -> abort.bucket(BUCKET).key("copied").uploadId(upload));
    }
}
