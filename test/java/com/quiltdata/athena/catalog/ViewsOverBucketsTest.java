package com.quiltdata.athena.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.benchmark.RegistryReads;
import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.registry.RegistryReader;
import com.quiltdata.athena.result.ResultTable.Column;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The views over all buckets: the rows of each bucket's own views, and no more manifests read than a query needs, on the
 * engine's default settings.
 */
class ViewsOverBucketsTest {
    private static final List<String> BUCKETS = List.of("over.cells", "over-plates", "over-empty-bucket");
    private static final int PACKAGES = 20;

    /** The top hash that a package has in both buckets, where its manifests differ. */
    private static final int SAME = 999;

    private static DeployedStack stack;

    /**
     * Each of two buckets has packages with the same names and other manifests, one whose top hash is the same in both,
     * and one that the other has not.
     */
    @BeforeAll
    static void deploy() {
        for (String bucket : BUCKETS) {
            SharedEmbeddedAws.s3().createBucket(create -> create.bucket(bucket));
        }
        for (int bucket = 0; bucket < 2; bucket++) {
            for (int number = 0; number < PACKAGES; number++) {
                put(bucket, "name" + number, hash(bucket, number));
            }
            put(bucket, "only-in-" + bucket, hash(bucket, PACKAGES));
            put(bucket, "same", Registry.topHash(SAME));
            putObject(bucket, ".quilt/packages/stray.parquet", "PAR1".repeat(500));
        }
        stack = DeployedStack.deploy("over", BUCKETS);
    }

    private static void put(int bucket, String name, String hash) {
        putObject(bucket, RegistryReader.POINTERS + "user/" + name + "/latest", hash);
        putObject(bucket, RegistryReader.MANIFESTS + hash, """
                {"version": "v0", "message": "%1$s in %2$d"}
                {"logical_key": "%1$s in %2$d"}
                """.formatted(name, bucket));
    }

    private static String hash(int bucket, int number) {
        return Registry.topHash(100 * bucket + number);
    }

    private static void putObject(int bucket, String key, String content) {
        SharedEmbeddedAws.s3()
                .putObject(put -> put.bucket(BUCKETS.get(bucket)).key(key), RequestBody.fromString(content));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void theColumnsAreTheBucketAndThoseOfABucketsOwnView(BucketView view) {
        List<String> expected = new ArrayList<>(List.of("bucket"));
        expected.addAll(columns(view.nameIn(new QuiltBucket("over.cells"))));

        assertThat(columns(view.nameOverAll())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void theRowsAreThoseOfEveryBucketsOwnView(BucketView view) {
        List<List<String>> expected = new ArrayList<>();
        for (String bucket : BUCKETS) {
            expected.addAll(
                    stack.rows("SELECT '%s', * FROM %s".formatted(bucket, view.nameIn(new QuiltBucket(bucket)))));
        }

        assertThat(expected).hasSize(2 * (PACKAGES + 2));
        assertThat(sorted(stack.rows("SELECT * FROM " + view.nameOverAll()))).isEqualTo(sorted(expected));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aPackageReadsItsManifestInEachBucketThatHasIt(BucketView view) {
        assertThat(manifestsRead("SELECT * FROM %s WHERE name = 'name7'", view))
                .containsExactlyInAnyOrder(manifest(0, 7), manifest(1, 7));
        assertThat(manifestsRead("SELECT * FROM %s WHERE name = 'only-in-1'", view))
                .containsExactly(manifest(1, PACKAGES));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aPackageOfABucketReadsItsManifestThere(BucketView view) {
        assertThat(manifestsRead("SELECT * FROM %s WHERE bucket = 'over-plates' AND name = 'name7'", view))
                .containsExactly(manifest(1, 7));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aBucketReadsItsOwnManifests(BucketView view) {
        assertThat(manifestsRead("SELECT * FROM %s WHERE bucket = 'over.cells'", view))
                .containsExactlyInAnyOrderElementsOf(manifests(0));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void everythingReadsEachManifestOnce(BucketView view) {
        List<String> expected = new ArrayList<>(manifests(0));
        expected.addAll(manifests(1));

        assertThat(manifestsRead("SELECT * FROM %s", view)).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** A query that names a bucket works when another one is gone, or is closed to the user. */
    @Test
    void aQueryThatNamesABucketDoesNotLookIntoTheOthers() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("over-gone"));
        DeployedStack other = DeployedStack.deploy("overgone", List.of("over.cells", "over-gone"));
        SharedEmbeddedAws.s3().deleteBucket(delete -> delete.bucket("over-gone"));

        assertThat(other.rows("SELECT count(*) FROM all_quilt_objects_view WHERE bucket = 'over.cells'"))
                .containsExactly(List.of(String.valueOf(PACKAGES + 2)));
    }

    /** The manifests of a bucket that have a pointer. */
    private static List<String> manifests(int bucket) {
        return IntStream.concat(
                        IntStream.rangeClosed(0, PACKAGES).map(number -> 100 * bucket + number), IntStream.of(SAME))
                .mapToObj(number -> BUCKETS.get(bucket) + "/" + Registry.topHash(number))
                .toList();
    }

    private static String manifest(int bucket, int number) {
        return BUCKETS.get(bucket) + "/" + hash(bucket, number);
    }

    private static List<String> columns(String view) {
        return stack.query("SELECT * FROM " + view + " WHERE false").columns().stream()
                .map(Column::name)
                .toList();
    }

    private static List<List<String>> sorted(List<List<String>> rows) {
        return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
    }

    private static List<String> manifestsRead(String sql, BucketView view) {
        return RegistryReads.during(
                        SharedEmbeddedAws.get(),
                        BUCKETS::contains,
                        () -> stack.query(sql.formatted(view.nameOverAll())))
                .reads()
                .manifests();
    }
}
