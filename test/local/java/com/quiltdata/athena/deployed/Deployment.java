package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.calls.Place;
import com.quiltdata.athena.local.cloudformation.Intrinsics;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.CloudFormationException;
import software.amazon.awssdk.services.cloudformation.model.Stack;
import software.amazon.awssdk.services.cloudformation.model.StackResourceSummary;

/**
 * A stack as it is deployed: its template and those of nested stacks say what there should be, whatever this checkout
 * configures.
 *
 * @param template what it was deployed with
 * @param physicalIds what was made of each resource, by logical id
 * @param nested the nested stacks, by logical id
 */
record Deployment(Stack stack, JsonNode template, Map<String, String> physicalIds, Map<String, Deployment> nested) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NESTED_STACK = "AWS::CloudFormation::Stack";

    Deployment {
        physicalIds = Map.copyOf(physicalIds);
        nested = Map.copyOf(nested);
    }

    /** A table or view, or another resource; its properties are without references. */
    record DeployedResource(JsonNode properties) {

        /** The name of a view or of a table; an Iceberg table has it elsewhere than others. */
        String name() {
            return properties
                    .path("ViewName")
                    .asText(properties
                            .at("/TableInput/Name")
                            .asText(properties.path("Name").asText()));
        }

        /** The location of a table, which an Iceberg table, too, has elsewhere. */
        String location() {
            return properties
                    .at("/TableInput/StorageDescriptor/Location")
                    .asText(properties
                            .at("/OpenTableFormatInput/IcebergInput/IcebergTableInput/Location")
                            .asText());
        }
    }

    /** Reads a deployment, or throws a NothingToCheckException. */
    static Deployment read(CloudFormationClient cloudFormation, String name) {
        try {
            return read(cloudFormation, stack(cloudFormation, name));
        } catch (SdkException e) {
            throw new NothingToCheckException("The stack %s cannot be read: %s".formatted(name, Refusals.reason(e)), e);
        }
    }

    private static Deployment read(CloudFormationClient cloudFormation, Stack stack) {
        Map<String, String> physicalIds = new HashMap<>();
        Map<String, Deployment> nested = new HashMap<>();
        for (StackResourceSummary resource : cloudFormation
                .listStackResourcesPaginator(list -> list.stackName(stack.stackId()))
                .stackResourceSummaries()) {
            String id = resource.physicalResourceId();
            if (id != null) {
                physicalIds.put(resource.logicalResourceId(), id);
                if (resource.resourceType().equals(NESTED_STACK)) {
                    nested.put(resource.logicalResourceId(), read(cloudFormation, stack(cloudFormation, id)));
                }
            }
        }
        String template = cloudFormation
                .getTemplate(get -> get.stackName(stack.stackId()))
                .templateBody();
        return new Deployment(stack, parsed(stack, template), physicalIds, nested);
    }

    /** Describes a stack, by its name or id, or throws a NothingToCheckException. */
    static Stack stack(CloudFormationClient cloudFormation, String name) {
        try {
            return cloudFormation
                    .describeStacks(describe -> describe.stackName(name))
                    .stacks()
                    .getFirst();
        } catch (CloudFormationException e) {
            // CloudFormation has no error of its own for it.
            if (e.awsErrorDetails().errorCode().equals("ValidationError")
                    && e.getMessage().contains("does not exist")) {
                String region =
                        cloudFormation.serviceClientConfiguration().region().id();
                throw new NothingToCheckException("There is no stack %s in %s".formatted(name, region), e);
            }
            throw e;
        }
    }

    /** The CDK's templates are JSON, but what its CLI changes, as for an import, it sends as YAML. */
    private static JsonNode parsed(Stack stack, String template) {
        try {
            return template.stripLeading().startsWith("{")
                    ? JSON.readTree(template)
                    : JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(template));
        } catch (JsonProcessingException | YAMLException | IllegalArgumentException e) {
            throw new NothingToCheckException(
                    "The template of %s is not the CDK's: it is neither JSON nor plain YAML"
                            .formatted(stack.stackName()),
                    e);
        }
    }

    Place place() {
        return Place.of(stack.stackId());
    }

    /** Returns the stack and those nested in it. */
    Stream<Deployment> all() {
        return Stream.concat(Stream.of(this), nested.values().stream().flatMap(Deployment::all));
    }

    /** Returns an output's value. */
    Optional<String> output(String name) {
        return stack.outputs().stream()
                .filter(output -> output.outputKey().equals(name))
                .map(output -> output.outputValue())
                .findFirst();
    }

    /** Returns the resources of a type, of the stack and of those nested in it. */
    List<DeployedResource> resources(String type) {
        return all().flatMap(part -> part.template
                        .path("Resources")
                        .valueStream()
                        .filter(resource -> resource.path("Type").asText().equals(type))
                        .map(resource ->
                                Intrinsics.of(part::reference, part::attribute).resolve(resource.path("Properties"))))
                .map(DeployedResource::new)
                .toList();
    }

    List<DeployedResource> tables() {
        return resources("AWS::Glue::Table");
    }

    List<DeployedResource> views() {
        return resources("Custom::AthenaView");
    }

    /** Returns the names of all tables and views. */
    Set<String> tablesAndViews() {
        return Stream.concat(tables().stream(), views().stream())
                .map(DeployedResource::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the Quilt buckets: those with a table of manifests. */
    List<QuiltBucket> buckets() {
        return tables().stream()
                .map(DeployedResource::location)
                .filter(location -> location.startsWith("s3://"))
                .flatMap(location -> Stream.of(new QuiltBucket(location.split("/")[2]))
                        .filter(bucket ->
                                BucketTable.MANIFESTS.locationIn(bucket).equals(location)))
                .distinct()
                .toList();
    }

    private String reference(String name) {
        return stack.parameters().stream()
                .filter(parameter -> parameter.parameterKey().equals(name))
                .map(parameter -> Optional.ofNullable(parameter.resolvedValue()).orElse(parameter.parameterValue()))
                .findFirst()
                .or(() -> Optional.ofNullable(pseudoParameters(place()).get(name)))
                .orElseGet(() -> physicalIds.getOrDefault(name, unresolved(name)));
    }

    /** Nothing that is checked has an attribute in it but the ARN of a bucket, and what a nested stack puts out. */
    private String attribute(String logicalId, String name) {
        String unknown = unresolved(logicalId + "." + name);
        if (nested.containsKey(logicalId)) {
            return nested.get(logicalId).output(name.replace("Outputs.", "")).orElse(unknown);
        }
        boolean isBucket =
                template.at("/Resources/" + logicalId + "/Type").asText().equals("AWS::S3::Bucket");
        return isBucket && name.equals("Arn") && physicalIds.containsKey(logicalId)
                ? place().arn("s3", physicalIds.get(logicalId))
                : unknown;
    }

    /**
     * Makes of a text what CloudFormation may tell of it: it has question marks for characters beyond ASCII. How many it
     * has for one does not count here.
     *
     * @see <a href="https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814">Characters beyond
     *     ASCII in GetTemplate</a>
     */
    static String told(String text) {
        return text.replaceAll("[^\\x{0}-\\x{7f}]", "?").replaceAll("[?]+", "?");
    }

    /** A text that stands for what is not known. */
    static String unresolved(String reference) {
        return "${" + reference + "}";
    }

    /** Returns the parameters that every template has. */
    static Map<String, String> pseudoParameters(Place place) {
        return Map.of(
                "AWS::AccountId", place.account(),
                "AWS::Partition", place.partition(),
                "AWS::Region", place.region(),
                "AWS::URLSuffix", place.partition().equals("aws-cn") ? "amazonaws.com.cn" : "amazonaws.com");
    }
}
