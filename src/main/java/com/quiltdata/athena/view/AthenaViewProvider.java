package com.quiltdata.athena.view;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.customresources.Provider;
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
import software.constructs.Construct;

/**
 * The Lambda function that creates and drops Athena views, and the framework that reports to CloudFormation for it. There
 * is one for a stack and all stacks nested in it. What it may do is what {@link #grants} grants.
 */
public final class AthenaViewProvider extends Construct {

    /** The longest that the handler waits for Athena, with the time that it needs to give up in good order. */
    private static final Duration HANDLER_TIMEOUT = Duration.minutes(10);

    /** The framework waits for the handler, starts and reports. CDK gives it more than CloudFormation would wait. */
    private static final Duration FRAMEWORK_TIMEOUT = Duration.minutes(11);

    /** How long CloudFormation waits: longer than both functions, so that it always gets a reason from one of them. */
    static final Duration SERVICE_TIMEOUT = Duration.minutes(12);

    /** Athena looks the database of this name up in whatever it does, and makes it where it is not there. */
    public static final String DEFAULT_DATABASE = "default";

    private static final String ID = "AthenaViewProvider";
    private static final String DEFAULT_ROLE_PATH = "/";

    /** The handler is another module's; {@code ViewHandler} there says what it does. */
    private static final String HANDLER = "com.quiltdata.athena.handler.ViewHandler";

    /** Where Maven builds it, seen from the classes or the jar that this class is in. */
    private static final String HANDLER_JAR = "../../../lambda/target/quilt-athena-lambda-function.jar";

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
                .code(Code.fromAsset(handlerJar().toString()))
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
     * @return always the same one for the same stack and those nested in it
     */
    public static AthenaViewProvider of(Construct scope) {
        return of(scope, DEFAULT_ROLE_PATH);
    }

    /**
     * The provider of the stack that a construct belongs to; the first call makes it.
     *
     * @param rolePath the IAM path of the functions' roles, which the first call decides
     * @return always the same one for the same stack and those nested in it
     */
    public static AthenaViewProvider of(Construct scope, String rolePath) {
        Stack stack = Stack.of(scope);
        while (stack.getNestedStackParent() != null) {
            stack = stack.getNestedStackParent();
        }
        return stack.getNode().tryFindChild(ID) instanceof AthenaViewProvider existing
                ? existing
                : new AthenaViewProvider(stack, rolePath);
    }

    /** What lets the handler do something. */
    public ViewGrants grants() {
        return new ViewGrants(handlerRole);
    }

    /** The name of the function that creates and drops views, for what watches it. */
    public String handlerFunctionName() {
        return handler.getFunctionName();
    }

    /** The name of the function that answers CloudFormation, for what watches it. */
    public String frameworkFunctionName() {
        return framework.getRef();
    }

    /** What a custom resource names as its provider: the ARN of the framework's function. */
    String serviceToken() {
        return serviceToken;
    }

    /**
     * Makes a custom resource be created after the handler's permissions, whose policies are the role's children, and
     * deleted before them.
     *
     * @param others what else it is created after and deleted before
     */
    void outlives(Construct resource, List<? extends Construct> others) {
        List<Construct> dependencies = new ArrayList<>(others);
        dependencies.add(handlerRole);
        resource.getNode().addDependency(dependencies.toArray(new Construct[0]));
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
                .path(rolePath)
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .build();
        log.grantWrite(role);
        return role;
    }

    /** The CDK names the asset by its content, so it does not matter where the file lies. */
    private static Path handlerJar() {
        try {
            Path built = Path.of(AthenaViewProvider.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path jar = built.resolve(HANDLER_JAR).normalize();
            if (!Files.exists(jar)) {
                throw new IllegalStateException(jar + " is missing: build it with mvn package");
            }
            return jar;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
