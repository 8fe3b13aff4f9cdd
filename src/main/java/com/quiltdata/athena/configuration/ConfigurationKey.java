package com.quiltdata.athena.configuration;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of the configuration, each with the rule for the texts that it takes. */
enum ConfigurationKey {
    COMPANY_NAME("companyName"),
    QUILT_BUCKETS("quiltBuckets"),
    RESULTS_BUCKET_NAME("resultsBucketName"),
    DATABASE_NAME(
            "databaseName",
            "[a-z0-9_]{1,255}",
            "have 1 to 255 lower-case letters, digits and underscores",
            Set.of("default", "information_schema")),
    WORKGROUP_NAME(
            "workgroupName",
            "[A-Za-z0-9._-]{1,128}",
            "have 1 to 128 letters, digits, dots, underscores and hyphens",
            Set.of("primary")),
    POLICY_NAME("policyName", "[A-Za-z0-9_+=,.@-]{1,128}", "have 1 to 128 letters, digits and characters of _+=,.@-"),
    ATTACH_POLICY_TO_ROLES(
            "attachPolicyToRoles",
            "[A-Za-z0-9_+=.@-]{1,64}",
            "be a role's name (not its ARN or path): 1 to 64 letters, digits and characters of _+=.@-"),
    RESULTS_EXPIRE_AFTER_DAYS("resultsExpireAfterDays"),
    BYTES_SCANNED_CUTOFF_PER_QUERY("bytesScannedCutoffPerQuery"),
    RESULTS_KMS_KEY_ARN("resultsKmsKeyArn", Patterns.KEY_ARN, Patterns.KEY_ARN_WORDS),
    QUILT_BUCKET_KMS_KEY_ARNS("quiltBucketKmsKeyArns", Patterns.KEY_ARN, Patterns.KEY_ARN_WORDS),
    CATALOG_KMS_KEY_ARN("catalogKmsKeyArn", Patterns.KEY_ARN, Patterns.KEY_ARN_WORDS),
    INPUT_ACCESS("inputAccess"),
    CUSTOM_VIEWS("customViews"),
    REMOVAL_POLICY("removalPolicy"),

    /**
     * IAM takes more characters, but Lambda takes roles only whose ARN has none but these.
     *
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html">CreateRole</a>: 1 to 512
     *     characters, a slash first and last
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html">CreateFunction</a>: the
     *     pattern of a function's role
     */
    ROLE_PATH(
            "rolePath",
            "(?=.{1,512}$)/([A-Za-z0-9_+=,.@-]+/)*",
            "be / or names between slashes, as in /quilt/athena/:"
                    + " 1 to 512 letters, digits and characters of _+=,.@-/");

    /** Rules of more than one key. */
    private static final class Patterns {
        static final String KEY_ARN = "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+";
        static final String KEY_ARN_WORDS =
                "be a KMS key's ARN (arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)";
    }

    private final String key;
    private final Rule rule;
    private final Set<String> taken;

    ConfigurationKey(String key) {
        this(key, ".*", "be a text");
    }

    ConfigurationKey(String key, String pattern, String words) {
        this(key, pattern, words, Set.of());
    }

    ConfigurationKey(String key, String pattern, String words, Set<String> taken) {
        this.key = key;
        this.rule = new Rule(pattern, words);
        this.taken = taken;
    }

    /**
     * The key as it is written in {@code cdk.context.json}.
     *
     * @return the key
     */
    String key() {
        return key;
    }

    /**
     * The form of the key's value, or of each item if the value is a list.
     *
     * @return a rule
     */
    Rule rule() {
        return rule;
    }

    /**
     * The names that every account has already, and that are not this stack's to own.
     *
     * @return names
     */
    Set<String> taken() {
        return taken;
    }

    /**
     * Tells whether a key of the context is one of these.
     *
     * @param key any key
     * @return whether it is
     */
    static boolean exists(String key) {
        return Stream.of(values()).anyMatch(existing -> existing.key.equals(key));
    }

    /**
     * All keys, for a message.
     *
     * @return separated by commas
     */
    static String list() {
        return Stream.of(values()).map(ConfigurationKey::key).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return key;
    }

    /**
     * The form of a text.
     *
     * @param pattern the whole of it
     * @param words a phrase that follows "must"
     */
    record Rule(Pattern pattern, String words) {
        Rule(String pattern, String words) {
            this(Pattern.compile(pattern, Pattern.DOTALL), words);
        }
    }
}
