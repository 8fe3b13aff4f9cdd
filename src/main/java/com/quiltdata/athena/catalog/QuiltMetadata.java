package com.quiltdata.athena.catalog;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.QuiltBucketGroup;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.view.AthenaViewProvider;
import com.quiltdata.athena.view.ConcurrencyLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.NestedStack;
import software.constructs.Construct;

/** The metadata of all configured Quilt buckets: in the stack itself, or in a nested stack for each group. */
public final class QuiltMetadata extends Construct {

    /** In the metadata of a nested stack: the group whose buckets it has. */
    public static final String GROUP_METADATA = "QuiltBucketGroup";

    private final Configuration configuration;
    private final QueryResources resources;
    private final Relations relations = new Relations();
    private final Map<String, AthenaViewProvider> providers = new LinkedHashMap<>();
    private final Optional<StackViews> ownViews;

    /**
     * Declares the buckets' tables and views.
     *
     * @param configuration names the buckets and their groups
     * @param resources where tables, views and snapshots are, and where saved queries run
     */
    public QuiltMetadata(Construct scope, String id, Configuration configuration, QueryResources resources) {
        super(scope, id);
        this.configuration = configuration;
        this.resources = resources;
        BucketMetadata.deleteAllWithin(this);
        List<Construct> nestedStacks = declareNestedStacks();
        ownViews = configuration.hasViewsInTheStackItself()
                // After the groups: together with theirs, they would be more at once than Athena takes.
                ? Optional.of(stackViews(this, "", namesOfOwnViews(), nestedStacks))
                : Optional.empty();
        configuration
                .ungroupedBuckets()
                .forEach(bucket -> new BucketMetadata(this, bucket, ownViews.orElseThrow())
                        .relations()
                        .forEach(relations::add));
    }

    private List<Construct> declareNestedStacks() {
        List<Construct> nestedStacks = new ArrayList<>();
        ConcurrencyLimit groupsAtOnce = new ConcurrencyLimit(ConcurrencyLimit.NESTED_STACKS);
        for (QuiltBucketGroup group : configuration.quiltBucketGroups()) {
            group.name().ifPresent(name -> {
                CfnResource resource = declareNestedStack(name, group);
                groupsAtOnce.predecessor().ifPresent(other -> resource.getNode().addDependency(other));
                groupsAtOnce.add(resource);
                nestedStacks.add(resource);
            });
        }
        return nestedStacks;
    }

    private CfnResource declareNestedStack(String name, QuiltBucketGroup group) {
        NestedStack stack = new NestedStack(this, name);
        CfnResource resource = stack.getNestedStackResource();
        resource.addMetadata(GROUP_METADATA, name);
        StackViews views = stackViews(stack, name, group.views(), List.of());
        for (QuiltBucket bucket : group.buckets()) {
            new BucketMetadata(stack, bucket, views)
                    .relations()
                    .forEach((relation, declared) ->
                            relations.add(relation, new Relation(resource, declared.definition())));
        }
        return resource;
    }

    private StackViews stackViews(Construct scope, String group, List<String> names, List<Construct> predecessors) {
        StackViews views = new StackViews(scope, configuration, resources, names, predecessors);
        providers.put(group, views.provider());
        return views;
    }

    private List<String> namesOfOwnViews() {
        List<String> names = new ArrayList<>();
        configuration.ungroupedBuckets().forEach(bucket -> names.addAll(bucket.views()));
        if (configuration.hasViewsOverBuckets()) {
            names.addAll(BucketView.namesOverAll());
        }
        return names;
    }

    /**
     * What creates and drops views in the stack itself and in those of groups.
     *
     * @return by the group's name, which is empty for the stack itself
     */
    public Map<String, AthenaViewProvider> providers() {
        return Collections.unmodifiableMap(providers);
    }

    /** What to depend on so that the tables of all buckets are there: themselves, or the nested stacks that they are in. */
    public List<Construct> tables() {
        return configuration.quiltBuckets().stream()
                .flatMap(bucket -> Arrays.stream(BucketTable.values()).map(table -> table.nameIn(bucket)))
                .map(name -> relations.get(name).construct())
                .distinct()
                .toList();
    }

    /**
     * The tables and views that other views can read.
     *
     * @return those of all buckets, and what was added since
     */
    Relations relations() {
        return relations;
    }

    /**
     * The views of the stack itself, which can read those of all buckets.
     *
     * @throws java.util.NoSuchElementException if the configuration has no views there
     */
    StackViews ownViews() {
        return ownViews.orElseThrow();
    }
}
