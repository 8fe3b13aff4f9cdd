/** Copies of the views' rows, and what refreshes them. May use access, query, view, configuration, schema. */
package com.quiltdata.athena.snapshot;
