package com.quiltdata.athena;

import com.quiltdata.athena.Configuration.InputAccess;
import com.quiltdata.athena.Configuration.Removal;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the configuration out of the CDK app's context, where {@code cdk.context.json} and {@code -c key=value} have
 * put it, and reports everything that is wrong with it at once.
 */
final class ConfigurationReader {
    private static final String COMPANY_NAME = "companyName";
    private static final String QUILT_BUCKETS = "quiltBuckets";
    private static final String RESULTS_BUCKET_NAME = "resultsBucketName";
    private static final String DATABASE_NAME = "databaseName";
    private static final String WORKGROUP_NAME = "workgroupName";
    private static final String POLICY_NAME = "policyName";
    private static final String ATTACH_POLICY_TO_ROLES = "attachPolicyToRoles";
    private static final String RESULTS_EXPIRE_AFTER_DAYS = "resultsExpireAfterDays";
    private static final String BYTES_SCANNED_CUTOFF_PER_QUERY = "bytesScannedCutoffPerQuery";
    private static final String RESULTS_KMS_KEY_ARN = "resultsKmsKeyArn";
    private static final String QUILT_BUCKET_KMS_KEY_ARNS = "quiltBucketKmsKeyArns";
    private static final String INPUT_ACCESS = "inputAccess";
    private static final String CUSTOM_VIEWS = "customViews";
    private static final String REMOVAL_POLICY = "removalPolicy";
    private static final String ROLE_PATH = "rolePath";

    private static final List<String> KEYS = List.of(
            COMPANY_NAME,
            QUILT_BUCKETS,
            RESULTS_BUCKET_NAME,
            DATABASE_NAME,
            WORKGROUP_NAME,
            POLICY_NAME,
            ATTACH_POLICY_TO_ROLES,
            RESULTS_EXPIRE_AFTER_DAYS,
            BYTES_SCANNED_CUTOFF_PER_QUERY,
            RESULTS_KMS_KEY_ARN,
            QUILT_BUCKET_KMS_KEY_ARNS,
            INPUT_ACCESS,
            CUSTOM_VIEWS,
            REMOVAL_POLICY,
            ROLE_PATH);

    /** The CDK's own key, which it reads without a word where it is not of the form that it expects. */
    private static final String PERMISSIONS_BOUNDARY = "@aws-cdk/core:permissionsBoundary";

    /** What the CDK CLI keeps in the context beside feature flags ({@code @…}) and cached look-ups ({@code …:…}). */
    private static final Set<String> CDK_KEYS = Set.of("acknowledged-issue-numbers", "cdk-migrate", "cli-telemetry");

    private static final Rule DATABASE_RULE =
            new Rule("[a-z0-9_]{1,255}", "have 1 to 255 lower-case letters, digits and underscores");
    private static final Rule WORKGROUP_RULE =
            new Rule("[A-Za-z0-9._-]{1,128}", "have 1 to 128 letters, digits, dots, underscores and hyphens");
    private static final Rule POLICY_RULE =
            new Rule("[A-Za-z0-9_+=,.@-]{1,128}", "have 1 to 128 letters, digits and characters of _+=,.@-");
    private static final Rule ROLE_RULE = new Rule(
            "[A-Za-z0-9_+=.@-]{1,64}",
            "be a role's name (not its ARN or path): 1 to 64 letters, digits and characters of _+=.@-");
    private static final Rule KEY_ARN_RULE = new Rule(
            "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
            "be a KMS key's ARN (arn:<partition>:kms:<region>:<account>:key/<id>; an alias will not do)");
    /**
     * IAM takes more characters, but Lambda takes roles only whose ARN has none but these.
     *
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html">CreateRole</a>: 1 to 512
     *     characters, a slash first and last
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html">CreateFunction</a>: the pattern
     *     of a function's role
     */
    private static final Rule ROLE_PATH_RULE = new Rule(
            "(?=.{1,512}$)/([A-Za-z0-9_+=,.@-]+/)*",
            "be / or names between slashes, as in /quilt/athena/:"
                    + " 1 to 512 letters, digits and characters of _+=,.@-/");

