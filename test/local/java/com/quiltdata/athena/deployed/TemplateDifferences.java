package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Strings;
import com.quiltdata.athena.calls.Place;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import com.quiltdata.athena.local.cloudformation.Intrinsics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the deployed templates differ from those that a checkout synthesizes, resource by resource.
 *
 * <p>What the CDK CLI adds does not count: metadata, and whether account and region are written out.
 */
final class TemplateDifferences {
    private static final String NESTED_STACK = "AWS::CloudFormation::Stack";
    private static final String CDK_METADATA = "AWS::CDK::Metadata";
    private static final int LONGEST_VALUE = 60;

    private final CloudAssembly assembly;
    private final Place place;
    private final List<String> found = new ArrayList<>();

    private TemplateDifferences(CloudAssembly assembly, Place place) {
        this.assembly = assembly;
        this.place = place;
    }

    /** Returns a phrase for each difference. */
    static List<String> between(CloudAssembly assembly, Deployment deployed) {
        TemplateDifferences differences = new TemplateDifferences(assembly, deployed.place());
        differences.compare("", assembly.template(), deployed);
        return List.copyOf(differences.found);
    }

    private void compare(String where, JsonNode synthesized, Deployment deployed) {
        JsonNode here = synthesized.path("Resources");
        JsonNode there = deployed.template().path("Resources");
        for (String id : fields(here, there)) {
            String type = here.path(id)
                    .path("Type")
                    .asText(there.path(id).path("Type").asText());
            if (type.equals(CDK_METADATA)) {
                continue;
            }
            String resource = "%s%s (%s)".formatted(where, id, type);
            if (!there.has(id)) {
                found.add(resource + " is not deployed");
            } else if (!here.has(id)) {
                found.add(resource + " is deployed, and not in this checkout");
            } else if (type.equals(NESTED_STACK) && deployed.nested().containsKey(id)) {
                String url =
                        resolved(here.path(id).at("/Properties/TemplateURL")).asText();
                compare(
                        where + id + "/",
                        assembly.nestedTemplate(url),
                        deployed.nested().get(id));
                compare(resource, "", withoutUrl(here.path(id)), withoutUrl(there.path(id)));
            } else {
                compare(resource, "", comparable(here.path(id)), comparable(there.path(id)));
            }
        }
        if (where.isEmpty()) {
            compare(
                    "The output",
                    "",
                    resolved(synthesized.path("Outputs")),
                    resolved(deployed.template().path("Outputs")));
        }
    }

    private void compare(String resource, String path, JsonNode here, JsonNode there) {
        if (here.equals(there) || isTold(here, there)) {
            return;
        }
        if (path.equals("Properties.Code.S3Key")) {
            found.add("%s: the code of the function differs: %s is deployed, and this checkout makes %s"
                    .formatted(resource, there.asText(), here.asText()));
        } else if (here.isObject() && there.isObject()) {
            for (String field : fields(here, there)) {
                compare(resource, path.isEmpty() ? field : path + "." + field, here.path(field), there.path(field));
            }
        } else if (here.isArray() && there.isArray() && here.size() == there.size()) {
            for (int i = 0; i < here.size(); i++) {
                compare(resource, "%s[%d]".formatted(path, i), here.get(i), there.get(i));
            }
        } else {
            String deployed = text(there);
            String synthesized = text(here);
            int from = beginningOfDifference(deployed, synthesized);
            found.add("%s: %s is %s, and in this checkout %s"
                    .formatted(resource, path, part(deployed, from), part(synthesized, from)));
        }
    }

    private static boolean isTold(JsonNode here, JsonNode there) {
        return here.isTextual()
                && there.isTextual()
                && Deployment.told(here.asText()).equals(Deployment.told(there.asText()));
    }

    private static String text(JsonNode value) {
        String text = value.isMissingNode() ? "(missing)" : value.isTextual() ? value.asText() : value.toString();
        return text.replaceAll("\\s+", " ");
    }

    /** Returns from where two texts are shown: from their beginning, where the difference can be seen then. */
    private static int beginningOfDifference(String one, String other) {
        int same = Strings.commonPrefix(one, other).length();
        return same < LONGEST_VALUE / 2 ? 0 : same - LONGEST_VALUE / 4;
    }

    private static String part(String text, int from) {
        int end = Math.min(text.length(), from + LONGEST_VALUE);
        return (from == 0 ? "" : "…") + text.substring(from, end) + (end == text.length() ? "" : "…");
    }

    private JsonNode withoutUrl(JsonNode resource) {
        ObjectNode comparable = comparable(resource);
        if (comparable.path("Properties") instanceof ObjectNode properties) {
            properties.remove("TemplateURL");
        }
        return comparable;
    }

    private ObjectNode comparable(JsonNode resource) {
        ObjectNode comparable = resource.deepCopy();
        comparable.remove("Metadata");
        comparable.set("Properties", resolved(comparable.path("Properties")));
        return comparable;
    }

    /** Writes account and region out, and names what else is referred to. */
    private JsonNode resolved(JsonNode value) {
        Map<String, String> known = Deployment.pseudoParameters(place);
        try {
            return Intrinsics.of(
                            name -> known.getOrDefault(name, Deployment.unresolved(name)),
                            (id, attribute) -> Deployment.unresolved(id + "." + attribute))
                    .resolve(value);
        } catch (IllegalArgumentException e) {
            // A function that no template of this project has; it is compared as it is written.
            return value;
        }
    }

    private static Set<String> fields(JsonNode one, JsonNode other) {
        Set<String> names = new TreeSet<>();
        one.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
