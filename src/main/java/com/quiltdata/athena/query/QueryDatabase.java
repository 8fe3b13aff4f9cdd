package com.quiltdata.athena.query;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.Removal;
import com.quiltdata.athena.view.Arns;
import com.quiltdata.athena.view.AthenaViewProvider;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.glue.CfnDatabase;
import software.amazon.awscdk.services.glue.CfnDatabase.DataLakePrincipalProperty;
import software.amazon.awscdk.services.glue.CfnDatabase.DatabaseInputProperty;
import software.amazon.awscdk.services.glue.CfnDatabase.PrincipalPrivilegesProperty;
import software.constructs.Construct;

/** The Glue database that holds the tables and views of all Quilt buckets, and those that users make themselves. */
public final class QueryDatabase extends Construct {

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

    /** Asked for once: every bucket needs it several times, and each answer comes from another process. */
    private final String name;

    private final String plainName;

    /**
     * Declares the database.
     *
     * @param configuration names it, and says whether it stays when the stack is deleted
     */
    public QueryDatabase(Construct scope, String id, Configuration configuration) {
        super(scope, id);
        plainName = configuration.queries().databaseName();
        CfnDatabase database = CfnDatabase.Builder.create(this, "Database")
                .catalogId(Aws.ACCOUNT_ID)
                // CloudFormation recognizes a database that exists by this property, and not by the input's name.
                .databaseName(configuration.queries().databaseName())
                .databaseInput(DatabaseInputProperty.builder()
                        .name(configuration.queries().databaseName())
                        .description("Metadata of Quilt packages: tables and views of each Quilt bucket")
                        .createTableDefaultPermissions(List.of(BY_IAM_ALONE))
                        .build())
                .build();
        // Glue deletes a database with every table in it, also those that users made.
        database.applyRemovalPolicy(
                configuration.lifecycle().removalPolicy() == Removal.DESTROY
                        ? RemovalPolicy.DESTROY
                        : RemovalPolicy.RETAIN);
        name = database.getRef();
    }

    /** The database's name, which resolves to the database, so that what uses it depends on it. */
    public String name() {
        return name;
    }

    /** The database's name as it is configured, for texts that people read. */
    public String plainName() {
        return plainName;
    }

    /**
     * What Glue checks when somebody does something with tables: the catalog, the database and the tables.
     *
     * @param tables names or patterns of names; none for the catalog and the database alone
     */
    public List<String> arns(String... tables) {
        return Stream.concat(
                        Stream.of(glueArn("catalog", null), glueArn("database", name())),
                        Stream.of(tables).map(table -> glueArn("table", name() + "/" + table)))
                .toList();
    }

    /** What Glue checks when Athena looks up the database that it looks up in whatever it does. */
    public String defaultDatabaseArn() {
        return glueArn("database", AthenaViewProvider.DEFAULT_DATABASE);
    }

    private String glueArn(String type, String name) {
        return Arns.of(this, "glue", type, name);
    }
}