    private static final Rule GROUP_RULE =
            new Rule("[A-Za-z][A-Za-z0-9-]{0,63}", "be 1 to 64 letters, digits and hyphens, a letter first");

    /** What every JavaScript object has: the CDK takes it for a construct that is there already. */
    static final Set<String> NO_CONSTRUCT_IDS = Set.of(
            "__proto__",
            "constructor",
            "hasOwnProperty",
            "isPrototypeOf",
            "propertyIsEnumerable",
            "toLocaleString",
            "toString",
            "valueOf");

    static final String NO_CONSTRUCT_ID = "not be a name that every JavaScript object has: the CDK would not take it";

    /** Every account has them, and they are not this stack's to own. */
    private static final Set<String> TAKEN_DATABASES = Set.of("default", "information_schema");

    private static final Set<String> TAKEN_WORKGROUPS = Set.of("primary");

    /** S3 counts the days in 32 bits. */
    private static final long MOST_DAYS = Integer.MAX_VALUE;

    private static final int DEFAULT_DAYS = 30;

    /** What CloudFormation takes in a template, less what is there whatever is configured. */
    static final int MOST_TEMPLATE_KILOBYTES = 850;

    /** Athena refuses a lower cutoff. */
    private static final long LEAST_CUTOFF = 10_000_000;

    /** The largest whole number that JSON tools keep exact. */
    private static final long MOST_CUTOFF = 1L << 53;

    /**
     * The most buckets in one stack. CloudFormation takes 1,000,000 bytes and 500 resources in a template, and IAM 10
     * policies on a role; buckets, databases and groups with the longest names reach the first and the last of them
     * with a few more buckets than these.
     */
    static final int MOST_BUCKETS_IN_A_STACK = 50;

    /**
     * The most buckets in one stack with custom views. Their policy is one more on the handler's role, and two while
     * another set of them is deployed.
     */
    static final int MOST_BUCKETS_BESIDE_CUSTOM_VIEWS = 40;

    /** The most groups. Each is one of the stack's 500 resources, and has a function and two roles of its own. */
    static final int MOST_GROUPS = 100;

    private final Map<String, Object> context;
    private final Path directory;
    private final Problems problems = new Problems();

    private ConfigurationReader(Map<String, Object> context, Path directory) {
        this.context = context;
        this.directory = directory;
    }

    /**
     * Reads a configuration.
     *
     * @param context the app's whole context
     * @param directory the project's, which files in the configuration are relative to
     * @return the configuration
     * @throws ConfigurationException if anything is wrong
     */
    static Configuration read(Map<String, Object> context, Path directory) {
        return new ConfigurationReader(context, directory).read();
    }

