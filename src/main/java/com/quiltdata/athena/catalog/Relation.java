package com.quiltdata.athena.catalog;

import software.constructs.Construct;

/**
 * A table or view that views can read.
 *
 * @param construct what to depend on, so that the table or view is there: itself, or the nested stack that it is in
 * @param definition a text that changes when a view that reads it has to be made anew
 */
record Relation(Construct construct, String definition) {}
