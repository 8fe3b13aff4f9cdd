package com.quiltdata.athena.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.customresources.Provider;
import software.amazon.awscdk.services.iam.CfnManagedPolicy;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.ApplicationLogLevel;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;

/**
 * The Lambda function that creates and drops Athena views, and the framework that reports to CloudFormation for it.
 *
 * <p>Every stack has its own, nested stacks too: the views of a stack, by name, fit into the policies of one role, those
 * of hundreds of nested stacks would not. It may do nothing in Athena and Glue until that is granted: where its statements
 * run ({@link #grantRunStatements}), what it can read ({@link #grantReadDefinitions}) and which views it can define
 * ({@link #grantDefineViews}).
 */
public final class AthenaViewProvider extends Construct implements IGrantable {

    /** The longest that the handler waits for Athena, with the time that it needs to give up in good order. */
    private static final Duration HANDLER_TIMEOUT = Duration.minutes(10);

    /** The framework waits for the handler, starts and reports. CDK gives it more than CloudFormation would wait. */
    private static final Duration FRAMEWORK_TIMEOUT = Duration.minutes(11);

    /** How long CloudFormation waits: longer than both functions, so that it always gets a reason from one of them. */
    static final Duration SERVICE_TIMEOUT = Duration.minutes(12);

    /** IAM's own default. */
    public static final String DEFAULT_ROLE_PATH = "/";

    /** Athena looks the database of this name up in whatever it does, and makes it where it is not there. */
    public static final String DEFAULT_DATABASE = "default";

    /** In the metadata of a policy that is attached beside the one that it replaces, for a while. */
    public static final String REPLACED_WHILE_ATTACHED = "ReplacedWhileAttached";

    /** Statements of this size are what CDK distributes over several policies when one cannot hold them all. */
    private static final int VIEWS_PER_STATEMENT = 10;

    private static final String ID = "AthenaViewProvider";

    /** The handler is another module's; {@code ViewHandler} there says what it does. */
    private static final String HANDLER = "com.quiltdata.athena.handler.ViewHandler";

    private final String rolePath;
    private final Role handlerRole;
    private final String serviceToken;
    private final Function handler;
    private final CfnFunction framework;

    private AthenaViewProvider(Construct scope, String rolePath) {
        super(scope, ID);
        this.rolePath = rolePath;
        LogGroup handlerLog = logGroup("HandlerLog");
        handlerRole = functionRole("HandlerRole", "Creates and drops Athena views", handlerLog);
        handler = Function.Builder.create(this, "Handler")
                .description("Creates, replaces and drops Athena views for Custom::AthenaView")
                .runtime(Runtime.JAVA_25)
                .architecture(Architecture.ARM_64)
                .handler(HANDLER)
                .code(Code.fromAsset(HandlerJar.FILE.toString()))
                .memorySize(512)
                .timeout(HANDLER_TIMEOUT)
                // It runs for seconds, most of them its start: the second compiler never pays.
                .environment(Map.of("JAVA_TOOL_OPTIONS", "-XX:+TieredCompilation -XX:TieredStopAtLevel=1"))
                .role(handlerRole)
                .logGroup(handlerLog)
                .loggingFormat(LoggingFormat.JSON)
                .build();
        LogGroup frameworkLog = logGroup("FrameworkLog");
        Provider provider = Provider.Builder.create(this, "Framework")
                .onEventHandler(handler)
                // Below that, CDK logs whole requests, with the SQL of the views. An error is why it could not answer.
                .frameworkLambdaLoggingLevel(ApplicationLogLevel.ERROR)
                .frameworkOnEventRole(functionRole("FrameworkRole", "Answers CloudFormation", frameworkLog))
                .logGroup(frameworkLog)
                .build();
        serviceToken = provider.getServiceToken();
        framework = (CfnFunction)
                provider.getNode().findChild("framework-onEvent").getNode().getDefaultChild();
        framework.setTimeout(FRAMEWORK_TIMEOUT.toSeconds());
    }

    /**
     * The provider of the stack that a construct belongs to; the first call makes it.
     *
     * @return always the same one for the same stack
     */
    public static AthenaViewProvider of(Construct scope) {
        return of(scope, DEFAULT_ROLE_PATH);
    }

    /**
     * The provider of the stack that a construct belongs to; the first call makes it.
     *
     * @param rolePath the IAM path of the functions' roles, which the first call decides
     * @return always the same one for the same stack
     */
    public static AthenaViewProvider of(Construct scope, String rolePath) {
        Stack stack = Stack.of(scope);
        return stack.getNode().tryFindChild(ID) instanceof AthenaViewProvider existing
                ? existing
                : new AthenaViewProvider(stack, rolePath);
    }

