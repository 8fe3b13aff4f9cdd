package com.quiltdata.athena;

import java.util.List;

/**
 * An S3 bucket that holds Quilt packages. Every AWS name that depends on a Quilt bucket is derived here.
 *
 * @param name the bucket's name; it follows S3's naming rules
 */
public record QuiltBucket(String name) {

    /** The prefix of a Quilt registry within its bucket: manifests and pointers are below it. */
    static final String REGISTRY_PREFIX = ".quilt/";

    /** How the name of every view of package-level metadata ends. */
    static final String PACKAGES_VIEW = "_quilt_packages_view";

    /** How the name of every view of package entries ends. */
    static final String OBJECTS_VIEW = "_quilt_objects_view";

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

    /**
     * The table of all manifest lines.
     *
     * @return its name
     */
    public String manifestsTable() {
        return tablePrefix() + "_quilt_manifests";
    }

    /**
     * The table of all pointers: what the package's revisions are called, and their top hashes.
     *
     * @return its name
     */
    public String packagesTable() {
        return tablePrefix() + "_quilt_packages";
    }

    /**
     * The view of package-level metadata.
     *
     * @return its name
     */
    public String packagesView() {
        return tablePrefix() + PACKAGES_VIEW;
    }

    /**
     * The view of package entries.
     *
     * @return its name
     */
    public String objectsView() {
        return tablePrefix() + OBJECTS_VIEW;
    }

    /**
     * The names of the bucket's tables and views.
     *
     * @return two tables and two views
     */
    List<String> tablesAndViews() {
        return List.of(manifestsTable(), packagesTable(), packagesView(), objectsView());
    }

    /**
     * Where the manifests are, one object a top hash.
     *
     * @return an S3 URI that ends with a slash
     */
    public String manifestsLocation() {
        return "s3://" + name + "/" + REGISTRY_PREFIX + "packages/";
    }

    /**
     * Where the pointers are, at {@code <user>/<package>/<timestamp or latest>}.
     *
     * @return an S3 URI that ends with a slash
     */
    public String pointersLocation() {
        return "s3://" + name + "/" + REGISTRY_PREFIX + "named_packages/";
    }
}
