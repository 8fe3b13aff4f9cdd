package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages that say how many there are of something. */
class CountsOnPagesTest {

    @Test
    void theReadmeCountsTheTablesAndViewsOfABucket() {
        assertThat(page("README.md"))
                .contains(
                        "[%d tables a bucket]".formatted(BucketTable.values().length),
                        "[%d views a bucket]".formatted(BucketView.values().length));
    }

    @Test
    void theSampleOutputOfACheckCountsThoseOfABucketWithSnapshots() {
        List<String> types = TestTemplates.assembly(TestTemplates.configuration("snapshotSchedule", "rate(1 hour)"))
                .template()
                .path("Resources")
                .findValuesAsText("Type");
        long tables = types.stream().filter("AWS::Glue::Table"::equals).count();
        long views = types.stream().filter("Custom::AthenaView"::equals).count();

        assertThat(page("docs/start/deploy.md"))
                .contains(
                        "%d tables and %d views are as they were deployed".formatted(tables, views),
                        "1 of %d tables and views are not as they were deployed".formatted(tables + views));
    }

    @Test
    void thereAreViewsOverSoManyBuckets() {
        assertThat(page("docs/query/custom-views.md"))
                .contains("Exists with 2 to %d buckets".formatted(BucketView.MOST_BUCKETS));
        assertThat(page("docs/operate/many-buckets.md")).contains(BucketView.MOST_BUCKETS + " buckets, 3 for each");
    }

    private static String page(String path) {
        return TestFiles.text(TestTemplates.PROJECT.resolve(path));
    }
}
