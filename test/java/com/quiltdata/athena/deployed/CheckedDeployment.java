package com.quiltdata.athena.deployed;

import com.quiltdata.athena.TestTemplates;
import com.quiltdata.athena.deployed.Report.Checked;
import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import com.quiltdata.athena.local.protocol.LocalAccount;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.SnapshotView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * A deployment of two buckets with snapshots in the shared account on loopback. The classes that use it have a lock on its
 * first bucket, because some break it and look at its queries.
 */
public final class CheckedDeployment {
    public static final String BUCKET = "checked-bucket";
    public static final String SECOND_BUCKET = "checked.second";
    static final String DATABASE = "checked";

    /** Those of two buckets, and the one of the snapshots. */
    static final int TABLES = 2 * BucketTable.values().length + 1;

    /** Those of two buckets, and over both. */
    static final int VIEWS = 3 * (BucketView.values().length + SnapshotView.values().length);

    /** What the deployment was made with, as the command line takes it. */
    static final List<String> CONFIGURATION = List.of(
            "-c", "companyName=checked",
            "-c", "quiltBuckets=" + BUCKET + "," + SECOND_BUCKET,
            "-c", "databaseName=" + DATABASE,
            "-c", "workgroupName=checked",
            "-c", "snapshotSchedule=rate(1 hour)");

    /**
     * A configuration of the checkout that is wrong, so that it is not synthesized and compared: that takes a second or
     * more.
     */
    public static final List<String> NOT_SYNTHESIZED = List.of("-c", "databaseName=Wrong");

    private static final LocalStack STACK = SharedEmbeddedAws.get().stack("Checked");
    private static final DeployedStack DEPLOYED = deploy();

    private CheckedDeployment() {}

    /** What the command did: its exit status, and what it wrote to standard output and standard error. */
    public record Outcome(int status, String output, String errors) {}

    private static DeployedStack deploy() {
        for (String bucket : List.of(BUCKET, SECOND_BUCKET)) {
            SharedEmbeddedAws.s3().createBucket(create -> create.bucket(bucket));
            for (int number = 1; number <= 8; number++) {
                push(bucket, number);
            }
        }
        Instant pushed = Instant.now();
        DeployedStack deployed = new DeployedStack(STACK.deploy(
                DeployedStack.assembly(DATABASE, List.of(BUCKET, SECOND_BUCKET), "snapshotSchedule", "rate(1 hour)")));
        // What S3 has got shortly before a refresh may be newer than the snapshots, as far as S3 tells.
        waitUntil(pushed.plus(SampledQueries.CLOCK).plusSeconds(1));
        SharedEmbeddedAws.clients().execute(deployed.outputs().get("SnapshotStateMachineArn"), "{}");
        return deployed;
    }

    private static void waitUntil(Instant time) {
        try {
            Thread.sleep(Duration.between(Instant.now(), time));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void push(String bucket, int number) {
        String hash = "%064x".formatted(number);
        StringBuilder manifest = new StringBuilder(
                "\uFEFF{\"version\": \"v0\", \"message\": \"It's %d\", \"user_meta\": {\"Number\": %d, \"number\": NaN}}\n"
                        .formatted(number, number));
        for (int entry = 0; entry < 20; entry++) {
            manifest.append("""
                    {"logical_key": "data/größe-%d.csv", "physical_keys": ["s3://%s/data/%d?versionId=a"], "size": %d, "hash":\
                     {"type": "SHA256", "value": "%064x"}, "meta": {"user_meta": {"b": %d, "A": "x"}}}
                    """.formatted(entry, bucket, entry, entry, entry, entry));
        }
        put(bucket, "packages/" + hash, manifest.toString());
        put(bucket, "named_packages/user/it's-%d/latest".formatted(number), hash);
        put(bucket, "named_packages/user/it's-%d/1700000000".formatted(number), hash);
    }

    static void put(String bucket, String path, String content) {
        SharedEmbeddedAws.s3()
                .putObject(put -> put.bucket(bucket).key(".quilt/" + path), RequestBody.fromString(content));
    }

    static String get(String bucket, String path) {
        return SharedEmbeddedAws.s3()
                .getObjectAsBytes(get -> get.bucket(bucket).key(".quilt/" + path))
                .asUtf8String();
    }

    static void delete(String bucket, String path) {
        SharedEmbeddedAws.s3().deleteObject(delete -> delete.bucket(bucket).key(".quilt/" + path));
    }

    /** The deployment itself. */
    static DeployedStack stack() {
        return DEPLOYED;
    }

    /** The stack's ARN. */
    static String stackId() {
        return STACK.id();
    }

    /** Runs the command on the deployment. */
    static Outcome check(String... arguments) {
        return check(Environment.http(Optional.of(SharedEmbeddedAws.endpoint())), List.of(), arguments);
    }

    /** Runs the command on the deployment. */
    public static Outcome check(SdkHttpClient http, List<ExecutionInterceptor> interceptors, String... arguments) {
        List<String> all = new ArrayList<>(CONFIGURATION);
        all.addAll(List.of(arguments));
        if (!all.contains("--stack")) {
            all.addAll(List.of("--stack", stackId()));
        }
        if (!all.contains("--seed")) {
            all.addAll(List.of("--seed", "1"));
        }
        return run(http, interceptors, LocalAccount.REGION, all.toArray(String[]::new));
    }

    /** Runs the command in a region. */
    static Outcome run(
            SdkHttpClient http, List<ExecutionInterceptor> interceptors, String region, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = DeployedAthena.run(
                TestTemplates.PROJECT,
                () -> environment(http, interceptors, region),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                arguments);
        return new Outcome(status, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    }

    private static Environment environment(SdkHttpClient http, List<ExecutionInterceptor> interceptors, String region) {
        return new Environment(
                Optional.of(SharedEmbeddedAws.endpoint()),
                Region.of(region),
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(LocalAccount.ACCESS_KEY_ID, LocalAccount.SECRET_ACCESS_KEY)),
                http,
                interceptors);
    }

    /** Makes the check of users' access alone, and returns what the command prints of it for programs. */
    public static String checkAccess(SdkHttpClient http) {
        try (Account account = account(http)) {
            Check check = new AccessCheck(Deployment.read(account.cloudFormation(), stackId()), account.iam());
            return new Report(List.of(new Checked("Access", check.find()))).print(Report.Format.JSON);
        }
    }

    /** Returns the account's clients, to be closed. */
    static Account account(SdkHttpClient http) {
        return Account.in(environment(http, List.of(), LocalAccount.REGION));
    }

    /** Reads the deployment as the command does. */
    static Deployment read() {
        try (Account account = account(Environment.http(Optional.of(SharedEmbeddedAws.endpoint())))) {
            return Deployment.read(account.cloudFormation(), stackId());
        }
    }

    /** Returns what the deployment was made with, with another value of a key. */
    static Map<String, String> configuration(String key, String value) {
        Map<String, String> configuration = new LinkedHashMap<>();
        CONFIGURATION.stream()
                .filter(word -> !word.equals("-c"))
                .map(word -> word.split("=", 2))
                .forEach(word -> configuration.put(word[0], word[1]));
        configuration.put(key, value);
        return configuration;
    }
}
