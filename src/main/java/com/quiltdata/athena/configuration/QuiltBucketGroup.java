package com.quiltdata.athena.configuration;

import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.Optional;

/**
 * Quilt buckets whose tables and views are declared in the same CloudFormation stack.
 *
 * @param name the name of their nested stack; empty for those of the stack itself
 * @param buckets the buckets, in the configuration's order
 */
public record QuiltBucketGroup(Optional<String> name, List<QuiltBucket> buckets) {

    /** Makes a group. */
    public QuiltBucketGroup {
        buckets = List.copyOf(buckets);
    }
}
