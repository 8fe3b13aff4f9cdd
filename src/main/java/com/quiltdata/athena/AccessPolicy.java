package com.quiltdata.athena;

import com.quiltdata.athena.Configuration.InputAccess;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.CfnManagedPolicy;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.constructs.Construct;

/**
 * The managed policy that lets a Quilt user query package metadata, and do nothing else.
 *
 * <p>Every statement has an id, so that CDK does not merge it with another and a reviewer finds it again.
 */
final class AccessPolicy extends Construct {
    private static final String REGISTRY_OBJECTS = QuiltBucket.REGISTRY_PREFIX + "*";

    private final Configuration configuration;
    private final QueryResults results;
    private final QueryDatabase database;
    private final ManagedPolicy policy;

    AccessPolicy(
            Construct scope, String id, Configuration configuration, QueryResults results, QueryDatabase database) {
        super(scope, id);
        this.configuration = configuration;
        this.results = results;
        this.database = database;
        policy = ManagedPolicy.Builder.create(this, "Policy")
                .managedPolicyName(configuration.policyName())
                .description("Query Quilt package metadata with Athena")
                .statements(statements())
                .roles(configuration.attachPolicyToRoles().stream()
                        .map(name -> Role.fromRoleName(this, "Role-" + name, name))
                        .toList())
                .build();
        ((CfnManagedPolicy) policy.getNode().getDefaultChild()).applyRemovalPolicy(RemovalPolicy.DESTROY);
    }

    /**
     * What the Quilt stack and the admin panel ask for.
     *
     * @return the policy's ARN
     */
    String arn() {
        return policy.getManagedPolicyArn();
    }

    private List<PolicyStatement> statements() {
        List<PolicyStatement> statements = new ArrayList<>(List.of(
                // Running queries and finding saved ones. Batch… are calls of their own, which Get* does not match.
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
                allow(
                        "GrantQuiltAthenaCatalogAccess",
                        List.of(
                                "athena:GetDataCatalog",
                                "athena:GetDatabase",
                                "athena:GetTableMetadata",
                                "athena:ListDatabases",
                                "athena:ListTableMetadata"),
                        List.of(arn("athena", "datacatalog", "AwsDataCatalog"))),
                allow(
                        "GrantQuiltGlueAccess",
                        List.of("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"),
                        Stream.concat(database.arns("*").stream(), Stream.of(database.defaultDatabaseArn()))
                                .toList()),
                allow(
                        "GrantQuiltGlueWriteAccess",
                        List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
                        database.arns("*_quilt_*")),
                allow("GrantQuiltAthenaBucketAccess", List.of("s3:GetBucketLocation"), inputArns("")),
                listRegistries(),
                allow("GrantQuiltAthenaInputAccess", List.of("s3:GetObject"), inputArns("/" + REGISTRY_OBJECTS)),
                allow(
                        "GrantQuiltAthenaOutputAccess",
                        List.of(
                                "s3:AbortMultipartUpload",
                                "s3:GetBucketLocation",
                                "s3:GetObject",
                                "s3:ListBucket",
                                "s3:ListBucketMultipartUploads",
                                "s3:ListMultipartUploadParts",
                                "s3:PutObject"),
                        List.of(results.bucketArn(), results.bucketArn() + "/*"))));
        configuration
                .resultsKmsKeyArn()
                .ifPresent(key -> statements.add(allow(
                        "GrantQuiltAthenaOutputKeyAccess",
                        List.of("kms:Decrypt", "kms:GenerateDataKey"),
                        List.of(key))));
        if (!configuration.quiltBucketKmsKeyArns().isEmpty()) {
            statements.add(allow(
                    "GrantQuiltAthenaInputKeyAccess", List.of("kms:Decrypt"), configuration.quiltBucketKmsKeyArns()));
        }
        return statements;
    }

    /** Listing is of a bucket, and only the condition keeps it to the registry. */
    private PolicyStatement listRegistries() {
        PolicyStatement statement = allow("GrantQuiltAthenaBucketListAccess", List.of("s3:ListBucket"), inputArns(""));
        statement.addCondition("StringLike", Map.of("s3:prefix", REGISTRY_OBJECTS));
        return statement;
    }

    private List<String> inputArns(String suffix) {
        Collection<String> names = configuration.inputAccess() == InputAccess.ANY
                ? List.of("*")
                : configuration.quiltBuckets().stream().map(QuiltBucket::name).toList();
        return names.stream().map(name -> bucketArn(name) + suffix).toList();
    }

    private String bucketArn(String name) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service("s3")
                        .region("")
                        .account("")
                        .resource(name)
                        .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                        .build());
    }

    private String arn(String service, String resource, String resourceName) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service(service)
                        .resource(resource)
                        .resourceName(resourceName)
                        .build());
    }

    private static PolicyStatement allow(String sid, List<String> actions, List<String> resources) {
        return PolicyStatement.Builder.create()
                .sid(sid)
                .actions(actions)
                .resources(resources)
                .build();
    }
}