    private Configuration read() {
        context.keySet().stream()
                .filter(key -> !KEYS.contains(key) && !isCdkKey(key))
                .sorted()
                .forEach(key ->
                        problems.add(key, context.get(key), "be left out: the keys are " + String.join(", ", KEYS)));

        if (context.get(PERMISSIONS_BOUNDARY) instanceof String text) {
            problems.add(
                    PERMISSIONS_BOUNDARY,
                    text,
                    "be an object in cdk.json or cdk.context.json: CDK passes over text, which is all that -c can give");
        }
        List<QuiltBucketGroup> groups = groups();
        String resultsBucketName = resultsBucketName(groups);
        String databaseName = name(DATABASE_NAME, "quilt_query", DATABASE_RULE, TAKEN_DATABASES);
        Configuration configuration = new Configuration(
                groups,
                resultsBucketName,
                databaseName,
                name(WORKGROUP_NAME, "quilt-query", WORKGROUP_RULE, TAKEN_WORKGROUPS),
                name(POLICY_NAME, "AthenaQuiltAccess", POLICY_RULE, Set.of()),
                list(ATTACH_POLICY_TO_ROLES, ROLE_RULE),
                (int) wholeNumber(RESULTS_EXPIRE_AFTER_DAYS, 1, MOST_DAYS).orElse(DEFAULT_DAYS),
                wholeNumber(BYTES_SCANNED_CUTOFF_PER_QUERY, LEAST_CUTOFF, MOST_CUTOFF),
                text(RESULTS_KMS_KEY_ARN).filter(arn -> follows(KEY_ARN_RULE, RESULTS_KMS_KEY_ARN, arn)),
                list(QUILT_BUCKET_KMS_KEY_ARNS, KEY_ARN_RULE),
                choice(INPUT_ACCESS, InputAccess.LISTED),
                customViews(groups, databaseName),
                choice(REMOVAL_POLICY, Removal.RETAIN),
                name(ROLE_PATH, AthenaViewProvider.DEFAULT_ROLE_PATH, ROLE_PATH_RULE, Set.of()));
        problems.refuse();
        return configuration;
    }

    private static boolean isCdkKey(String key) {
        return key.startsWith("@") || key.contains(":") || CDK_KEYS.contains(key);
    }

    private List<QuiltBucketGroup> groups() {
        Object value = context.get(QUILT_BUCKETS);
        List<QuiltBucketGroup> groups = new ArrayList<>();
        if (value instanceof Map<?, ?> object) {
            if (object.isEmpty()) {
                problems.add(QUILT_BUCKETS, value, "have at least one group");
            }
            if (object.containsKey("Default") && object.containsKey("Resource")) {
                problems.add(
                        QUILT_BUCKETS, "Resource", "not be a group beside \"Default\": the CDK would not take both");
            }
            if (object.size() > MOST_GROUPS) {
                problems.addLine(
                        "%s: %d groups must be at most %d, since each is a nested stack with a function of its own: join small groups, up to %d buckets each"
                                .formatted(QUILT_BUCKETS, object.size(), MOST_GROUPS, MOST_BUCKETS_IN_A_STACK));
            }
            object.forEach((name, members) -> {
                String key = QUILT_BUCKETS + "." + name;
                if (follows(GROUP_RULE, QUILT_BUCKETS, String.valueOf(name))) {
                    refuseNoConstructId(QUILT_BUCKETS, String.valueOf(name));
                }
                List<QuiltBucket> buckets = buckets(key, members);
                refuseTooMany(key, buckets, "divide the group");
                groups.add(new QuiltBucketGroup(Optional.of(String.valueOf(name)), buckets));
            });
        } else {
            List<QuiltBucket> buckets = buckets(QUILT_BUCKETS, value);
            refuseTooMany(
                    QUILT_BUCKETS,
                    buckets,
                    "use an object of groups, group name → list, with at most %d buckets each"
                            .formatted(MOST_BUCKETS_IN_A_STACK));
            groups.add(new QuiltBucketGroup(Optional.empty(), buckets));
        }
        refuseSameTables(groups);
        return groups;
    }

    private List<QuiltBucket> buckets(String key, Object value) {
        if (value == null) {
            problems.add(key, null, "list at least one bucket");
            return List.of();
        }
        Optional<List<String>> names = items(key, value);
        if (names.isPresent() && names.get().isEmpty()) {
            problems.add(key, value, "list at least one bucket");
        }
        List<QuiltBucket> buckets = new ArrayList<>();
        for (String name : names.orElse(List.of())) {
            if (followsBucketRules(key, name, name)) {
                refuseNoConstructId(key, name);
                buckets.add(new QuiltBucket(name));
            }
        }
        return buckets;
    }

    private void refuseNoConstructId(String key, String name) {
        if (NO_CONSTRUCT_IDS.contains(name)) {
            problems.add(key, name, NO_CONSTRUCT_ID);
        }
    }

