package com.quiltdata.athena.configuration;

import com.quiltdata.athena.configuration.ConfigurationKey.Rule;
import com.quiltdata.athena.schema.BucketName;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the Quilt buckets, as a list or in groups, and refuses those that would have each other's names. */
final class QuiltBucketsReader {
    private static final String KEY = ConfigurationKeys.QUILT_BUCKETS.name();

    private static final Rule GROUP_NAME =
            Rule.matches("[A-Za-z][A-Za-z0-9-]{0,63}", "be 1 to 64 letters, digits and hyphens, a letter first");

    private final ContextValues values;
    private final ConfigurationProblems problems;

    /**
     * Prepares to read.
     *
     * @param problems gets all that is wrong
     */
    QuiltBucketsReader(ContextValues values, ConfigurationProblems problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Reads the buckets in their groups: one without a name for a list. */
    List<QuiltBucketGroup> read() {
        Object value = values.find(ConfigurationKeys.QUILT_BUCKETS).orElse(null);
        List<QuiltBucketGroup> groups = value instanceof Map<?, ?> object
                ? groups(object)
                : List.of(new QuiltBucketGroup(Optional.empty(), buckets(KEY, value)));
        refuseNamesOfOthers(Configuration.buckets(groups).toList());
        return groups;
    }

    private List<QuiltBucketGroup> groups(Map<?, ?> object) {
        if (object.isEmpty()) {
            problems.add(KEY, object, "have at least one group");
        }
        if (object.containsKey("Default") && object.containsKey("Resource")) {
            problems.add(KEY, "Resource", "not be a group beside \"Default\": the CDK would not take both");
        }
        List<QuiltBucketGroup> groups = new ArrayList<>();
        object.forEach((key, members) -> {
            String name = String.valueOf(key);
            if (ConfigurationKey.follows(GROUP_NAME, KEY, name, problems)) {
                ConstructId.brokenRule(name).ifPresent(rule -> problems.add(KEY, name, rule));
            }
            groups.add(new QuiltBucketGroup(Optional.of(name), buckets(KEY + "." + name, members)));
        });
        return groups;
    }

    private List<QuiltBucket> buckets(String key, Object value) {
        if (value == null) {
            problems.add(key, null, "list at least one bucket");
            return List.of();
        }
        Optional<List<String>> names = ConfigurationKey.items(key, value, problems);
        boolean none = value instanceof List<?> list
                ? list.isEmpty()
                : names.filter(List::isEmpty).isPresent();
        if (none) {
            problems.add(key, value, "list at least one bucket");
        }
        List<QuiltBucket> buckets = new ArrayList<>();
        for (String name : names.orElse(List.of())) {
            Optional<String> brokenRule = BucketName.brokenRule(name);
            brokenRule.or(() -> ConstructId.brokenRule(name)).ifPresent(rule -> problems.add(key, name, rule));
            if (brokenRule.isEmpty()) {
                buckets.add(new QuiltBucket(name));
            }
        }
        return buckets;
    }

    private void refuseNamesOfOthers(List<QuiltBucket> buckets) {
        if (buckets.size() > 1) {
            buckets.stream()
                    .filter(bucket -> bucket.views().stream().anyMatch(BucketView.namesOverAll()::contains))
                    .forEach(
                            bucket -> problems.add(
                                    KEY,
                                    bucket.name(),
                                    "be the only bucket: beside others, its views would have the names of those over all buckets"));
        }
        Map<String, String> nameOfPrefix = new LinkedHashMap<>();
        for (QuiltBucket bucket : buckets) {
            String other = nameOfPrefix.putIfAbsent(bucket.tablePrefix(), bucket.name());
            if (bucket.name().equals(other)) {
                problems.add(KEY, bucket.name(), "be listed once");
            } else if (other != null) {
                problems.add(
                        KEY,
                        bucket.name(),
                        "not give the same table names as %s (%s_…)"
                                .formatted(ConfigurationProblems.shown(other), bucket.tablePrefix()));
            }
        }
    }
}
