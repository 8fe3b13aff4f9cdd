package com.quiltdata.athena.catalog;

import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.query.QueryResults;
import com.quiltdata.athena.snapshot.SnapshotStore;
import java.util.Optional;

/**
 * What queries run with.
 *
 * @param results where queries run and leave their results
 * @param database where tables and views are
 * @param snapshots where snapshots are; empty if there are none
 */
public record QueryResources(QueryResults results, QueryDatabase database, Optional<SnapshotStore> snapshots) {}
