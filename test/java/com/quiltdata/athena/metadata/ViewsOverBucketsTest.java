package com.quiltdata.athena.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.ResultTable;
import com.quiltdata.athena.local.ResultTable.Column;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The views over all buckets: the rows of each bucket's own views, and no more read than a query needs. The manifests
 * have a different size each, so that the bytes tell which were read; a pointer has 64.
 */
class ViewsOverBucketsTest {
    private static final List<String> BUCKETS = List.of("over.cells", "over-plates", "over-empty-bucket");
    private static final int PACKAGES = 20;
    private static final int POINTER_BYTES = 64;

    private static DeployedStack stack;

    /** Each of two buckets has the same packages, and one more of its own; a manifest's size tells bucket and number. */
    @BeforeAll
    static void deploy() {
        for (String bucket : BUCKETS) {
            SharedEmbeddedAws.s3().createBucket(create -> create.bucket(bucket));
        }
        for (int bucket = 0; bucket < 2; bucket++) {
            for (int number = 0; number < PACKAGES; number++) {
                put(bucket, "user", "name" + number, number);
            }
            put(bucket, "user", "only-in-" + bucket, PACKAGES);
            put(bucket, ".quilt/packages/stray.parquet", "PAR1".repeat(500));
        }
        stack = DeployedStack.deploy("over", BUCKETS);
    }

    private static void put(int bucket, String user, String name, int number) {
        String hash = Registry.topHash(100 * bucket + number);
        put(bucket, Registry.POINTERS + user + "/" + name + "/latest", hash);
        put(bucket, Registry.MANIFESTS + hash, manifest(bucket, number));
    }

    private static void put(int bucket, String key, String content) {
        SharedEmbeddedAws.s3()
                .putObject(put -> put.bucket(BUCKETS.get(bucket)).key(key), RequestBody.fromString(content));
    }

    private static String manifest(int bucket, int number) {
        return "{\"version\": \"v0\", \"message\": \"%d\"}\n".formatted(number)
                + "{\"logical_key\": \"%s\"}\n".formatted("x".repeat(100 + 100 * bucket + number));
    }

    private static long bytes(int bucket, int number) {
        return POINTER_BYTES + manifest(bucket, number).length();
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

        assertThat(expected).hasSize(2 * (PACKAGES + 1));
        assertThat(sorted(stack.rows("SELECT * FROM " + view.nameOverAll()))).isEqualTo(sorted(expected));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aPackageReadsItsManifestInEachBucketThatHasIt(BucketView view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE name = 'name7'", view)).isEqualTo(bytes(0, 7) + bytes(1, 7));
        assertThat(bytesRead("SELECT * FROM %s WHERE name = 'only-in-1'", view)).isEqualTo(bytes(1, PACKAGES));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aPackageOfABucketReadsItsManifestThere(BucketView view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE bucket = 'over-plates' AND name = 'name7'", view))
                .isEqualTo(bytes(1, 7));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void aBucketReadsItsOwnPointersAndManifests(BucketView view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE bucket = 'over.cells'", view))
                .isEqualTo(everything(0));
    }

    @ParameterizedTest
    @EnumSource(BucketView.class)
    void everythingReadsEachPointerAndEachManifestOnce(BucketView view) {
        assertThat(bytesRead("SELECT * FROM %s", view)).isEqualTo(everything(0) + everything(1));
    }

    /** A query that names a bucket works when another one is gone, or is closed to the user. */
    @Test
    void aQueryThatNamesABucketDoesNotLookIntoTheOthers() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket("over-gone"));
        DeployedStack other = DeployedStack.deploy("overgone", List.of("over.cells", "over-gone"));
        SharedEmbeddedAws.s3().deleteBucket(delete -> delete.bucket("over-gone"));

        assertThat(other.rows("SELECT count(*) FROM all_quilt_objects_view WHERE bucket = 'over.cells'"))
                .containsExactly(List.of(String.valueOf(PACKAGES + 1)));
    }

    private static long everything(int bucket) {
        long expected = 0;
        for (int number = 0; number <= PACKAGES; number++) {
            expected += bytes(bucket, number);
        }
        return expected;
    }

    private static List<String> columns(String view) {
        return stack.query("SELECT * FROM " + view + " WHERE false").columns().stream()
                .map(Column::name)
                .toList();
    }

    private static List<List<String>> sorted(List<List<String>> rows) {
        return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
    }

    private static long bytesRead(String sql, BucketView view) {
        ResultTable result = stack.query(Registry.AWAITING_DYNAMIC_FILTERS + sql.formatted(view.nameOverAll()));
        return result.bytesRead();
    }
}
