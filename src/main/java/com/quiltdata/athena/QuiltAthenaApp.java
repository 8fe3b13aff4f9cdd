package com.quiltdata.athena;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.StackProps;

/** The CDK app. */
public final class QuiltAthenaApp {

    /** The id of the stack's construct, and the stack's name. */
    public static final String STACK_ID = "QuiltAthena";

    private QuiltAthenaApp() {}

    /**
     * Synthesizes the stack, as the CDK CLI asks for it through the environment. Wrong configuration is reported on
     * standard error, one line a problem, with exit status 1 and before anything is synthesized.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        try {
            App app = new App();
            declareStack(app, Path.of(""));
            app.synth();
        } catch (ConfigurationException e) {
            e.problems().forEach(System.err::println);
            System.exit(1);
        }
    }

    /**
     * Declares the stack that the app's context describes.
     *
     * @param app the app, with the configuration in its context
     * @param directory the project's, which files in the configuration are relative to
     * @return the stack
     * @throws ConfigurationException if anything in the configuration is wrong
     */
    public static QuiltAthenaStack declareStack(App app, Path directory) {
        return new QuiltAthenaStack(
                app,
                STACK_ID,
                StackProps.builder()
                        .description("Quilt package metadata, queryable with Amazon Athena")
                        .env(environment())
                        .build(),
                configuration(context(app), directory));
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

    /**
     * Reads the configuration out of a context.
     *
     * @param context the whole context
     * @param directory the project's, which files in the configuration are relative to
     * @return the configuration
     * @throws ConfigurationException if anything in it is wrong
     */
    public static Configuration configuration(Map<String, Object> context, Path directory) {
        return ConfigurationReader.read(context, directory);
    }

    private static Map<String, Object> context(App app) {
        Map<String, Object> context = new LinkedHashMap<>();
        if (app.getNode().getAllContext() instanceof Map<?, ?> all) {
            all.forEach((key, value) -> context.put(String.valueOf(key), value));
        }
        return context;
    }
}