    private void refuseTooMany(String key, List<QuiltBucket> buckets, String wayOut) {
        if (buckets.size() > MOST_BUCKETS_IN_A_STACK) {
            problems.addLine(
                    "%s: %d buckets must be at most %d, since each has %d resources and up to %d kB of template, and CloudFormation takes 500 and 1 MB in a stack: %s"
                            .formatted(
                                    Problems.line(key),
                                    buckets.size(),
                                    MOST_BUCKETS_IN_A_STACK,
                                    QuiltBucketTables.RESOURCES,
                                    QuiltBucketTables.MOST_KILOBYTES,
                                    wayOut));
        }
    }

    private void refuseSameTables(List<QuiltBucketGroup> groups) {
        List<QuiltBucket> all = Configuration.buckets(groups).toList();
        all.stream()
                .filter(bucket -> all.size() > 1 && ViewsOverBuckets.NAMES.contains(bucket.packagesView()))
                .forEach(bucket -> problems.add(
                        QUILT_BUCKETS,
                        bucket.name(),
                        "be the only bucket: beside others, its views would have the names of those over all buckets"));
        Map<String, String> nameOfPrefix = new LinkedHashMap<>();
        Configuration.buckets(groups).forEach(bucket -> {
            String other = nameOfPrefix.putIfAbsent(bucket.tablePrefix(), bucket.name());
            if (bucket.name().equals(other)) {
                problems.add(QUILT_BUCKETS, bucket.name(), "be listed once");
            } else if (other != null) {
                problems.add(
                        QUILT_BUCKETS,
                        bucket.name(),
                        "not give the same table names as %s (%s_…)"
                                .formatted(Problems.shown(other), bucket.tablePrefix()));
            }
        });
    }

    private List<CustomView> customViews(List<QuiltBucketGroup> groups, String databaseName) {
        List<QuiltBucket> buckets = Configuration.buckets(groups).toList();
        Set<String> declared = new HashSet<>();
        buckets.forEach(bucket -> declared.addAll(bucket.tablesAndViews()));
        if (Configuration.hasViewsOverBuckets(buckets.size())) {
            declared.addAll(ViewsOverBuckets.NAMES);
        }
        List<CustomView> views = new CustomViewReader(CUSTOM_VIEWS, directory, databaseName, declared, problems)
                .read(context.get(CUSTOM_VIEWS));
        refuseTooLarge(groups, views);
        return views;
    }

    /** Custom views are in the stack itself, beside the buckets that are in no group. */
    private void refuseTooLarge(List<QuiltBucketGroup> groups, List<CustomView> views) {
        int buckets = groups.stream()
                .filter(group -> group.name().isEmpty())
                .mapToInt(group -> group.buckets().size())
                .sum();
        if (buckets > MOST_BUCKETS_BESIDE_CUSTOM_VIEWS && !views.isEmpty()) {
            problems.addLine(
                    "%s: %d buckets must be at most %d beside custom views, since all of their views share the policies of one role, and IAM allows 10: use groups of buckets"
                            .formatted(QUILT_BUCKETS, buckets, MOST_BUCKETS_BESIDE_CUSTOM_VIEWS));
        }
        int room = MOST_TEMPLATE_KILOBYTES - buckets * QuiltBucketTables.MOST_KILOBYTES;
        int size = views.stream().mapToInt(CustomView::templateBytes).sum() / 1000;
        if (size > room) {
            problems.addLine(
                    "%s: %d views must fit into the stack's template: they have %d kB, and beside %d buckets there is room for %d; shorten the views, or use groups of buckets"
                            .formatted(CUSTOM_VIEWS, views.size(), size, buckets, room));
        }
    }

