package com.quiltdata.athena;

import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.configuration.ConfigurationReader;
import com.quiltdata.athena.configuration.ContextFile;
import com.quiltdata.athena.limits.DeploymentLimits;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.StackProps;

/** The CDK app. */
public final class QuiltAthenaApp {

    /** The id of the stack's construct, and the stack's name. */
    public static final String STACK_ID = "QuiltAthena";

    private QuiltAthenaApp() {}

    /**
     * Synthesizes the stack, as the CDK CLI asks for it through the environment. Wrong configuration, and one that would
     * be more than AWS takes, are reported on standard error, one line a problem, with exit status 1; nothing is left
     * then that could be deployed.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        try {
            ContextFile.check(Path.of(""));
            synthesize(new App(), Path.of(""));
        } catch (ConfigurationException e) {
            e.report().forEach(System.err::println);
            System.exit(1);
        }
    }

    /**
     * Synthesizes the stack that the app's context describes.
     *
     * @param app the app, with the configuration in its context
     * @param directory the project's, which files in the configuration are relative to
     * @throws ConfigurationException if anything in the configuration is wrong, or AWS would not take all of it
     */
    public static void synthesize(App app, Path directory) {
        // DeploymentLimits counts resources, and names the way out.
        app.getNode().setContext("@aws-cdk/core:stackResourceLimit", 0);
        Configuration configuration = ConfigurationReader.read(
                context(app), directory, Optional.ofNullable(environment()).map(Environment::getRegion));
        declareStack(app, configuration);
        String assembly = app.synth().getDirectory();
        DeploymentLimits.check(Path.of(assembly), STACK_ID, configuration);
    }

    /** Declares the stack. */
    public static QuiltAthenaStack declareStack(App app, Configuration configuration) {
        return new QuiltAthenaStack(
                app,
                STACK_ID,
                StackProps.builder()
                        .description("Quilt package metadata, queryable with Amazon Athena")
                        .env(environment())
                        .build(),
                configuration);
    }

    /** Where the CDK CLI deploys to. Without credentials it knows no account, and its region is a mere default. */
    private static Environment environment() {
        String account = System.getenv("CDK_DEFAULT_ACCOUNT");
        return account == null
                ? null
                : Environment.builder()
                        .account(account)
                        .region(System.getenv("CDK_DEFAULT_REGION"))
                        .build();
    }

    private static Map<String, Object> context(App app) {
        Map<String, Object> context = new LinkedHashMap<>();
        if (app.getNode().getAllContext() instanceof Map<?, ?> all) {
            all.forEach((key, value) -> context.put(String.valueOf(key), value));
        }
        return context;
    }
}
