package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.aws.AwsClients;
import com.quiltdata.athena.local.aws.EmbeddedAws;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.services.athena.model.CreateNamedQueryRequest;
import software.amazon.awssdk.services.athena.model.CreateWorkGroupRequest;
import software.amazon.awssdk.services.glue.model.CreateDatabaseRequest;
import software.amazon.awssdk.services.glue.model.CreateTableRequest;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * The resource types that can be created on loopback. A type or property that is not known here is an error: what the
 * template declares is either done, or listed as having no counterpart.
 *
 * <p>CloudFormation's properties of Glue and Athena are the fields of the services' own requests, so most of them are
 * read straight into the AWS SDK's request.
 */
final class ResourceTypes implements AutoCloseable {

    /** Permissions, logs and encryption are not checked on loopback; these are known, and nothing happens for them. */
    private static final Set<String> WITHOUT_COUNTERPART = Set.of(
            "AWS::CDK::Metadata",
            "AWS::IAM::Policy",
            "AWS::IAM::Role",
            "AWS::Logs::LogGroup",
            "AWS::S3::BucketPolicy",
            "Custom::S3AutoDeleteObjects");

    private static final ObjectMapper REQUESTS = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .build();

    private final CloudAssembly assembly;
    private final AwsClients aws;
    private final CustomResources customResources;

    /**
     * Prepares to create resources.
     *
     * @param assembly where assets are found
     * @param endpoint where the account's services answer
     * @param log gets what the stack's functions log
     */
    ResourceTypes(CloudAssembly assembly, URI endpoint, Consumer<String> log) {
        this.assembly = assembly;
        this.aws = new AwsClients(endpoint);
        this.customResources = new CustomResources(assembly, endpoint, log);
    }

    /**
     * Creates a resource.
     *
     * @param logicalId its name in the template
     * @param type its type
     * @param properties its properties, without intrinsic functions
     * @return what others refer to
     * @throws IllegalArgumentException if the type or one of the properties is unknown
     */
    Resource create(String logicalId, String type, JsonNode properties) {
        try {
            return switch (type) {
                case "AWS::Athena::NamedQuery" -> namedQuery(properties);
                case "AWS::Athena::WorkGroup" -> workGroup(properties);
                case "AWS::CloudFormation::Stack" -> nestedStack(logicalId, properties);
                case "AWS::Glue::Database" -> database(properties);
                case "AWS::Glue::Table" -> table(properties);
                case "AWS::IAM::ManagedPolicy" -> managedPolicy(properties);
                case "AWS::Lambda::Function" -> customResources.declareFunction(logicalId, properties);
                case "AWS::S3::Bucket" -> bucket(properties);
                case "Custom::AthenaView" -> customResources.create(logicalId, type, properties);
                default -> withoutCounterpart(logicalId, type);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s (%s): %s".formatted(logicalId, type, e.getOriginalMessage()), e);
        }
    }

    private static Resource withoutCounterpart(String logicalId, String type) {
        if (!WITHOUT_COUNTERPART.contains(type)) {
            throw new IllegalArgumentException("%s: the resource type %s is unknown here".formatted(logicalId, type));
        }
        return new Resource(logicalId, Map.of("Arn", Arns.of(type, logicalId)));
    }

    /** A policy is not made either, but others want its ARN. */
    private static Resource managedPolicy(JsonNode properties) {
        return new Resource("arn:aws:iam::%s:policy/%s"
                .formatted(
                        EmbeddedAws.ACCOUNT_ID,
                        properties.path("ManagedPolicyName").asText()));
    }

    private Resource bucket(JsonNode properties) {
        String name = properties.path("BucketName").asText();
        aws.s3().createBucket(create -> create.bucket(name));
        return new Resource(name, Map.of("Arn", "arn:aws:s3:::" + name));
    }

    private Resource workGroup(JsonNode properties) throws JsonProcessingException {
        ObjectNode request = properties.deepCopy();
        // The API creates workgroups enabled, and asks how to delete one when it is deleted.
        String state = request.remove("State").asText();
        request.remove("RecursiveDeleteOption");
        request.set("Configuration", request.remove("WorkGroupConfiguration"));
        if (!state.equals("ENABLED")) {
            throw new IllegalArgumentException("A workgroup that is " + state + " is unknown here");
        }
        CreateWorkGroupRequest create = request(request, CreateWorkGroupRequest.serializableBuilderClass());
        aws.athena().createWorkGroup(create);
        return new Resource(create.name());
    }

    private Resource namedQuery(JsonNode properties) throws JsonProcessingException {
        CreateNamedQueryRequest create = request(properties, CreateNamedQueryRequest.serializableBuilderClass());
        String id = aws.athena().createNamedQuery(create).namedQueryId();
        return new Resource(id, Map.of("NamedQueryId", id));
    }

    private Resource database(JsonNode properties) throws JsonProcessingException {
        CreateDatabaseRequest create = request(properties, CreateDatabaseRequest.serializableBuilderClass());
        aws.glue().createDatabase(create);
        return new Resource(create.databaseInput().name());
    }

    private Resource table(JsonNode properties) throws JsonProcessingException {
        CreateTableRequest create = request(properties, CreateTableRequest.serializableBuilderClass());
        aws.glue().createTable(create);
        return new Resource(create.tableInput().name());
    }

    private Resource nestedStack(String logicalId, JsonNode properties) {
        Map<String, String> parameters =
                REQUESTS.convertValue(properties.path("Parameters"), new TypeReference<Map<String, String>>() {});
        Map<String, String> outputs = TemplateDeployment.deploy(
                this,
                assembly.nestedTemplate(properties.path("TemplateURL").asText()),
                parameters == null ? Map.of() : parameters);
        Map<String, String> attributes = new HashMap<>();
        outputs.forEach((name, value) -> attributes.put("Outputs." + name, value));
        return new Resource(Arns.of("AWS::CloudFormation::Stack", logicalId), attributes);
    }

    /** Reads properties into an SDK request; a property that the request does not have is refused. */
    private static <T, B extends SdkBuilder<?, T>> T request(JsonNode properties, Class<? extends B> builder)
            throws JsonProcessingException {
        return REQUESTS.treeToValue(properties, builder).build();
    }

    @Override
    public void close() {
        try {
            customResources.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            aws.close();
        }
    }
}
