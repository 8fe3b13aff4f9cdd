package com.quiltdata.athena;

import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.NestedStack;
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

        Construct groups = new Construct(this, "QuiltBuckets");
        QuiltBucketTables.deleteAllWithin(groups);
        SideBySide nestedStacks = new SideBySide(SideBySide.GROUPS);
        for (QuiltBucketGroup group : configuration.quiltBucketGroups()) {
            Construct groupScope = group.name()
                    .<Construct>map(name -> nestedStack(groups, name, nestedStacks))
                    .orElse(groups);
            AthenaViewProvider viewProvider = AthenaViewProvider.of(groupScope, configuration.rolePath());
            results.grantRunStatements(viewProvider);
            database.grantDefineViews(viewProvider, group.views());
            SideBySide views = new SideBySide(SideBySide.VIEWS);
            for (QuiltBucket bucket : group.buckets()) {
                new QuiltBucketTables(
                        groupScope,
                        bucket.name(),
                        bucket,
                        database,
                        results,
                        configuration.databaseName(),
                        viewProvider,
                        views);
            }
        }

        output("PolicyArn", "For the Quilt stack's ManagedUserRoleExtraPolicies and its admin panel", policy.arn());
        output("ResultsBucketName", "Holds query results until they expire", results.bucketName());
        output("WorkgroupName", "The Athena workgroup to query in", results.workGroupName());
        output("DatabaseName", "The Glue database of all tables and views", database.name());
    }

    private static NestedStack nestedStack(Construct scope, String name, SideBySide others) {
        NestedStack stack = new NestedStack(scope, name);
        CfnResource resource = stack.getNestedStackResource();
        others.predecessor().ifPresent(other -> resource.getNode().addDependency(other));
        others.add(resource);
        return stack;
    }

    private void output(String id, String description, String value) {
        CfnOutput.Builder.create(this, id).description(description).value(value).build();
    }
}
