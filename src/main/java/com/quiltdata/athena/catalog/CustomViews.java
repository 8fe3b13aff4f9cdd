package com.quiltdata.athena.catalog;

import com.quiltdata.athena.configuration.CustomView;
import com.quiltdata.athena.query.QueryDatabase;
import java.util.List;
import software.constructs.Construct;

/** The views that the administrator has written. Each is made after the tables and views that it reads. */
public final class CustomViews extends Construct {

    /**
     * Declares the views.
     *
     * @param views the views, none before one that it reads
     * @param metadata the tables and views that they can read beside each other
     */
    public CustomViews(
            Construct scope, String id, List<CustomView> views, QuiltMetadata metadata, QueryDatabase database) {
        super(scope, id);
        metadata.provider()
                .grants()
                .defineNamedViews(
                        database.name(),
                        views.stream().map(CustomView::name).sorted().toList());
        views.forEach(view -> metadata.declareView(this, view.name(), view.name(), view.query(), view.reads()));
    }
}
