package com.quiltdata.athena.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuiltBucketTest {

    @ParameterizedTest
    @ValueSource(strings = {"abc", "quilt-allencell-manifests", "my.bucket.example", "0bucket9", "1.2.3", "a--b"})
    void acceptsWhatS3Accepts(String name) {
        assertThat(BucketName.brokenRule(name)).isEmpty();
    }

    @Test
    void acceptsSixtyThreeCharactersAndNotOneMore() {
        assertThat(BucketName.brokenRule("a".repeat(63))).isEmpty();
        assertThat(BucketName.brokenRule("a".repeat(64))).hasValue("have 3 to 63 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "s3://bucket, 'be the bucket''s name alone, without s3://'",
        "ab, have 3 to 63 characters",
        "Bucket, 'have only lower-case letters, digits, hyphens and dots'",
        "buck_et, 'have only lower-case letters, digits, hyphens and dots'",
        "größe, 'have only lower-case letters, digits, hyphens and dots'",
        "bucket/a, 'have only lower-case letters, digits, hyphens and dots'",
        "-bucket, begin and end with a letter or digit",
        "bucket., begin and end with a letter or digit",
        "a..b, not have two dots in a row",
        "192.168.5.4, not look like an IP address",
        "xn--bucket, 'not begin with xn--, which S3 reserves'",
        "sthree-bucket, 'not begin with sthree-, which S3 reserves'",
        "amzn-s3-demo-bucket, 'not begin with amzn-s3-demo-, which S3 reserves'",
        "bucket-s3alias, 'not end with -s3alias, which S3 reserves'",
        "bucket--ol-s3, 'not end with --ol-s3, which S3 reserves'",
        "bucket.mrap, 'not end with .mrap, which S3 reserves'",
        "bucket--x-s3, 'not end with --x-s3, which S3 reserves'",
        "bucket--table-s3, 'not end with --table-s3, which S3 reserves'",
        "bucket-an, 'not end with -an, which S3 reserves'",
    })
    void refusesWhatS3Refuses(String name, String rule) {
        assertThat(BucketName.brokenRule(name)).hasValue(rule);
    }

    @Test
    void aQuiltBucketHasAValidName() {
        assertThatThrownBy(() -> new QuiltBucket("Bucket"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The name of a Quilt bucket must have only lower-case letters, digits, hyphens and dots, "
                        + "but is Bucket");
    }

    @Test
    void namesOfTablesAndViewsAreDerivedFromTheBucket() {
        QuiltBucket bucket = new QuiltBucket("my-bucket.example");

        assertThat(BucketTable.MANIFESTS.nameIn(bucket)).isEqualTo("my_bucket_example_quilt_manifests");
        assertThat(BucketTable.POINTERS.nameIn(bucket)).isEqualTo("my_bucket_example_quilt_packages");
        assertThat(BucketView.PACKAGES.nameIn(bucket)).isEqualTo("my_bucket_example_quilt_packages_view");
        assertThat(BucketView.OBJECTS.nameIn(bucket)).isEqualTo("my_bucket_example_quilt_objects_view");
        assertThat(BucketTable.MANIFESTS.locationIn(bucket)).isEqualTo("s3://my-bucket.example/.quilt/packages/");
        assertThat(BucketTable.POINTERS.locationIn(bucket)).isEqualTo("s3://my-bucket.example/.quilt/named_packages/");
    }

    /** The order of {@code Map.of} differs from one JVM to the next, and the template would. */
    @ParameterizedTest
    @EnumSource
    void whatATablesReaderIsToldIsSorted(BucketTable table) {
        assertThat(List.copyOf(table.format().serdeParameters().keySet())).isSorted();
    }
}