    /**
     * Tells the CDK how long the ARNs of views can be, before any of them is declared: it divides permissions that one
     * policy cannot hold by an estimate of their length, and estimates an ARN with references in it too short for long
     * names.
     *
     * @param stack the stack in which views are declared, or nested stacks with views are
     * @param database the name of a Glue database
     * @param views the names of all views
     */
    public static void prepare(Stack stack, String database, List<String> views) {
        int longestName = views.stream().mapToInt(String::length).max().orElse(0);
        stack.getNode()
                .setContext(
                        "@aws-cdk/aws-iam.arnSizeEstimate",
                        "arn:%s:glue:%s:%s:table/%s/"
                                        .formatted(
                                                LongestNames.PARTITION,
                                                LongestNames.REGION,
                                                LongestNames.ACCOUNT,
                                                database)
                                        .length()
                                + longestName);
    }

    /**
     * The function that creates and drops views.
     *
     * @return its name, for what watches it
     */
    public String handlerFunctionName() {
        return handler.getFunctionName();
    }

    /**
     * The function that answers CloudFormation.
     *
     * @return its name, for what watches it
     */
    public String frameworkFunctionName() {
        return framework.getRef();
    }

    /**
     * What a custom resource names as its provider.
     *
     * @return the ARN of the framework's function
     */
    String serviceToken() {
        return serviceToken;
    }

    /**
     * Makes a custom resource be created after the handler's permissions and deleted before them. The policies into
     * which CDK splits permissions that one cannot hold are the role's children, and so among them.
     *
     * @param others what else it is created after and deleted before
     */
    void outlives(Construct resource, List<? extends Construct> others) {
        List<Construct> dependencies = new ArrayList<>(others);
        dependencies.add(handlerRole);
        resource.getNode().addDependency(dependencies.toArray(new Construct[0]));
    }

