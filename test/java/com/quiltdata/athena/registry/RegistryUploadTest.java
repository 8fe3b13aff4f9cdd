package com.quiltdata.athena.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Registries in the shared account. */
class RegistryUploadTest {
    private static final String HASH = "a".repeat(64);

    @TempDir
    private Path folder;

    @Test
    void aBackslashInANameStaysOne() throws IOException {
        write("packages/a\\b", "text");

        RegistryUpload.upload(SharedEmbeddedAws.clients(), "backslash-test", folder);

        assertThat(SharedEmbeddedAws.s3()
                        .listObjectsV2(list -> list.bucket("backslash-test"))
                        .contents())
                .extracting(S3Object::key)
                .containsExactly(".quilt/packages/a\\b");
        assertThat(SharedEmbeddedAws.s3()
                        .getObjectAsBytes(get -> get.bucket("backslash-test").key(".quilt/packages/a\\b"))
                        .asUtf8String())
                .isEqualTo("text");
    }

    @Test
    void aLineThatIsNestedTooDeepCountsAsMalformedAndIsNamed() throws IOException {
        write("named_packages/u/p/latest", HASH);
        write("packages/" + HASH, """
                {"version": "v0", "message": "m"}
                {"logical_key": "a", "physical_keys": ["s3://b/a"], "size": 1, "meta": %s}
                {"logical_key": "b", "physical_keys": ["s3://b/b"], "size": 2, "meta": %s}
                {'logical_key': 'c', "text": "[[\\"%s", 'meta': [[1]]}
                [%s
                """.formatted(
                        nested(ManifestScan.MOST_LEVELS - 1), nested(50_000), "[".repeat(2_000), "{a=[".repeat(600)));
        DeployedStack stack = DeployedStack.deploy("deeplines", List.of("deep-lines-test"));

        RegistryUpload.Outcome outcome = RegistryUpload.upload(
                SharedEmbeddedAws.clients(), "deep-lines-test", RegistryFiles.in(folder), () -> {});

        assertThat(outcome.emptiedLines())
                .containsExactly(
                        ".quilt/packages/" + HASH + ", line 3: nested more than 1,000 levels deep; counts as malformed",
                        ".quilt/packages/" + HASH
                                + ", line 5: nested more than 1,000 levels deep; counts as malformed");
        assertThat(stack.rows("SELECT logical_key, size FROM deep_lines_test_quilt_objects_view"))
                .containsExactlyInAnyOrder(List.of("a", "1"), Arrays.asList("c", null));
        assertThat(stack.rows("SELECT message FROM deep_lines_test_quilt_packages_view"))
                .containsExactly(List.of("m"));
    }

    @Test
    void eachObjectIsCountedWhileItIsLoaded() throws IOException {
        for (int number = 0; number < 100; number++) {
            write("named_packages/u/p" + number + "/latest", HASH);
        }
        AtomicInteger steps = new AtomicInteger();

        RegistryUpload.Outcome outcome = RegistryUpload.upload(
                SharedEmbeddedAws.clients(), "counted-objects-test", RegistryFiles.in(folder), steps::incrementAndGet);

        assertThat(steps).hasValue(100);
        assertThat(outcome.bytes()).isEqualTo(100 * 64);
    }

    private static String nested(int levels) {
        return "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
    }

    private void write(String path, String content) throws IOException {
        Path file = folder.resolve(".quilt").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