    private String resultsBucketName(List<QuiltBucketGroup> groups) {
        Optional<String> companyName = text(COMPANY_NAME);
        if (context.get(COMPANY_NAME) == null) {
            problems.add(COMPANY_NAME, null, "be given: the results bucket is named after it");
        }
        Optional<String> explicit = text(RESULTS_BUCKET_NAME);
        String key = explicit.isPresent() ? RESULTS_BUCKET_NAME : COMPANY_NAME;
        String name = explicit.or(() -> companyName.map(company -> company + "-quilt-query-results"))
                .orElse("");
        if (!name.isEmpty()
                && followsBucketRules(key, explicit.or(() -> companyName).get(), name)) {
            Configuration.buckets(groups)
                    .filter(bucket -> bucket.name().equals(name))
                    .forEach(bucket -> problems.add(
                            QUILT_BUCKETS, name, "not be the results bucket: query results would lie among packages"));
        }
        return name;
    }

    private boolean followsBucketRules(String key, Object value, String bucketName) {
        Optional<String> brokenRule = BucketName.brokenRule(bucketName);
        String subject =
                bucketName.equals(value) ? "" : "make a valid bucket name: " + Problems.shown(bucketName) + " must ";
        brokenRule.ifPresent(rule -> problems.add(key, value, subject + rule));
        return brokenRule.isEmpty();
    }

    private String name(String key, String defaultName, Rule rule, Set<String> taken) {
        String name = text(key).orElse(defaultName);
        if (taken.contains(name)) {
            problems.add(key, name, "not be a name that every account has already");
        }
        follows(rule, key, name);
        return name;
    }

    private List<String> list(String key, Rule rule) {
        Object value = context.get(key);
        List<String> items = value == null ? List.of() : items(key, value).orElse(List.of());
        items.stream()
                .collect(Collectors.groupingBy(item -> item, LinkedHashMap::new, Collectors.counting()))
                .forEach((item, count) -> {
                    follows(rule, key, item);
                    if (count > 1) {
                        problems.add(key, item, "be listed once");
                    }
                });
        return items;
    }

    /** The items of a list, or of comma-separated text; empty, with a problem, if the value is neither. */
    private Optional<List<String>> items(String key, Object value) {
        if (value instanceof String text) {
            return Optional.of(
                    text.isBlank()
                            ? List.of()
                            : Stream.of(text.split(",", -1)).map(String::strip).toList());
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return Optional.of(list.stream().map(String.class::cast).toList());
        }
        problems.add(key, value, "be a list of texts");
        return Optional.empty();
    }

    private Optional<String> text(String key) {
        Object value = context.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.isBlank()) {
            problems.add(key, value, "be a text that is not empty");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private OptionalLong wholeNumber(String key, long least, long most) {
        Object value = context.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            if (value instanceof Number || value instanceof String) {
                long number = new BigDecimal(value.toString().strip()).longValueExact();
                if (number >= least && number <= most) {
                    return OptionalLong.of(number);
                }
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Reported below, as any other value that is not one.
        }
        problems.add(key, value, "be a whole number from %d to %d".formatted(least, most));
        return OptionalLong.empty();
    }

    private <E extends Enum<E>> E choice(String key, E defaultChoice) {
        Object value = context.get(key);
        if (value == null) {
            return defaultChoice;
        }
        List<E> choices = Arrays.asList(defaultChoice.getDeclaringClass().getEnumConstants());
        for (E choice : choices) {
            if (configured(choice).equals(value)) {
                return choice;
            }
        }
        problems.add(
                key,
                value,
                "be " + choices.stream().map(ConfigurationReader::configured).collect(Collectors.joining(" or ")));
        return defaultChoice;
    }

    private static String configured(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private boolean follows(Rule rule, String key, String value) {
        boolean follows = rule.pattern().matcher(value).matches();
        if (!follows) {
            problems.add(key, value, rule.words());
        }
        return follows;
    }

    /**
     * What a name has to look like.
     *
     * @param pattern the whole of it
     * @param words a phrase that follows "must"
     */
    private record Rule(Pattern pattern, String words) {
        Rule(String pattern, String words) {
            this(Pattern.compile(pattern), words);
        }
    }
}
