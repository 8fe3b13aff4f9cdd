package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.athena.AthenaLimits;
import com.quiltdata.athena.local.athena.DdlLoad;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.glue.model.Table;

/** More views than Athena takes at once. No other test uses the quota meanwhile. */
@Isolated("uses up the quota of DDL queries")
class ManyViewsTest {
    private final EmbeddedAws account = SharedEmbeddedAws.get();

    @AfterEach
    void takeTheLimitsBack() {
        account.limit(AthenaLimits.DEFAULTS);
    }

    @Test
    void allViewsAreMadeUnderASmallQuotaAndWithPoliciesThatAreNotInForceYet() {
        // Two groups would have 10 views made at once, each of them denied at first.
        account.limit(new AthenaLimits(3, Duration.ofMillis(200), Duration.ofMillis(100)));

        deploy("manyviews", Map.of("imaging", buckets(0, 3), "sequencing", buckets(3, 6)));

        assertThat(SharedEmbeddedAws.glue()
                        .getTables(get -> get.databaseName("manyviews"))
                        .tableList())
                .filteredOn(table -> table.tableType().equals("VIRTUAL_VIEW"))
                .extracting(Table::name)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                BucketView.namesOverAll().stream(),
                                buckets(0, 6).stream()
                                        .map(QuiltBucket::new)
                                        .flatMap(bucket ->
                                                Stream.of(BucketView.values()).map(view -> view.nameIn(bucket))))
                        .toList());
        DdlLoad load = account.ddlLoad();
        assertThat(load.started())
                .as("each view is denied once or more")
                .isGreaterThanOrEqualTo(2 * 7 * BucketView.values().length);
        assertThat(load.mostActive()).isEqualTo(3);
        assertThat(load.refused()).isPositive();
    }

    @Test
    void noMoreThanFiveViewsOfAStackAreMadeAtOnce() {
        account.limit(new AthenaLimits(20, Duration.ofMillis(500)));

        deploy("fiveviews", buckets(0, 4));

        assertThat(account.ddlLoad()).isEqualTo(new DdlLoad(5 * BucketView.values().length, 0, 5));
    }

    private void deploy(String name, Object buckets) {
        SharedEmbeddedAws.stack().deploy(DeployedStack.assembly(name, buckets, "inputAccess", "any"));
    }

    private static List<String> buckets(int from, int to) {
        return IntStream.range(from, to).mapToObj("bucket-%02d"::formatted).toList();
    }
}
