package com.quiltdata.athena.schema;

/** A kind of view that every Quilt bucket has, and that is also there over several of them. */
public sealed interface ViewOfBuckets permits BucketView, SnapshotView {

    /** The id of the view's construct, by which CloudFormation knows the view. */
    String id();

    /** What the view's names end with. */
    String suffix();

    /** The view's name. */
    default String nameIn(QuiltBucket bucket) {
        return bucket.tablePrefix() + suffix();
    }

    /** The name of the view over all buckets. */
    default String nameOverAll() {
        return "all" + suffix();
    }

    /**
     * The names that this view has for any bucket and for all.
     *
     * @return a pattern in which {@code *} is any text
     */
    default String namePattern() {
        return "*" + suffix();
    }
}
