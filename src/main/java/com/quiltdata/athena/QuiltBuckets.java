package com.quiltdata.athena;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.NestedStack;
import software.constructs.Construct;

/** The tables and views of all configured Quilt buckets: in the stack itself, or in a nested stack for each group. */
final class QuiltBuckets extends Construct {
    private final Configuration configuration;
    private final QueryResults results;
    private final QueryDatabase database;
    private final Map<String, Relation> relations = new TreeMap<>();
    private final List<CfnResource> nestedStacks = new ArrayList<>();
    private final SideBySide groupsAtOnce = new SideBySide(SideBySide.GROUPS);
    private StackViews stackViews;

    /**
     * Declares tables and views.
     *
     * @param scope the stack
     * @param id the construct's id
     * @param configuration names the buckets and their groups
     * @param results where the buckets' views are made, and their saved queries run
     * @param database where tables and views are
     */
    QuiltBuckets(
            Construct scope, String id, Configuration configuration, QueryResults results, QueryDatabase database) {
        super(scope, id);
        this.configuration = configuration;
        this.results = results;
        this.database = database;
        QuiltBucketTables.deleteAllWithin(this);
        for (QuiltBucketGroup group : configuration.quiltBucketGroups()) {
            group.name().ifPresentOrElse(name -> declareNested(name, group), () -> declareHere(group));
        }
    }

    private void declareHere(QuiltBucketGroup group) {
        List<String> names = Stream.concat(group.views().stream(), namesOverBuckets().stream())
                .toList();
        stackViews = stackViews(this, names, List.of());
        for (QuiltBucket bucket : group.buckets()) {
            relations.putAll(declare(this, bucket, stackViews));
        }
    }

    private void declareNested(String name, QuiltBucketGroup group) {
        NestedStack stack = new NestedStack(this, name);
        CfnResource resource = stack.getNestedStackResource();
        groupsAtOnce.predecessor().ifPresent(other -> resource.getNode().addDependency(other));
        groupsAtOnce.add(resource);
        nestedStacks.add(resource);
        StackViews views = stackViews(stack, group.views(), List.of());
        for (QuiltBucket bucket : group.buckets()) {
            declare(stack, bucket, views)
                    .forEach((relation, declared) ->
                            relations.put(relation, new Relation(resource, declared.definition())));
        }
    }

    private Map<String, Relation> declare(Construct scope, QuiltBucket bucket, StackViews views) {
        return new QuiltBucketTables(
                        scope, bucket.name(), bucket, database, results, configuration.databaseName(), views)
                .relations();
    }

    private StackViews stackViews(Construct scope, List<String> names, List<? extends Construct> predecessors) {
        AthenaViewProvider provider = AthenaViewProvider.of(scope, configuration.rolePath());
        return new StackViews(provider, results, database, names, predecessors);
    }

    private List<String> namesOverBuckets() {
        return configuration.hasViewsOverBuckets() ? ViewsOverBuckets.NAMES : List.of();
    }

    /**
     * What other views can read.
     *
     * @return the tables and views of all buckets, by name
     */
    Map<String, Relation> relations() {
        return relations;
    }

    /**
     * The views of the stack itself, which can read those of all buckets.
     *
     * @return the same each time
     */
    StackViews stackViews() {
        if (stackViews == null) {
            // No view beside those of the groups: together they would be more at once than Athena takes.
            stackViews = stackViews(this, namesOverBuckets(), nestedStacks);
        }
        return stackViews;
    }
}
