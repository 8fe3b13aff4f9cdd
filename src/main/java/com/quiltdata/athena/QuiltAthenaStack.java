package com.quiltdata.athena;

import com.quiltdata.athena.access.AccessPolicy;
import com.quiltdata.athena.catalog.CustomViews;
import com.quiltdata.athena.catalog.QuiltMetadata;
import com.quiltdata.athena.catalog.SnapshotsOverBuckets;
import com.quiltdata.athena.catalog.ViewsOverBuckets;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.monitoring.MonitoredResources;
import com.quiltdata.athena.monitoring.MonitoredResources.FollowedEvents;
import com.quiltdata.athena.monitoring.MonitoredResources.Refreshes;
import com.quiltdata.athena.monitoring.MonitoredResources.ViewFunctions;
import com.quiltdata.athena.monitoring.MonitoringAlarms;
import com.quiltdata.athena.monitoring.MonitoringDashboard;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.query.QueryResults;
import com.quiltdata.athena.snapshot.SnapshotRefresh;
import com.quiltdata.athena.snapshot.SnapshotStore;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** Everything that makes the metadata of the configured Quilt buckets queryable with Amazon Athena. */
public final class QuiltAthenaStack extends Stack {

    /**
     * Declares the stack.
     *
     * @param id the construct's id, which is also the stack's name
     * @param props account and region, where they are known
     */
    public QuiltAthenaStack(Construct scope, String id, StackProps props, Configuration configuration) {
        super(scope, id, props);

        QueryResults results = new QueryResults(this, "QueryResults", configuration);
        QueryDatabase database = new QueryDatabase(this, "QueryDatabase", configuration);
        Optional<SnapshotStore> snapshots = configuration
                .snapshots()
                .map(settings -> new SnapshotStore(this, "SnapshotStore", configuration, database));
        AccessPolicy policy = new AccessPolicy(
                this,
                "AccessPolicy",
                configuration,
                results,
                database,
                snapshots.map(SnapshotStore::readStatement).stream().toList());

        QuiltMetadata metadata = new QuiltMetadata(this, "QuiltBuckets", configuration, results, database, snapshots);
        if (configuration.hasViewsOverBuckets()) {
            new ViewsOverBuckets(this, "ViewsOverBuckets", configuration.quiltBuckets(), metadata);
        }
        Optional<SnapshotRefresh> refresh = snapshots.map(store -> {
            new SnapshotsOverBuckets(this, "SnapshotsOverBuckets", metadata);
            return new SnapshotRefresh(
                    this,
                    "SnapshotRefresh",
                    configuration,
                    store,
                    database,
                    metadata.tables(configuration.quiltBuckets()));
        });
        refresh.ifPresent(made -> output(
                "SnapshotStateMachineArn", "Refreshes the snapshots when it is started", made.stateMachineArn()));
        if (!configuration.customViews().isEmpty()) {
            new CustomViews(this, "CustomViews", configuration.customViews(), metadata, database);
        }

        MonitoredResources monitored = monitored(configuration, refresh, metadata);
        if (configuration.monitoring().dashboard()) {
            new MonitoringDashboard(this, "MonitoringDashboard", monitored);
        }
        configuration
                .monitoring()
                .alarms()
                .ifPresent(alarms -> new MonitoringAlarms(this, "MonitoringAlarms", alarms, monitored));

        output("PolicyArn", "For the Quilt stack's ManagedUserRoleExtraPolicies and its admin panel", policy.arn());
        output("ResultsBucketName", "Holds query results until they expire", results.bucketName());
        output("WorkgroupName", "The Athena workgroup to query in", results.workGroupName());
        output("DatabaseName", "The Glue database of all tables and views", database.name());
    }

    private static MonitoredResources monitored(
            Configuration configuration, Optional<SnapshotRefresh> refresh, QuiltMetadata metadata) {
        return new MonitoredResources(
                configuration.queries().workgroupName(),
                refresh.map(made -> new Refreshes(
                        configuration.snapshots().orElseThrow().workgroupName(),
                        made.stateMachineArn(),
                        configuration.snapshots().orElseThrow().schedule(),
                        made.events()
                                .map(events -> new FollowedEvents(
                                        events.stateMachineArn(), events.queueName(), events.deadLettersName())))),
                new ViewFunctions(
                        metadata.provider().handlerFunctionName(),
                        metadata.provider().frameworkFunctionName()));
    }

    private void output(String id, String description, String value) {
        CfnOutput.Builder.create(this, id).description(description).value(value).build();
    }
}
