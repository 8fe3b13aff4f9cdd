package com.quiltdata.athena.deployed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.quiltdata.athena.calls.Place;
import com.quiltdata.athena.deployed.DeployedTemplate.DeployedResource;
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
 * The stack as it is deployed: its template and those of nested stacks say what there should be, whatever this checkout
 * configures.
 */
record Deployment(DeployedTemplate template) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NESTED_STACK = "AWS::CloudFormation::Stack";

    /**
     * Reads it.
     *
     * @throws NothingToCheckException if there is none, or it cannot be read
     */
    static Deployment read(CloudFormationClient cloudFormation, String name) {
        try {
            return new Deployment(template(cloudFormation, stack(cloudFormation, name)));
        } catch (SdkException e) {
            throw new NothingToCheckException("The stack %s cannot be read: %s".formatted(name, Refusals.reason(e)), e);
        }
    }

    /**
     * Describes a stack.
     *
     * @param name its name or id
     * @throws NothingToCheckException if there is none
     */
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
                throw new NothingToCheckException(
                        "There is no stack %s in %s".formatted(name, region(cloudFormation)), e);
            }
            throw e;
        }
    }

    private static String region(CloudFormationClient cloudFormation) {
        return cloudFormation.serviceClientConfiguration().region().id();
    }

    private static DeployedTemplate template(CloudFormationClient cloudFormation, Stack stack) {
        List<StackResourceSummary> resources =
                cloudFormation
                        .listStackResourcesPaginator(list -> list.stackName(stack.stackId()))
                        .stackResourceSummaries()
                        .stream()
                        .toList();
        Map<String, String> physicalIds = new HashMap<>();
        Map<String, DeployedTemplate> nested = new HashMap<>();
        for (StackResourceSummary resource : resources) {
            String id = resource.physicalResourceId();
            if (id != null) {
                physicalIds.put(resource.logicalResourceId(), id);
            }
            if (id != null && resource.resourceType().equals(NESTED_STACK)) {
                nested.put(resource.logicalResourceId(), template(cloudFormation, stack(cloudFormation, id)));
            }
        }
        String body = cloudFormation
                .getTemplate(get -> get.stackName(stack.stackId()))
                .templateBody();
        return new DeployedTemplate(stack, parsed(stack, body), physicalIds, nested);
    }

    /** The CDK's templates are JSON, but what its CLI changes, as for an import, it sends as YAML. */
    private static JsonNode parsed(Stack stack, String template) {
        try {
            return JSON.readTree(template);
        } catch (JsonProcessingException notJson) {
            try {
                return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(template));
            } catch (YAMLException | IllegalArgumentException e) {
                throw new NothingToCheckException(
                        "The template of %s is not the CDK's: it is neither JSON nor plain YAML"
                                .formatted(stack.stackName()),
                        e);
            }
        }
    }

    Place place() {
        return Place.of(template.stack().stackId());
    }

    /** Returns an output's value. */
    Optional<String> output(String name) {
        return template.stack().outputs().stream()
                .filter(output -> output.outputKey().equals(name))
                .map(output -> output.outputValue())
                .findFirst();
    }

    /** Returns the resources of a type, of the stack and of those nested in it. */
    List<DeployedResource> resources(String type) {
        return template.all().flatMap(part -> part.resources(type)).toList();
    }

    List<DeployedResource> tables() {
        return resources("AWS::Glue::Table");
    }

    List<DeployedResource> views() {
        return resources("Custom::AthenaView");
    }

    /** Returns a view's name. */
    static String viewName(DeployedResource view) {
        return view.properties().path("ViewName").asText();
    }

    /** Returns a table's name: an Iceberg table has it elsewhere. */
    static String tableName(DeployedResource table) {
        JsonNode properties = table.properties();
        return properties.at("/TableInput/Name").asText(properties.path("Name").asText());
    }

    /** Returns a table's location, which an Iceberg table, too, has elsewhere. */
    static String location(DeployedResource table) {
        JsonNode properties = table.properties();
        return properties
                .at("/TableInput/StorageDescriptor/Location")
                .asText(properties
                        .at("/OpenTableFormatInput/IcebergInput/IcebergTableInput/Location")
                        .asText());
    }

    /** Returns the names of all tables and views. */
    Set<String> tablesAndViews() {
        return Stream.concat(
                        tables().stream().map(Deployment::tableName),
                        views().stream().map(Deployment::viewName))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the Quilt buckets: those with a table of manifests. */
    List<QuiltBucket> buckets() {
        return tables().stream()
                .map(Deployment::location)
                .filter(location -> location.startsWith("s3://"))
                .flatMap(location -> Stream.of(new QuiltBucket(location.split("/")[2]))
                        .filter(bucket ->
                                BucketTable.MANIFESTS.locationIn(bucket).equals(location)))
                .distinct()
                .toList();
    }
}
