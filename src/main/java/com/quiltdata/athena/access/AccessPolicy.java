package com.quiltdata.athena.access;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.query.QueryResults;
import com.quiltdata.athena.view.Arns;
import com.quiltdata.athena.view.RequestConditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.CfnManagedPolicy;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.constructs.Construct;

/**
 * The managed policy that lets a Quilt user query package metadata, save queries and define views for that, and do
 * nothing else.
 *
 * <p>Every statement has an id, so that CDK does not merge it with another and a reviewer finds it again.
 */
public final class AccessPolicy extends Construct {
    private final Configuration configuration;
    private final QueryResults results;
    private final QueryDatabase database;
    private final List<PolicyStatement> more;
    private final ManagedPolicy policy;

    /**
     * Declares the policy.
     *
     * @param configuration names the policy, its roles, the Quilt buckets and the keys
     * @param more statements on what else they read
     */
    public AccessPolicy(
            Construct scope,
            String id,
            Configuration configuration,
            QueryResults results,
            QueryDatabase database,
            List<PolicyStatement> more) {
        super(scope, id);
        this.configuration = configuration;
        this.results = results;
        this.database = database;
        this.more = List.copyOf(more);
        policy = ManagedPolicy.Builder.create(this, "Policy")
                .managedPolicyName(configuration.access().policyName())
                .description("Query Quilt package metadata with Athena")
                .statements(statements())
                .roles(configuration.access().attachPolicyToRoles().stream()
                        .map(name -> Role.fromRoleName(this, "Role-" + name, name))
                        .toList())
                .build();
        ((CfnManagedPolicy) policy.getNode().getDefaultChild()).applyRemovalPolicy(RemovalPolicy.DESTROY);
    }

    /** What the Quilt stack and the admin panel ask for. */
    public String arn() {
        return policy.getManagedPolicyArn();
    }

    private List<PolicyStatement> statements() {
        List<PolicyStatement> statements = new ArrayList<>();
        statements.addAll(queryStatements());
        statements.addAll(metadataStatements());
        statements.addAll(new RegistryAccess(Stack.of(this), configuration).statements());
        statements.addAll(outputStatements());
        statements.addAll(more);
        return statements;
    }

    private List<PolicyStatement> queryStatements() {
        return List.of(
                // Running queries, and saving and finding them. Batch… are actions of their own, no part of Get….
                // GetQueryResultsStream is how the JDBC and ODBC drivers read results.
                allow(
                        "GrantQuiltAthenaAccess",
                        List.of(
                                "athena:BatchGetNamedQuery",
                                "athena:BatchGetQueryExecution",
                                "athena:CreateNamedQuery",
                                "athena:GetNamedQuery",
                                "athena:GetQueryExecution",
                                "athena:GetQueryResults",
                                "athena:GetQueryResultsStream",
                                "athena:GetQueryRuntimeStatistics",
                                "athena:GetWorkGroup",
                                "athena:ListNamedQueries",
                                "athena:ListQueryExecutions",
                                "athena:StartQueryExecution",
                                "athena:StopQueryExecution"),
                        List.of(results.workGroupArn())),
                // IAM knows no resource for these two.
                allow(
                        "GrantQuiltAthenaListAccess",
                        List.of("athena:ListDataCatalogs", "athena:ListWorkGroups"),
                        List.of("*")),
                // The catalog that Athena makes of Glue's; what it shows is what the statements on Glue allow.
                allow(
                        "GrantQuiltAthenaCatalogAccess",
                        List.of(
                                "athena:GetDataCatalog",
                                "athena:GetDatabase",
                                "athena:GetTableMetadata",
                                "athena:ListDatabases",
                                "athena:ListTableMetadata"),
                        List.of(Arns.of(this, "athena", "datacatalog", "AwsDataCatalog"))));
    }

    /**
     * Not only through Athena: client libraries look tables up in Glue themselves, and define and delete them there.
     * Nothing on partitions: the tables have none, and AWS asks for no permission then.
     */
    private List<PolicyStatement> metadataStatements() {
        List<PolicyStatement> statements = new ArrayList<>(List.of(
                // GetDatabase(s) of "default", too: Athena looks it up whatever the query is. Its tables stay unread.
                allow(
                        "GrantQuiltGlueAccess",
                        List.of("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"),
                        Stream.concat(database.arns("*").stream(), Stream.of(database.defaultDatabaseArn()))
                                .toList()),
                // For views and tables that users define themselves.
                allow(
                        "GrantQuiltGlueWriteAccess",
                        List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
                        database.arns("*_quilt_*"))));
        configuration
                .queries()
                .catalogKmsKeyArn()
                .ifPresent(key -> statements.add(Statements.allow(
                        "GrantQuiltGlueKeyAccess",
                        RequestConditions.CATALOG_KEY_ACTIONS,
                        List.of(key),
                        RequestConditions.BY_GLUE)));
        return statements;
    }

    private List<PolicyStatement> outputStatements() {
        List<String> arns = List.of(results.bucketArn(), results.bucketArn() + "/*");
        // Athena reads results for the user, and so do users and their tools: the catalog's link to the result file,
        // drivers and data frame libraries fetch it from S3.
        PolicyStatement read = allow(
                "GrantQuiltAthenaOutputAccess", List.of("s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"), arns);
        // Only Athena writes results. It gives up an upload that fails, which deletes no object.
        PolicyStatement write = Statements.allow(
                "GrantQuiltAthenaOutputWriteAccess",
                List.of(
                        "s3:AbortMultipartUpload",
                        "s3:ListBucketMultipartUploads",
                        "s3:ListMultipartUploadParts",
                        "s3:PutObject"),
                arns,
                RequestConditions.BY_ATHENA);
        return configuration
                .queries()
                .results()
                .kmsKeyArn()
                .map(key -> List.of(
                        read,
                        write,
                        Statements.allow(
                                "GrantQuiltAthenaOutputKeyAccess",
                                RequestConditions.RESULT_KEY_ACTIONS,
                                List.of(key),
                                RequestConditions.BY_S3)))
                .orElse(List.of(read, write));
    }

    private static PolicyStatement allow(String sid, List<String> actions, List<String> resources) {
        return Statements.allow(sid, actions, resources, Map.of());
    }
}
