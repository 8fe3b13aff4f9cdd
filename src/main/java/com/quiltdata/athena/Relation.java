package com.quiltdata.athena;

import software.constructs.Construct;

/**
 * A table or view that another view can read.
 *
 * @param construct what to depend on, so that the table or view is there: itself, or the nested stack that it is in
 * @param definition changes when its columns do
 */
record Relation(Construct construct, String definition) {}
