package com.quiltdata.athena;

import com.quiltdata.athena.Configuration.Removal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.glue.CfnDatabase;
import software.amazon.awscdk.services.glue.CfnDatabase.DataLakePrincipalProperty;
import software.amazon.awscdk.services.glue.CfnDatabase.DatabaseInputProperty;
import software.amazon.awscdk.services.glue.CfnDatabase.PrincipalPrivilegesProperty;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.constructs.Construct;

/** The Glue database that holds the tables and views of all Quilt buckets, and those that users make themselves. */
final class QueryDatabase extends Construct {

    /** Athena looks the database of this name up in whatever it does, and every account has it. */
    private static final String DEFAULT_DATABASE = "default";

    /**
     * Who may use a new table is what IAM says, as long as Lake Formation is not told otherwise. Glue fills this in from
     * Lake Formation's settings of the account where it is left out, and they may ask for grants on every table.
     *
     * @see <a href="https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html">Changing the default
     *     settings for your data lake</a>
     */
    private static final PrincipalPrivilegesProperty BY_IAM_ALONE = PrincipalPrivilegesProperty.builder()
            .principal(DataLakePrincipalProperty.builder()
                    .dataLakePrincipalIdentifier("IAM_ALLOWED_PRINCIPALS")
                    .build())
            .permissions(List.of("ALL"))
            .build();

    /** Statements of this size are what CDK distributes over several policies when one cannot hold them all. */
    private static final int VIEWS_PER_STATEMENT = 10;

    /** Asked for once: every bucket needs it several times, and each answer comes from another process. */
    private final String name;

    private final String databaseName;

    QueryDatabase(Construct scope, String id, Configuration configuration) {
        super(scope, id);
        databaseName = configuration.databaseName();
        CfnDatabase database = CfnDatabase.Builder.create(this, "Database")
                .catalogId(Aws.ACCOUNT_ID)
                // CloudFormation recognizes a database that exists by this property, and not by the input's name.
                .databaseName(configuration.databaseName())
                .databaseInput(DatabaseInputProperty.builder()
                        .name(configuration.databaseName())
                        .description("Metadata of Quilt packages: tables and views of each Quilt bucket")
                        .createTableDefaultPermissions(List.of(BY_IAM_ALONE))
                        .build())
                .build();
        // Glue deletes a database with every table in it, also those that users made.
        database.applyRemovalPolicy(
                configuration.removalPolicy() == Removal.DESTROY ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
        name = database.getRef();
    }

    /**
     * The database's name.
     *
     * @return resolves to the database, so that who uses it depends on it
     */
    String name() {
        return name;
    }

    /**
     * What Glue checks when somebody does something with tables: the catalog, the database and the tables.
     *
     * @param tables names or patterns of names; none for the catalog and the database alone
     * @return ARNs
     */
    List<String> arns(String... tables) {
        return Stream.concat(
                        Stream.of(glueArn("catalog", null), glueArn("database", name())),
                        Stream.of(tables).map(this::tableArn))
                .toList();
    }

    /**
     * How long the ARN of a view of the configuration's can be, in any region.
     *
     * @param configuration names the database and the buckets
     * @return characters
     */
    static int longestViewArn(Configuration configuration) {
        return configuration.quiltBuckets().stream()
                .map(bucket -> "arn:%s:glue:%s:%s:table/%s/%s"
                        .formatted(
                                PolicySize.LONGEST_PARTITION,
                                PolicySize.LONGEST_REGION,
                                PolicySize.ANY_ACCOUNT,
                                configuration.databaseName(),
                                bucket.packagesView()))
                .mapToInt(String::length)
                .max()
                .orElseThrow();
    }

    /**
     * What Glue checks when Athena looks up the database that every account has.
     *
     * @return its ARN
     */
    String defaultDatabaseArn() {
        return glueArn("database", DEFAULT_DATABASE);
    }

    /**
     * Lets Athena create, replace and drop views on somebody's behalf, and read the definitions of the tables below
     * them.
     *
     * <p>Views can be created and replaced by name alone. They can be dropped by the names that all views of Quilt
     * buckets have: the views of a bucket that leaves the configuration are dropped when CloudFormation has already
     * taken their names out of the policy, and so are those that a failed update has made and rolls back.
     *
     * @param grantee who
     * @param views the views' names
     */
    void grantDefineViews(IGrantable grantee, List<String> views) {
        // Athena asks for all databases before it creates a view, which AWS's examples leave out.
        grant(
                grantee,
                List.of("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable"),
                Stream.concat(arns("*").stream(), Stream.of(defaultDatabaseArn()))
                        .toList());
        // Glue checks the catalog and the database, too. They are apart, so that each view costs one ARN.
        grant(grantee, List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"), arns());
        grant(
                grantee,
                List.of("glue:DeleteTable"),
                List.of(tableArn("*" + QuiltBucket.PACKAGES_VIEW), tableArn("*" + QuiltBucket.OBJECTS_VIEW)));
        String everyTable = tableArn("");
        for (int from = 0; from < views.size(); from += VIEWS_PER_STATEMENT) {
            grant(
                    grantee,
                    List.of("glue:CreateTable", "glue:UpdateTable"),
                    views.subList(from, Math.min(from + VIEWS_PER_STATEMENT, views.size())).stream()
                            .map(everyTable::concat)
                            .toList());
        }
    }

    /**
     * Lets Athena create, replace and drop views on somebody's behalf by a policy of its own, in which each of them is
     * named. Another set of views has another policy: CloudFormation makes it before the views of the new set, and
     * deletes the old one after the views that have left. So each view can be dropped exactly as long as it is there.
     *
     * @param grantee who may define views already, by {@link #grantDefineViews}
     * @param views the views' names
     * @return the policy
     * @throws ConfigurationException if it has more characters than IAM allows
     */
    Construct grantDefineCustomViews(AthenaViewProvider grantee, List<String> views) {
        ManagedPolicy policy = ManagedPolicy.Builder.create(
                        this, "CustomViews" + CustomViews.digest(String.join("\n", views)))
                .description("Define the custom views")
                .statements(List.of(PolicyStatement.Builder.create()
                        .actions(List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"))
                        .resources(views.stream().map(this::tableArn).toList())
                        .conditions(RequestConditions.BY_ATHENA)
                        .build()))
                .roles(List.of(grantee.role()))
                .build();
        int size = PolicySize.of(Stack.of(this), policy.getDocument(), Map.of(name, databaseName));
        if (size > PolicySize.MANAGED_POLICY_LIMIT) {
            throw new ConfigurationException(List.of(String.format(
                    Locale.ROOT,
                    "customViews: %d views must fit into the policy that lets them be defined: it would have %,d"
                            + " characters, and IAM allows %,d; have fewer views, or shorter names",
                    views.size(),
                    size,
                    PolicySize.MANAGED_POLICY_LIMIT)));
        }
        return policy;
    }

    private static void grant(IGrantable grantee, List<String> actions, List<String> arns) {
        Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(actions)
                .resourceArns(arns)
                .conditions(RequestConditions.BY_ATHENA)
                .build());
    }

    private String tableArn(String table) {
        return glueArn("table", name() + "/" + table);
    }

    private String glueArn(String resource, String resourceName) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service("glue")
                        .resource(resource)
                        .resourceName(resourceName)
                        .build());
    }
}
