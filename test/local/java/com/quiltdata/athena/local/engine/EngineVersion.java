package com.quiltdata.athena.local.engine;

import io.trino.plugin.hive.HivePlugin;

/**
 * The version of Trino that the engine is, and everything that differs between those that it can be. The property
 * {@code version.trino} of the build chooses it.
 *
 * @param number Trino's release
 */
public record EngineVersion(int number) {

    /**
     * The version of this program's engine.
     *
     * @return what is on the class path
     */
    public static EngineVersion current() {
        return new EngineVersion(Integer.parseInt(HivePlugin.class.getPackage().getImplementationVersion()));
    }

    /** The name of the switch for the S3 file system, in a catalog's configuration. */
    String s3Switch() {
        return number < 483 ? "fs.native-s3.enabled" : "fs.s3.enabled";
    }

    /**
     * Whether the engine skips files by any condition on {@code "$path"} that it can compute, and not only by
     * conditions that are a list or a range of paths.
     *
     * @return true since 478
     * @see <a href="https://github.com/trinodb/trino/pull/27000">trinodb/trino#27000</a>
     */
    public boolean skipsFilesByAnyCondition() {
        return number >= 478;
    }
}
