package com.quiltdata.athena.catalog;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.QuiltBucketGroup;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.query.QueryResults;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.ViewOfBuckets;
import com.quiltdata.athena.snapshot.SnapshotStore;
import com.quiltdata.athena.view.AthenaViewProvider;
import com.quiltdata.athena.view.ConcurrencyLimit;
import com.quiltdata.athena.view.ViewGrants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.NestedStack;
import software.constructs.Construct;

/** The metadata of all configured Quilt buckets: in the stack itself, or in a nested stack for each group. */
public final class QuiltMetadata extends Construct {

    /** In the metadata of a nested stack: the group whose buckets it has. */
    public static final String GROUP_METADATA = "QuiltBucketGroup";

    private final QueryResults results;
    private final QueryDatabase database;
    private final AthenaViewProvider provider;
    private final Optional<Relation> snapshotTable;
    private final Map<String, Relation> relations = new TreeMap<>();
    private final StackViews ownViews;

    /**
     * Declares the buckets' tables and views.
     *
     * @param configuration names the buckets and their groups
     * @param snapshots where snapshots are; empty if there are none
     */
    public QuiltMetadata(
            Construct scope,
            String id,
            Configuration configuration,
            QueryResults results,
            QueryDatabase database,
            Optional<SnapshotStore> snapshots) {
        super(scope, id);
        this.results = results;
        this.database = database;
        provider = AthenaViewProvider.of(this, configuration.lifecycle().rolePath());
        grant(configuration, snapshots);
        snapshotTable = snapshots.map(store -> new Relation(store.table(), SnapshotTable.definition()));
        BucketMetadata.deleteAllWithin(this);
        List<Construct> nestedStacks = declareNestedStacks(configuration.quiltBucketGroups());
        // After the groups: together with theirs, they would be more at once than Athena takes.
        ownViews = new StackViews(provider, results, database, nestedStacks);
        configuration.ungroupedBuckets().forEach(bucket -> relations.putAll(declare(this, bucket, ownViews)));
    }

    /**
     * Lets the handler define the views of Quilt buckets by the patterns of their names. So a bucket that comes or goes
     * changes no policy, and the views of one that has gone can still be dropped.
     */
    private void grant(Configuration configuration, Optional<SnapshotStore> snapshots) {
        ViewGrants handler = provider.grants();
        handler.runStatements(results.workGroupName(), results.bucket());
        handler.readDefinitions(database.name());
        configuration.queries().catalogKmsKeyArn().ifPresent(handler::useCatalogKey);
        handler.defineViews(database.name(), patterns(BucketView.values()));
        snapshots.ifPresent(store -> handler.defineViews(
                "Snapshots", database.name(), patterns(SnapshotView.values()), List.of(store.readStatement())));
    }

    private static List<String> patterns(ViewOfBuckets... views) {
        return Stream.of(views).map(ViewOfBuckets::namePattern).toList();
    }

    private List<Construct> declareNestedStacks(List<QuiltBucketGroup> groups) {
        List<Construct> nestedStacks = new ArrayList<>();
        ConcurrencyLimit groupsAtOnce = new ConcurrencyLimit(ConcurrencyLimit.NESTED_STACKS);
        for (QuiltBucketGroup group : groups) {
            group.name().ifPresent(name -> {
                CfnResource resource = declareNestedStack(name, group.buckets());
                groupsAtOnce.predecessor().ifPresent(other -> resource.getNode().addDependency(other));
                groupsAtOnce.add(resource);
                nestedStacks.add(resource);
            });
        }
        return nestedStacks;
    }

    private CfnResource declareNestedStack(String name, List<QuiltBucket> buckets) {
        NestedStack stack = new NestedStack(this, name);
        CfnResource resource = stack.getNestedStackResource();
        resource.addMetadata(GROUP_METADATA, name);
        StackViews views = new StackViews(provider, results, database, List.of());
        for (QuiltBucket bucket : buckets) {
            declare(stack, bucket, views)
                    .forEach((relation, declared) ->
                            relations.put(relation, new Relation(resource, declared.definition())));
        }
        return resource;
    }

    private Map<String, Relation> declare(Construct scope, QuiltBucket bucket, StackViews views) {
        return new BucketMetadata(scope, bucket, results.workGroupName(), database, snapshotTable, views).relations();
    }

    /** What creates and drops all views. */
    public AthenaViewProvider provider() {
        return provider;
    }

    /** The table that snapshots are read from; empty if there are none. */
    Optional<Relation> snapshotTable() {
        return snapshotTable;
    }

    /**
     * Declares a view in the stack itself, which can read the tables and views of all buckets.
     *
     * @param reads the names of what its query reads
     */
    void declareView(Construct scope, String id, String name, String query, List<String> reads) {
        add(scope, id, name, query, reads.stream().map(this::relation).toList());
    }

    /** Declares a view over the table of snapshots. */
    void declareSnapshot(Construct scope, String id, String name, String query) {
        add(scope, id, name, query, snapshotTable.stream().toList());
    }

    private void add(Construct scope, String id, String name, String query, List<Relation> read) {
        relations.put(name, ownViews.declare(scope, id, name, query, read));
    }

    /** What to depend on so that the tables of all buckets are there: themselves, or the nested stacks that they are in. */
    public List<Construct> tables(List<QuiltBucket> buckets) {
        return buckets.stream()
                .flatMap(bucket -> Arrays.stream(BucketTable.values()).map(table -> table.nameIn(bucket)))
                .map(name -> relation(name).construct())
                .distinct()
                .toList();
    }

    private Relation relation(String name) {
        Relation relation = relations.get(name);
        if (relation == null) {
            throw new IllegalArgumentException(name + " is not declared yet: " + relations.keySet() + " are");
        }
        return relation;
    }
}
