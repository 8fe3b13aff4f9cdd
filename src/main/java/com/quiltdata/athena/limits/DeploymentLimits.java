package com.quiltdata.athena.limits;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.configuration.Configuration.InputAccess;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.snapshot.SnapshotRefresh;
import com.quiltdata.athena.view.AthenaView;
import com.quiltdata.athena.view.ViewGrants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What AWS takes in one deployment, measured on what was synthesized: for the names that are there, and not for the
 * longest ones that there could be. A limit stands here and nowhere else.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html">CloudFormation
 *     quotas</a>
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html">IAM quotas</a>
 * @see <a href="https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html">Glue's TableInput</a>
 */
public final class DeploymentLimits {
    private static final Limit RESOURCES = new Limit(500, "resources", "CloudFormation's limit for a template");
    private static final Limit BYTES = new Limit(1_000_000, "bytes", "CloudFormation's limit for a template");
    private static final Limit RESOURCES_OF_ALL =
            new Limit(2_500, "resources", "CloudFormation's limit for one operation on nested stacks");
    private static final Limit STORED_VIEW =
            new Limit(409_600, "bytes as it is stored", "Glue's limit for the text of a view; its columns come on top");
    private static final Limit POLICY = new Limit(6_144, "characters", "IAM's limit for a managed policy");

    /** Their state machine's definition has a limit, too, but it is in a template, whose limit is lower. */
    private static final Limit BUCKETS_WITH_SNAPSHOTS =
            new Limit(SnapshotRefresh.MOST_BUCKETS, "buckets", "Step Functions' limit for the data of an execution");

    private final Configuration configuration;
    private final List<SynthesizedTemplate> templates;
    private final List<String> problems = new ArrayList<>();

    private DeploymentLimits(Configuration configuration, List<SynthesizedTemplate> templates) {
        this.configuration = configuration;
        this.templates = templates;
    }

    /** A limit in words: so many units, and whose limit it is. */
    private record Limit(long most, String unit, String source) {}

    /**
     * Refuses an assembly that AWS would not take, and deletes its manifest and templates, so that it cannot be deployed
     * by mistake.
     *
     * @param assembly the directory of the synthesized assembly
     * @throws ConfigurationException if anything is over a limit: one line for each, with the number, the limit and
     *     the way out
     */
    public static void check(Path assembly, String stack, Configuration configuration) {
        List<String> problems =
                new DeploymentLimits(configuration, SynthesizedTemplate.read(assembly, stack)).problems();
        if (!problems.isEmpty()) {
            makeUnusable(assembly);
            throw new ConfigurationException(problems);
        }
    }

    private List<String> problems() {
        long all = templates.stream()
                .mapToLong(template -> template.resources().size())
                .sum();
        measure(
                RESOURCES_OF_ALL,
                all,
                "quiltBuckets",
                "the stack and its nested stacks",
                "leave some buckets to a second deployment, with names of its own");
        templates.forEach(this::measure);
        if (configuration.snapshots().isPresent()) {
            measure(
                    BUCKETS_WITH_SNAPSHOTS,
                    configuration.quiltBuckets().size(),
                    "quiltBuckets",
                    "a stack with snapshots",
                    "leave some buckets to a second deployment, with names of its own, or leave out snapshotSchedule");
        }
        return problems;
    }

    private void measure(SynthesizedTemplate template) {
        String key = template.group().map("quiltBuckets."::concat).orElse("quiltBuckets");
        String stack =
                template.group().map("the nested stack of group %s"::formatted).orElse("the stack");
        String wayOut = template.group().map(group -> "divide the group").orElse(wayOutOfTheStackItself());
        measure(RESOURCES, template.resources().size(), key, stack, wayOut);
        measure(BYTES, template.bytes(), key, stack, wayOut);
        template.resourcesOf("AWS::IAM::ManagedPolicy")
                .forEach(policy -> measurePolicy(policy.path("Properties"), new PolicySize(template.resources())));
        template.resourcesOf(AthenaView.RESOURCE_TYPE).forEach(view -> measureView(view.path("Properties")));
    }

    /** A view that is too large has a long query of its own, or reads many buckets. */
    private void measureView(JsonNode view) {
        String name = view.path("ViewName").asText();
        boolean isCustom = configuration.customViews().stream()
                .anyMatch(custom -> custom.name().equals(name));
        measure(
                STORED_VIEW,
                new StoredView(
                                configuration.queries().databaseName(),
                                view.path("Query").asText())
                        .leastBytes(),
                isCustom ? "customViews." + name : "quiltBuckets",
                "the view \"%s\"".formatted(name),
                isCustom ? "shorten its query, or divide it into several views" : "list fewer buckets");
    }

    /** Other policies name a few things, or the buckets that the users' policy names beside more. */
    private void measurePolicy(JsonNode policy, PolicySize size) {
        String name = policy.path("ManagedPolicyName").asText();
        JsonNode document = policy.path("PolicyDocument");
        if (policy.path("Description").asText().equals(ViewGrants.NAMED_VIEWS)) {
            measure(
                    POLICY,
                    size.of(document),
                    "customViews",
                    "the handler's policy that names the %d views"
                            .formatted(configuration.customViews().size()),
                    "leave out some views, or give them shorter names");
        } else if (!name.equals(configuration.access().policyName())) {
            return;
        } else if (configuration.access().inputAccess() == InputAccess.ANY) {
            int keys = configuration.access().quiltBucketKmsKeyArns().size();
            measure(
                    POLICY,
                    size.of(document),
                    "quiltBucketKmsKeyArns",
                    "the policy \"%s\" for %d keys".formatted(name, keys),
                    "list fewer keys");
        } else {
            measure(
                    POLICY,
                    size.of(document),
                    "quiltBuckets",
                    "the policy \"%s\" for %d buckets"
                            .formatted(name, configuration.quiltBuckets().size()),
                    "list fewer buckets, or set inputAccess to \"any\", which lets users read .quilt/ of every bucket");
        }
    }

    private String wayOutOfTheStackItself() {
        List<String> ways = new ArrayList<>();
        if (!configuration.ungroupedBuckets().isEmpty()) {
            ways.add("use groups of buckets, an object of group name → list");
        } else {
            ways.add("join small groups");
        }
        if (!configuration.customViews().isEmpty()) {
            ways.add("leave out or shorten custom views");
        }
        return String.join(", or ", ways);
    }

    private void measure(Limit limit, long number, String key, String subject, String wayOut) {
        if (number > limit.most()) {
            problems.add(String.format(
                    Locale.ROOT,
                    "%s: %s must have at most %,d %s (%s), but would have %,d: %s",
                    key,
                    subject,
                    limit.most(),
                    limit.unit(),
                    limit.source(),
                    number,
                    wayOut));
        }
    }

    private static void makeUnusable(Path assembly) {
        try (Stream<Path> files = Files.list(assembly)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.equals("manifest.json") || name.endsWith(".template.json")) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete the assembly in " + assembly, e);
        }
    }
}
