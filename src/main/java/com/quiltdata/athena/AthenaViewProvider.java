package com.quiltdata.athena;

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
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.customresources.Provider;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
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
 * The Lambda function that creates and drops Athena views, and the framework that reports to CloudFormation for it.
 *
 * <p>Every stack has its own, nested stacks too: the views of a stack, by name, fit into the policies of one role, those
 * of a thousand buckets would not. It may do nothing in Athena and Glue until whoever owns the workgroup and the database
 * grants it: it is an {@link IGrantable}.
 */
public final class AthenaViewProvider extends Construct implements IGrantable {

    /** The longest that the handler waits for Athena, with the time that it needs to give up in good order. */
    private static final Duration HANDLER_TIMEOUT = Duration.minutes(10);

    /** The framework waits for the handler, starts and reports. CDK gives it more than CloudFormation would wait. */
    private static final Duration FRAMEWORK_TIMEOUT = Duration.minutes(11);

    /** How long CloudFormation waits: longer than both functions, so that it always gets a reason from one of them. */
    static final Duration SERVICE_TIMEOUT = Duration.minutes(12);

    /** IAM's own default. */
    static final String DEFAULT_ROLE_PATH = "/";

    private static final String ID = "AthenaViewProvider";

    /** The handler is another module's; {@code ViewHandler} there says what it does. */
    private static final String HANDLER = "com.quiltdata.athena.view.ViewHandler";

    private static final String HANDLER_JAR = "view-handler.jar";

    private final String rolePath;
    private final Role handlerRole;
    private final String serviceToken;

    private AthenaViewProvider(Construct scope, String rolePath) {
        super(scope, ID);
        this.rolePath = rolePath;
        LogGroup handlerLog = logGroup("HandlerLog");
        handlerRole = functionRole("HandlerRole", "Creates and drops Athena views", handlerLog);
        Function handler = Function.Builder.create(this, "Handler")
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
                .frameworkOnEventRole(functionRole("FrameworkRole", "Answers CloudFormation", frameworkLog))
                .logGroup(frameworkLog)
                .build();
        serviceToken = provider.getServiceToken();
        CfnFunction framework = (CfnFunction)
                provider.getNode().findChild("framework-onEvent").getNode().getDefaultChild();
        framework.setTimeout(FRAMEWORK_TIMEOUT.toSeconds());
    }

    /**
     * The provider of the stack that a construct belongs to; the first call makes it.
     *
     * @param scope a construct in the stack
     * @return always the same one for the same stack
     */
    public static AthenaViewProvider of(Construct scope) {
        return of(scope, DEFAULT_ROLE_PATH);
    }

    /**
     * The provider of the stack that a construct belongs to; the first call makes it.
     *
     * @param scope a construct in the stack
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
     * @param resource the custom resource
     * @param others what else it is created after and deleted before
     */
    void outlives(Construct resource, List<? extends Construct> others) {
        List<Construct> dependencies = new ArrayList<>(others);
        dependencies.add(handlerRole);
        resource.getNode().addDependency(dependencies.toArray(new Construct[0]));
    }

    /**
     * The handler's role, for policies that are no part of its own.
     *
     * @return the role
     */
    Role role() {
        return handlerRole;
    }

    @Override
    public IPrincipal getGrantPrincipal() {
        return handlerRole;
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
    private static Path handlerJar() {
        URL resource = AthenaViewProvider.class.getResource(HANDLER_JAR);
        if (resource == null) {
            throw new IllegalStateException(HANDLER_JAR + " is missing from the app: build it with mvn package");
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
