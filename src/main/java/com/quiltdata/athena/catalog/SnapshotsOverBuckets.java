package com.quiltdata.athena.catalog;

import com.quiltdata.athena.schema.SnapshotView;
import software.constructs.Construct;

/** The snapshots over all Quilt buckets, however many there are, with the column {@code bucket} first. */
public final class SnapshotsOverBuckets extends Construct {

    /** Declares the views. */
    public SnapshotsOverBuckets(Construct scope, String id, QuiltMetadata metadata) {
        super(scope, id);
        for (SnapshotView view : SnapshotView.values()) {
            metadata.declareSnapshot(this, view.id(), view.nameOverAll(), view.queryOverAll());
        }
    }
}