    /**
     * Lets the handler run statements in a workgroup, wait for them and stop them, and lets Athena write their results on
     * its behalf. The handler cannot fetch results.
     *
     * @param workGroup the name of an Athena workgroup
     * @param results the bucket of the workgroup's output location, with its KMS key if it has one
     */
    public void grantRunStatements(String workGroup, IBucket results) {
        grant(
                List.of("athena:GetQueryExecution", "athena:StartQueryExecution", "athena:StopQueryExecution"),
                Map.of(),
                List.of(arn("athena", "workgroup", workGroup)));
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
    public void grantReadDefinitions(String database) {
        // Athena asks for all databases before it creates a view, which AWS's examples leave out.
        grantByAthena(
                List.of("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable"),
                List.of(
                        catalogArn(),
                        arn("glue", "database", database),
                        tableArn(database, "*"),
                        arn("glue", "database", DEFAULT_DATABASE)));
        grantByAthena(List.of("glue:CreateDatabase"), List.of(catalogArn(), arn("glue", "database", DEFAULT_DATABASE)));
    }

    /**
     * Lets Glue decrypt and encrypt definitions on the handler's behalf, where the Data Catalog is encrypted.
     *
     * @param keyArn the ARN of the catalog's KMS key
     */
    public void grantUseCatalogKey(String keyArn) {
        grant(RequestConditions.CATALOG_KEY_ACTIONS, RequestConditions.BY_GLUE, List.of(keyArn));
    }

    /**
     * Lets Athena create, replace and drop views on the handler's behalf by a policy of its own, in which each of them
     * is named. Another set of views has another policy: CloudFormation makes it before the views of the new set, and
     * deletes the old one after the views that have left. So each view can be dropped exactly as long as it is there.
     *
     * <p>IAM takes 6,144 characters in a policy: names of 30 characters fit about fifty times.
     *
     * @param database the name of a Glue database
     * @param views the views' names, sorted
     */
    public void grantDefineViews(String database, List<String> views) {
        ManagedPolicy policy = viewsPolicy("Views" + Digest.of(views), database, views);
        ((CfnManagedPolicy) policy.getNode().getDefaultChild()).addMetadata(REPLACED_WHILE_ATTACHED, true);
    }

    /**
     * Lets Athena create, replace and drop views of some kinds on the handler's behalf, by a policy of its own, which goes
     * after all views when none of these kinds is declared any more.
     *
     * @param database the name of a Glue database
     * @param names the views' names; {@code *} stands for any text
     * @param reading what else Athena needs to read what is below the views
     */
    public void grantDefineViews(String id, String database, List<String> names, List<PolicyStatement> reading) {
        viewsPolicy(id, database, names).addStatements(reading.toArray(new PolicyStatement[0]));
    }

    private ManagedPolicy viewsPolicy(String id, String database, List<String> views) {
        return ManagedPolicy.Builder.create(handlerRole, id)
                .description("Define views")
                .statements(List.of(PolicyStatement.Builder.create()
                        .actions(List.of("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"))
                        .resources(Stream.concat(
                                        Stream.of(catalogArn(), arn("glue", "database", database)),
                                        views.stream().map(view -> tableArn(database, view)))
                                .toList())
                        .conditions(RequestConditions.BY_ATHENA)
                        .build()))
                .roles(List.of(handlerRole))
                .build();
    }

    /**
     * Lets Athena create and replace views on the handler's behalf, by name. Names of more views than one policy takes
     * are divided among several.
     *
     * @param database the name of a Glue database
     */
    public void grantCreateViews(String database, List<String> views) {
        grantCatalogAndDatabase(database, "glue:CreateTable", "glue:UpdateTable");
        String everyTable = tableArn(database, "");
        for (int from = 0; from < views.size(); from += VIEWS_PER_STATEMENT) {
            grantByAthena(
                    List.of("glue:CreateTable", "glue:UpdateTable"),
                    views.subList(from, Math.min(from + VIEWS_PER_STATEMENT, views.size())).stream()
                            .map(everyTable::concat)
                            .toList());
        }
    }

    /**
     * Lets Athena drop views on the handler's behalf.
     *
     * @param database the name of a Glue database
     * @param names the views' names; {@code *} stands for any text
     */
    public void grantDropViews(String database, List<String> names) {
        grantCatalogAndDatabase(database, "glue:DeleteTable");
        grantByAthena(
                List.of("glue:DeleteTable"),
                names.stream().map(name -> tableArn(database, name)).toList());
    }

    @Override
    public IPrincipal getGrantPrincipal() {
        return handlerRole;
    }

    /** Glue checks the catalog and the database, too. They are apart, so that each view costs one ARN. */
    private void grantCatalogAndDatabase(String database, String... actions) {
        grantByAthena(List.of(actions), List.of(catalogArn(), arn("glue", "database", database)));
    }

    private void grantByAthena(List<String> actions, List<String> arns) {
        grant(actions, RequestConditions.BY_ATHENA, arns);
    }

    private void grant(List<String> actions, Map<String, Map<String, Object>> conditions, List<String> arns) {
        Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(handlerRole)
                .actions(actions)
                .resourceArns(arns)
                .conditions(conditions)
                .build());
    }

    private String catalogArn() {
        return arn("glue", "catalog", null);
    }

    private String tableArn(String database, String table) {
        return arn("glue", "table", database + "/" + table);
    }

    private String arn(String service, String resource, String resourceName) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service(service)
                        .resource(resource)
                        .resourceName(resourceName)
                        .build());
    }

    private LogGroup logGroup(String id) {
        return LogGroup.Builder.create(this, id)
                .retention(RetentionDays.ONE_MONTH)
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
    }

    /** A role that may write to its function's log group, and nothing else yet. */
    private Role functionRole(String id, String description, LogGroup log) {
        Role role = Role.Builder.create(this, id)
                .description(description)
                .path(rolePath.equals(DEFAULT_ROLE_PATH) ? null : rolePath)
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .build();
        log.grantWrite(role);
        return role;
    }

    /** The handler as a file. CDK names the asset by its content, so it does not matter where the file lies. */
    private static final class HandlerJar {
        private static final String NAME = "view-handler.jar";

        /** Copied out of the app's jar once, however many providers there are. */
        static final Path FILE = file();

        private static Path file() {
            URL resource = AthenaViewProvider.class.getResource(NAME);
            if (resource == null) {
                throw new IllegalStateException(NAME + " is missing from the app: build it with mvn package");
            }
            try {
                if (resource.getProtocol().equals("file")) {
                    return Path.of(resource.toURI());
                }
                Path copy = Files.createTempFile("view-handler", ".jar");
                copy.toFile().deleteOnExit();
                try (InputStream content = resource.openStream()) {
                    Files.copy(content, copy, StandardCopyOption.REPLACE_EXISTING);
                }
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot copy " + resource, e);
            } catch (URISyntaxException e) {
                throw new IllegalStateException("Not a file: " + resource, e);
            }
        }
    }
}
