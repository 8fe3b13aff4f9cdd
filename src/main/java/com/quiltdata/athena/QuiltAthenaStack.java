package com.quiltdata.athena;

import com.quiltdata.athena.access.AccessPolicy;
import com.quiltdata.athena.access.QueryDatabase;
import com.quiltdata.athena.access.QueryResults;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.metadata.CustomViews;
import com.quiltdata.athena.metadata.QuiltMetadata;
import com.quiltdata.athena.metadata.ViewsOverBuckets;
import com.quiltdata.athena.view.AthenaViewProvider;
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
        AccessPolicy policy = new AccessPolicy(this, "AccessPolicy", configuration, results, database);

        QuiltMetadata metadata = new QuiltMetadata(this, "QuiltBuckets", configuration, results, database);
        if (configuration.hasViewsOverBuckets()) {
            new ViewsOverBuckets(this, "ViewsOverBuckets", configuration.quiltBuckets(), metadata);
        }
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
