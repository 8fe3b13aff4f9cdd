package com.quiltdata.athena.view;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.s3.IBucket;

/**
 * What a provider's handler may do in Athena and Glue, which is nothing until it is granted: where its statements run
 * ({@link #runStatements}), what it can read ({@link #readDefinitions}) and which views it can define
 * ({@link #defineViews}).
 */
public final class ViewGrants {
    /** The description of the policy that grows with the number of views, and that IAM limits. */
    public static final String NAMED_VIEWS = "Define views by name";

    private static final List<String> DEFINE = List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable");

    private final Role handlerRole;

    ViewGrants(Role handlerRole) {
        this.handlerRole = handlerRole;
    }

    /**
     * Lets the handler run statements in a workgroup, wait for them and stop them, and lets Athena write their results on
     * its behalf. The handler cannot fetch results.
     *
     * @param workGroup the name of an Athena workgroup
     * @param results the bucket of the workgroup's output location, with its KMS key if it has one
     */
    public void runStatements(String workGroup, IBucket results) {
        grant(
                List.of("athena:GetQueryExecution", "athena:StartQueryExecution", "athena:StopQueryExecution"),
                Map.of(),
                List.of(Arns.of(handlerRole, "athena", "workgroup", workGroup)));
        // All that AWS says a location of results takes; every one of these calls is Athena's.
        grant(
                List.of(
                        "s3:AbortMultipartUpload",
                        "s3:GetBucketLocation",
                        "s3:GetObject",
                        "s3:ListBucket",
                        "s3:ListBucketMultipartUploads",
                        "s3:ListMultipartUploadParts",
                        "s3:PutObject"),
                RequestConditions.BY_ATHENA,
                List.of(results.getBucketArn(), results.arnForObjects("*")));
        if (results.getEncryptionKey() != null) {
            grant(
                    RequestConditions.RESULT_KEY_ACTIONS,
                    RequestConditions.BY_S3,
                    List.of(results.getEncryptionKey().getKeyArn()));
        }
    }

    /**
     * Lets Athena read the definitions of a database's tables and views on the handler's behalf, and make the database
     * {@code default} in a region where nobody has used Athena yet.
     *
     * @param database the name of a Glue database
     * @see <a
     *     href="https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html#full-access-to-default-db-per-region">Access
     *     to your catalog and database per Region</a>: to create the database {@code default} takes
     *     {@code glue:CreateDatabase} on it and on the catalog
     */
    public void readDefinitions(String database) {
        String defaultDatabase = Arns.of(handlerRole, "glue", "database", AthenaViewProvider.DEFAULT_DATABASE);
        // Athena asks for all databases before it creates a view, which AWS's examples leave out.
        grant(
                List.of("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable"),
                RequestConditions.BY_ATHENA,
                Stream.concat(tables(database, List.of("*")).stream(), Stream.of(defaultDatabase))
                        .toList());
        grant(
                List.of("glue:CreateDatabase"),
                RequestConditions.BY_ATHENA,
                List.of(Arns.of(handlerRole, "glue", "catalog"), defaultDatabase));
    }

    /**
     * Lets Glue decrypt and encrypt definitions on the handler's behalf, where the Data Catalog is encrypted.
     *
     * @param keyArn the ARN of the catalog's KMS key
     */
    public void useCatalogKey(String keyArn) {
        grant(RequestConditions.CATALOG_KEY_ACTIONS, RequestConditions.BY_GLUE, List.of(keyArn));
    }

    /**
     * Lets Athena create, replace and drop views on the handler's behalf, as long as the handler is there.
     *
     * @param database the name of a Glue database
     * @param names the views' names; {@code *} stands for any text
     */
    public void defineViews(String database, List<String> names) {
        grant(DEFINE, RequestConditions.BY_ATHENA, tables(database, names));
    }

    /**
     * The same by a policy for views of some kind, which goes after all of them when none of the kind is declared any more.
     *
     * @param id the policy's id, which says the kind
     * @param database the name of a Glue database
     * @param names the views' names; {@code *} stands for any text
     * @param reading what else Athena needs to read what is below the views
     */
    public void defineViews(String id, String database, List<String> names, List<PolicyStatement> reading) {
        policy(id, "Define views of a kind", database, names, reading);
    }

    /**
     * The same for views by name alone. Another set of names has another policy: CloudFormation makes it before the views
     * of the new set, and deletes the old one after the views that have left. So each view can be dropped exactly as long
     * as it is there.
     *
     * <p>IAM takes 6,144 characters in a policy: names of 30 characters fit about fifty times.
     *
     * @param database the name of a Glue database
     * @param names the views' names, sorted
     */
    public void defineNamedViews(String database, List<String> names) {
        policy("Views" + Digest.of(names), NAMED_VIEWS, database, names, List.of());
    }

    private void policy(
            String id, String description, String database, List<String> names, List<PolicyStatement> reading) {
        PolicyStatement define = PolicyStatement.Builder.create()
                .actions(DEFINE)
                .resources(tables(database, names))
                .conditions(RequestConditions.BY_ATHENA)
                .build();
        ManagedPolicy.Builder.create(handlerRole, id)
                .description(description)
                .statements(Stream.concat(Stream.of(define), reading.stream()).toList())
                .roles(List.of(handlerRole))
                .build();
    }

    /** Glue checks the catalog and the database for everything in it, too. */
    private List<String> tables(String database, List<String> names) {
        return Stream.concat(
                        Stream.of(
                                Arns.of(handlerRole, "glue", "catalog"),
                                Arns.of(handlerRole, "glue", "database", database)),
                        names.stream().map(name -> Arns.of(handlerRole, "glue", "table", database + "/" + name)))
                .toList();
    }

    private void grant(List<String> actions, Map<String, Map<String, Object>> conditions, List<String> arns) {
        Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(handlerRole)
                .actions(actions)
                .resourceArns(arns)
                .conditions(conditions)
                .build());
    }
}
