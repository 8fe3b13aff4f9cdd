package com.quiltdata.athena;

import java.util.ArrayList;
import java.util.List;
import software.constructs.Construct;

/** Declares the views of one stack, and limits how many of them are made at once. */
final class StackViews {
    private final String workGroup;
    private final String database;
    private final AthenaViewProvider provider;
    private final List<? extends Construct> predecessors;
    private final SideBySide views = new SideBySide(SideBySide.VIEWS);

    /**
     * Lets a stack's provider define views.
     *
     * @param provider the stack's provider
     * @param results where the provider runs its statements
     * @param database where the views are
     * @param names the views that the provider may define
     * @param predecessors what is made before any of the views, beside what each of them reads
     */
    StackViews(
            AthenaViewProvider provider,
            QueryResults results,
            QueryDatabase database,
            List<String> names,
            List<? extends Construct> predecessors) {
        this.workGroup = results.workGroupName();
        this.database = database.name();
        this.provider = provider;
        this.predecessors = List.copyOf(predecessors);
        results.grantRunStatements(provider);
        database.grantDefineViews(provider, names);
    }

    /**
     * What creates and drops the views.
     *
     * @return the stack's provider
     */
    AthenaViewProvider provider() {
        return provider;
    }

    /**
     * Declares a view.
     *
     * @param scope the parent construct
     * @param id the construct's id
     * @param name the view's name
     * @param query its SELECT statement
     * @param dependencies the tables and views that the query reads, and what else is made before the view
     * @return the view
     */
    AthenaView declare(Construct scope, String id, String name, String query, List<? extends Construct> dependencies) {
        List<Construct> all = new ArrayList<>(dependencies);
        views.predecessor().ifPresentOrElse(all::add, () -> all.addAll(predecessors));
        AthenaView view = AthenaView.Builder.create(scope, id)
                .provider(provider)
                .dependencies(all)
                .workGroup(workGroup)
                .database(database)
                .viewName(name)
                .query(query)
                .build();
        views.add(view);
        return view;
    }
}
