package com.quiltdata.athena.catalog;

import com.quiltdata.athena.schema.SnapshotView;
import java.util.List;
import software.constructs.Construct;

/** The snapshots over all Quilt buckets, however many there are, with the column {@code bucket} first. */
public final class SnapshotsOverBuckets extends Construct {

    /**
     * Declares the views.
     *
     * @param metadata where other views are declared, and find these
     */
    public SnapshotsOverBuckets(Construct scope, String id, QuiltMetadata metadata) {
        super(scope, id);
        StackViews views = metadata.ownViews();
        Relation table = views.snapshotTable().orElseThrow();
        for (SnapshotView view : SnapshotView.values()) {
            String name = view.nameOverAll();
            metadata.relations().add(name, views.declare(this, view.id(), name, view.queryOverAll(), List.of(table)));
        }
    }
}
