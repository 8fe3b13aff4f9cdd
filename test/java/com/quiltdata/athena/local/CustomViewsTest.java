package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.glue.model.Table;

/** Views that the administrator has written, on the engine. */
class CustomViewsTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String FOLDER = "test/resources/views/";
    private static final List<String> ONE = List.of("imaging-a");
    private static final List<String> TWO = List.of("imaging-a", "imaging-b");
    private static final QuiltBucket BUCKET_A = new QuiltBucket("imaging-a");
    private static final List<String> VIEWS_OF_A =
            sorted(Stream.of(BucketView.values()).map(view -> view.nameIn(BUCKET_A)));

    private final String name = "custom" + COUNTER.incrementAndGet();
    private final List<String> log = new ArrayList<>();
    private final LocalStack stack = SharedEmbeddedAws.stack(log::add);

    @BeforeAll
    static void uploadARegistry(@TempDir Path folder) throws IOException {
        SampleRegistry.write(folder);
        RegistryUpload.upload(SharedEmbeddedAws.clients(), "imaging-a", folder);
        RegistryUpload.upload(SharedEmbeddedAws.clients(), "imaging-b", folder);
    }

    @Test
    void viewsThatReadEachOtherAreMadeInOneDeployment() {
        DeployedStack deployed = new DeployedStack(stack.deploy(assembly(ONE, "images_per_package", "latest_images")));

        assertThat(deployed.rows("SELECT \"user\", name, message, images FROM images_per_package ORDER BY 1, 2"))
                .containsExactly(
                        List.of("allen", "cells", "Segment again with version 1.3", "3"),
                        Arrays.asList("allen", "nuclei", null, "6"));
    }

    @Test
    void aQueryComesToAthenaAsItIsWritten() {
        DeployedStack deployed = new DeployedStack(stack.deploy(assembly(ONE, "odd_text", "latest_images")));

        assertThat(deployed.rows("SELECT * FROM odd_text ORDER BY 1"))
                .containsExactly(
                        List.of("1", "2020", "\\n $.a ${a} {{a}} '/*' 細胞", "a;b"),
                        List.of("2", "2020", "\\n $.a ${a} {{a}} '/*' 細胞", "a;b"));
    }

    @Test
    void aViewOverAllBucketsCanBeReadByACustomView() {
        DeployedStack deployed = new DeployedStack(
                stack.deploy(assembly(Map.of("one", List.of("imaging-a"), "two", List.of("imaging-b")), "everywhere")));

        assertThat(deployed.rows("SELECT * FROM everywhere ORDER BY 1"))
                .containsExactly(List.of("imaging-a", "3"), List.of("imaging-b", "3"));
    }

    @Test
    void aCustomViewThatLeavesTheConfigurationIsDroppedAndTheOthersStay() {
        stack.deploy(assembly(ONE, "images_per_package", "latest_images"));

        stack.deploy(assembly(ONE, "latest_images"));

        assertThat(views()).isEqualTo(sorted(Stream.concat(VIEWS_OF_A.stream(), Stream.of("latest_images"))));
    }

    @Test
    void theViewsOverAllBucketsGoWithTheLastBucketButOne() {
        stack.deploy(assembly(TWO));
        assertThat(views()).containsAll(BucketView.namesOverAll());

        stack.deploy(assembly(ONE));

        assertThat(views()).isEqualTo(VIEWS_OF_A);
    }

    @Test
    void aBucketMoreMakesTheViewsOverAllBucketsAnewAndWhatReadsThem() {
        stack.deploy(assembly(TWO, "everywhere"));
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(name));

        DeployedStack deployed =
                new DeployedStack(stack.deploy(assembly(List.of("imaging-a", "imaging-b", name), "everywhere")));

        assertThat(log.stream()
                        .filter(line -> line.startsWith("Requested type=UPDATE"))
                        .map(line -> line.replaceFirst(".* view=\\w+\\.(\\w+).*", "$1")))
                .containsExactlyInAnyOrderElementsOf(
                        sorted(Stream.concat(BucketView.namesOverAll().stream(), Stream.of("everywhere"))));
        assertThat(deployed.rows("SELECT count(*) FROM everywhere")).containsExactly(List.of("2"));
    }

    @Test
    void aBucketLessMakesTheViewsOverAllBucketsAnewOverThoseThatStay() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(name));
        stack.deploy(assembly(List.of("imaging-a", name, "imaging-b"), "everywhere"));

        DeployedStack deployed = new DeployedStack(stack.deploy(assembly(TWO, "everywhere")));

        assertThat(deployed.rows("SELECT * FROM everywhere ORDER BY 1"))
                .containsExactly(List.of("imaging-a", "3"), List.of("imaging-b", "3"));
    }

    @Test
    void aCustomViewThatAthenaRefusesLeavesEverythingAsItWas() {
        stack.deploy(assembly(ONE, "latest_images"));
        List<String> before = views();

        assertThatThrownBy(() -> stack.deploy(assembly(ONE, "broken", "latest_images")))
                .hasMessageContaining("CREATE of view " + name + ".broken")
                .hasMessageContaining("Column 'colour' cannot be resolved");

        assertThat(views()).isEqualTo(before);
    }

    private CloudAssembly assembly(Object quiltBuckets, String... customViews) {
        Map<String, Object> files = new TreeMap<>();
        for (String view : customViews) {
            files.put(view, FOLDER + view + ".sql");
        }
        return DeployedStack.assembly(name, quiltBuckets, "customViews", files);
    }

    private List<String> views() {
        return sorted(SharedEmbeddedAws.glue().getTables(get -> get.databaseName(name)).tableList().stream()
                .filter(table -> table.tableType().equals("VIRTUAL_VIEW"))
                .map(Table::name));
    }

    private static List<String> sorted(Stream<String> names) {
        return names.sorted().toList();
    }
}
