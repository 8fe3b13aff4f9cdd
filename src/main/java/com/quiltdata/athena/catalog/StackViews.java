package com.quiltdata.athena.catalog;

import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.query.QueryResults;
import com.quiltdata.athena.view.AthenaView;
import com.quiltdata.athena.view.AthenaViewProvider;
import com.quiltdata.athena.view.ConcurrencyLimit;
import java.util.ArrayList;
import java.util.List;
import software.constructs.Construct;

/** Declares the views of one stack, nested or not, and limits how many of them are made at once. */
final class StackViews {
    private final AthenaViewProvider provider;
    private final String workGroup;
    private final String database;
    private final List<? extends Construct> predecessors;
    private final ConcurrencyLimit views = new ConcurrencyLimit(ConcurrencyLimit.VIEWS);

    /**
     * Begins without views.
     *
     * @param predecessors what is made before any of the views, beside what each of them reads
     */
    StackViews(
            AthenaViewProvider provider,
            QueryResults results,
            QueryDatabase database,
            List<? extends Construct> predecessors) {
        this.provider = provider;
        this.workGroup = results.workGroupName();
        this.database = database.name();
        this.predecessors = List.copyOf(predecessors);
    }

    /**
     * Declares a view.
     *
     * @param read the tables and views that the query reads
     * @return the view, for others to read
     */
    Relation declare(Construct scope, String id, String name, String query, List<Relation> read) {
        List<Construct> dependencies = new ArrayList<>(
                read.stream().map(Relation::construct).distinct().toList());
        views.predecessor().ifPresentOrElse(dependencies::add, () -> dependencies.addAll(predecessors));
        List<String> definitions =
                read.stream().map(Relation::definition).distinct().toList();
        AthenaView view = AthenaView.Builder.create(scope, id)
                .provider(provider)
                .dependencies(dependencies)
                .workGroup(workGroup)
                .database(database)
                .viewName(name)
                .query(query)
                .definitionsRead(definitions)
                .build();
        views.add(view);
        return new Relation(view, query + "\n" + String.join("\n", definitions));
    }
}
