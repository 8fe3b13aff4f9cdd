package com.quiltdata.athena.catalog;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.Comparator;
import java.util.List;
import software.constructs.Construct;

/**
 * The views over all Quilt buckets, one of each kind, with the column {@code bucket} before the columns of each
 * bucket's own.
 */
public final class ViewsOverBuckets extends Construct {

    /** Declares the views. */
    public ViewsOverBuckets(Construct scope, String id, List<QuiltBucket> buckets, QuiltMetadata metadata) {
        super(scope, id);
        // By name, so that the order in the configuration makes no difference.
        List<QuiltBucket> sorted =
                buckets.stream().sorted(Comparator.comparing(QuiltBucket::name)).toList();
        for (BucketView view : BucketView.values()) {
            List<String> reads = sorted.stream()
                    .flatMap(bucket -> view.reads().stream().map(table -> table.nameIn(bucket)))
                    .toList();
            metadata.declareView(this, view.id(), view.nameOverAll(), view.queryOver(sorted), reads);
        }
    }
}
