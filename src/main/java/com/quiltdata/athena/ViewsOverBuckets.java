package com.quiltdata.athena;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.constructs.Construct;

/**
 * The packages view and the objects view over all Quilt buckets, with the column {@code bucket} before the columns of
 * each bucket's own.
 */
final class ViewsOverBuckets extends Construct {
    private static final String PREFIX = "all";

    /** The view of all buckets' package-level metadata. */
    static final String PACKAGES_VIEW = PREFIX + QuiltBucket.PACKAGES_VIEW;

    /** The view of all buckets' package entries. */
    static final String OBJECTS_VIEW = PREFIX + QuiltBucket.OBJECTS_VIEW;

    /** The names of both. */
    static final List<String> NAMES = List.of(PACKAGES_VIEW, OBJECTS_VIEW);

    private final Map<String, Relation> relations = new TreeMap<>();

    /**
     * Declares the views.
     *
     * @param scope the parent construct
     * @param id the construct's id
     * @param buckets the Quilt buckets
     * @param declared their tables
     */
    ViewsOverBuckets(Construct scope, String id, List<QuiltBucket> buckets, QuiltBuckets declared) {
        super(scope, id);
        StackViews views = declared.stackViews();
        // By name, so that the order in the configuration makes no difference.
        List<QuiltBucket> sorted =
                buckets.stream().sorted(Comparator.comparing(QuiltBucket::name)).toList();
        List<Construct> tables = sorted.stream()
                .flatMap(bucket -> Stream.of(bucket.manifestsTable(), bucket.packagesTable()))
                .map(table -> declared.relations().get(table).construct())
                .distinct()
                .toList();
        declare("PackagesView", PACKAGES_VIEW, MetadataQuery.packages(sorted), views, tables);
        declare("ObjectsView", OBJECTS_VIEW, MetadataQuery.objects(sorted), views, tables);
    }

    private void declare(String id, String name, String query, StackViews views, List<Construct> tables) {
        relations.put(name, new Relation(views.declare(this, id, name, query, tables), query));
    }

    /**
     * What other views can read.
     *
     * @return the views, by name
     */
    Map<String, Relation> relations() {
        return relations;
    }
}
