package com.quiltdata.athena.catalog;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.ViewOfBuckets;
import com.quiltdata.athena.snapshot.SnapshotStore;
import com.quiltdata.athena.view.AthenaView;
import com.quiltdata.athena.view.AthenaViewProvider;
import com.quiltdata.athena.view.ConcurrencyLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.constructs.Construct;

/** Declares the views of one stack, nested or not, and limits how many of them are made at once. */
final class StackViews {
    private final String workGroup;
    private final QueryDatabase database;
    private final Optional<SnapshotStore> snapshots;
    private final AthenaViewProvider provider;
    private final List<? extends Construct> predecessors;
    private final ConcurrencyLimit views = new ConcurrencyLimit(ConcurrencyLimit.VIEWS);

    /**
     * Lets a stack's provider define views of Quilt buckets.
     *
     * <p>It can create and replace them by name alone, and drop them by the patterns of their names: the views of a
     * bucket that leaves the configuration are dropped when CloudFormation has already taken their names out of the
     * policy, and so are those that a failed update has made and rolls back.
     *
     * @param configuration says where roles are, and which key the Data Catalog has
     * @param resources where the provider runs its statements, and where views and snapshots are
     * @param names the views of Quilt buckets that the provider may define
     * @param predecessors what is made before any of the views, beside what each of them reads
     */
    StackViews(
            Construct scope,
            Configuration configuration,
            QueryResources resources,
            List<String> names,
            List<? extends Construct> predecessors) {
        this.workGroup = resources.results().workGroupName();
        this.database = resources.database();
        this.snapshots = resources.snapshots();
        this.provider = AthenaViewProvider.of(scope, configuration.lifecycle().rolePath());
        this.predecessors = List.copyOf(predecessors);
        provider.grantRunStatements(workGroup, resources.results().bucket());
        provider.grantReadDefinitions(database.name());
        configuration.queries().catalogKmsKeyArn().ifPresent(provider::grantUseCatalogKey);
        provider.grantCreateViews(database.name(), names);
        provider.grantDropViews(
                database.name(),
                Stream.of(BucketView.values()).map(ViewOfBuckets::namePattern).toList());
        snapshots.ifPresent(store -> provider.grantDefineViews(
                "Snapshots",
                database.name(),
                Stream.of(SnapshotView.values()).map(ViewOfBuckets::namePattern).toList(),
                List.of(store.readStatement())));
    }

    /**
     * The table that snapshots are read from.
     *
     * @return empty if there are none
     */
    public Optional<Relation> snapshotTable() {
        return snapshots.map(store -> new Relation(store.table(), SnapshotTable.definition()));
    }

    /** The provider of the stack. */
    AthenaViewProvider provider() {
        return provider;
    }

    /** The workgroup in which views are made and saved queries run. */
    String workGroup() {
        return workGroup;
    }

    /** The database of tables and views. */
    String database() {
        return database.name();
    }

    /** The database's name as it is configured. */
    String databaseName() {
        return database.plainName();
    }

    /**
     * Declares a view.
     *
     * @param read the tables and views that the query reads
     * @return the view, for others to read
     */
    public Relation declare(Construct scope, String id, String name, String query, List<Relation> read) {
        List<Construct> dependencies = new ArrayList<>(
                read.stream().map(Relation::construct).distinct().toList());
        views.predecessor().ifPresentOrElse(dependencies::add, () -> dependencies.addAll(predecessors));
        List<String> definitions =
                read.stream().map(Relation::definition).distinct().toList();
        AthenaView view = AthenaView.Builder.create(scope, id)
                .provider(provider)
                .dependencies(dependencies)
                .workGroup(workGroup)
                .database(database.name())
                .viewName(name)
                .query(query)
                .definitionsRead(definitions)
                .build();
        views.add(view);
        return new Relation(view, query + "\n" + String.join("\n", definitions));
    }
}
