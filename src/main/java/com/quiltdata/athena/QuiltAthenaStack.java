package com.quiltdata.athena;

import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** Everything that makes the metadata of the configured Quilt buckets queryable with Amazon Athena. */
public final class QuiltAthenaStack extends Stack {

    /** What CDK takes for the length of an ARN with references in it, when it splits the handler's permissions. */
    private static final String ARN_SIZE_ESTIMATE = "@aws-cdk/aws-iam.arnSizeEstimate";

    /**
     * Declares the stack.
     *
     * @param scope the app
     * @param id the construct's id, which is also the stack's name
     * @param props account and region, where they are known
     * @param configuration what to declare
     * @throws ConfigurationException if the policy for users would be larger than IAM allows
     */
    public QuiltAthenaStack(Construct scope, String id, StackProps props, Configuration configuration) {
        super(scope, id, props);

        getNode().setContext(ARN_SIZE_ESTIMATE, QueryDatabase.longestViewArn(configuration));

        QueryResults results = new QueryResults(this, "QueryResults", configuration);
        QueryDatabase database = new QueryDatabase(this, "QueryDatabase", configuration);
        AccessPolicy policy = new AccessPolicy(this, "AccessPolicy", configuration, results, database);

        QuiltBuckets buckets = new QuiltBuckets(this, "QuiltBuckets", configuration, results, database);
        Map<String, Relation> relations = new TreeMap<>(buckets.relations());
        if (configuration.hasViewsOverBuckets()) {
            relations.putAll(
                    new ViewsOverBuckets(this, "ViewsOverBuckets", configuration.quiltBuckets(), buckets).relations());
        }
        if (!configuration.customViews().isEmpty()) {
            new CustomViews(
                    this, "CustomViews", configuration.customViews(), buckets.stackViews(), relations, database);
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
