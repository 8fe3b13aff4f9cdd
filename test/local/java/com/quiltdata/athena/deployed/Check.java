package com.quiltdata.athena.deployed;

/** Something that can be right or wrong about a deployment. */
interface Check {

    /** Returns what is checked, in a word or two. */
    String name();

    /**
     * Looks.
     *
     * @throws NotCheckedException if it cannot look
     */
    Finding find();
}
