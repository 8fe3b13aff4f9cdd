package com.quiltdata.athena;

import com.quiltdata.athena.access.AccessPolicy;
import com.quiltdata.athena.access.QueryDatabase;
import com.quiltdata.athena.access.QueryResources;
import com.quiltdata.athena.access.QueryResults;
import com.quiltdata.athena.access.SnapshotStore;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.metadata.CustomViews;
import com.quiltdata.athena.metadata.QuiltMetadata;
import com.quiltdata.athena.metadata.SnapshotsOverBuckets;
import com.quiltdata.athena.metadata.ViewsOverBuckets;
import com.quiltdata.athena.snapshot.SnapshotRefresh;
import com.quiltdata.athena.view.AthenaViewProvider;
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
     * @param scope the app
     * @param id the construct's id, which is also the stack's name
     * @param props account and region, where they are known
     * @param configuration what to declare
     */
    public QuiltAthenaStack(Construct scope, String id, StackProps props, Configuration configuration) {
        super(scope, id, props);

        AthenaViewProvider.prepare(this, configuration.databaseName(), configuration.views());

        QueryResults results = new QueryResults(this, "QueryResults", configuration);
        QueryDatabase database = new QueryDatabase(this, "QueryDatabase", configuration);
        Optional<SnapshotStore> snapshots = configuration
                .snapshots()
                .map(settings -> new SnapshotStore(this, "SnapshotStore", configuration, database));
        QueryResources resources = new QueryResources(results, database, snapshots);
        AccessPolicy policy = new AccessPolicy(this, "AccessPolicy", configuration, resources);

        QuiltMetadata metadata = new QuiltMetadata(this, "QuiltBuckets", configuration, resources);
        if (configuration.hasViewsOverBuckets()) {
            new ViewsOverBuckets(this, "ViewsOverBuckets", configuration.quiltBuckets(), metadata);
        }
        snapshots.ifPresent(store -> {
            new SnapshotsOverBuckets(this, "SnapshotsOverBuckets", metadata);
            SnapshotRefresh refresh = new SnapshotRefresh(this, "SnapshotRefresh", configuration, store, database);
            output("SnapshotStateMachineArn", "Refreshes the snapshots when it is started", refresh.stateMachineArn());
        });
        if (!configuration.customViews().isEmpty()) {
            new CustomViews(this, "CustomViews", configuration.customViews(), metadata, database);
        }

        output("PolicyArn", "For the Quilt stack's ManagedUserRoleExtraPolicies and its admin panel", policy.arn());
        output("ResultsBucketName", "Holds query results until they expire", results.bucketName());
        output("WorkgroupName", "The Athena workgroup to query in", results.workGroupName());
        output("DatabaseName", "The Glue database of all tables and views", database.name());
    }

    private void output(String id, String description, String value) {
        CfnOutput.Builder.create(this, id).description(description).value(value).build();
    }
}
