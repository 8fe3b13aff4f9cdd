package com.quiltdata.athena.schema;

import java.util.List;
import java.util.stream.Stream;

/**
 * An S3 bucket that holds Quilt packages. {@link BucketTable} and {@link BucketView} say what it has in the database.
 *
 * @param name the bucket's name; it follows S3's naming rules
 */
public record QuiltBucket(String name) {

    /** The prefix of a Quilt registry within its bucket: manifests and pointers are below it. */
    public static final String REGISTRY_PREFIX = ".quilt/";

    /**
     * Makes a Quilt bucket.
     *
     * @throws IllegalArgumentException if the name breaks a rule of S3
     */
    public QuiltBucket {
        BucketName.brokenRule(name).ifPresent(rule -> {
            throw new IllegalArgumentException("The name of a Quilt bucket must " + rule + ", but is " + name);
        });
    }

    /**
     * The beginning of the names of the bucket's tables and views. Two buckets can have the same one.
     *
     * @return the bucket's name with an underscore for every hyphen and dot
     */
    public String tablePrefix() {
        return name.replace('-', '_').replace('.', '_');
    }

    /** The names of the bucket's tables. */
    public List<String> tables() {
        return Stream.of(BucketTable.values()).map(table -> table.nameIn(this)).toList();
    }

    /** The names of the bucket's views. */
    public List<String> views() {
        return Stream.of(BucketView.values()).map(view -> view.nameIn(this)).toList();
    }

    /** The names of the bucket's tables and views, the tables first. */
    public List<String> tablesAndViews() {
        return Stream.concat(tables().stream(), views().stream()).toList();
    }
}
