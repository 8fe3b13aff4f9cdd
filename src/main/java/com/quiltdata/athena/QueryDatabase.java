package com.quiltdata.athena;

import com.quiltdata.athena.Configuration.Removal;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.glue.CfnDatabase;
import software.amazon.awscdk.services.glue.CfnDatabase.DatabaseInputProperty;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.constructs.Construct;

/** The Glue database that holds the tables and views of all Quilt buckets, and those that users make themselves. */
final class QueryDatabase extends Construct {

    /** Athena looks the database of this name up in whatever it does, and every account has it. */
    private static final String DEFAULT_DATABASE = "default";

    private final CfnDatabase database;

    QueryDatabase(Construct scope, String id, Configuration configuration) {
        super(scope, id);
        database = CfnDatabase.Builder.create(this, "Database")
                .catalogId(Aws.ACCOUNT_ID)
                .databaseInput(DatabaseInputProperty.builder()
                        .name(configuration.databaseName())
                        .description("Metadata of Quilt packages: tables and views of each Quilt bucket")
                        .build())
                .build();
        // Glue deletes a database with every table in it, also those that users made.
        database.applyRemovalPolicy(
                configuration.removalPolicy() == Removal.DESTROY ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    }

    /**
     * The database's name.
     *
     * @return resolves to the database, so that who uses it depends on it
     */
    String name() {
        return database.getRef();
    }

    /**
     * What Glue checks when something in the database is read: the catalog, the database and its tables.
     *
     * @param tables patterns of table names
     * @return ARNs
     */
    List<String> arns(String... tables) {
        return Stream.concat(
                        Stream.of(glueArn("catalog", null), glueArn("database", name())),
                        Stream.of(tables).map(table -> glueArn("table", name() + "/" + table)))
                .toList();
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
     * Lets somebody create, replace and drop views in the database, and read the tables below them.
     *
     * @param grantee who
     * @param views patterns of the views' names
     */
    void grantDefineViews(IGrantable grantee, String... views) {
        Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(List.of("glue:GetDatabase", "glue:GetTable", "glue:GetTables"))
                .resourceArns(Stream.concat(arns("*").stream(), Stream.of(defaultDatabaseArn()))
                        .toList())
                .build());
        Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"))
                .resourceArns(arns(views))
                .build());
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
