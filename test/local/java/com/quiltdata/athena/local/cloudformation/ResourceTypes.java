package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.athena.model.CreateNamedQueryRequest;
import software.amazon.awssdk.services.athena.model.CreateWorkGroupRequest;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.UpdateWorkGroupRequest;
import software.amazon.awssdk.services.glue.model.AlreadyExistsException;
import software.amazon.awssdk.services.glue.model.CreateDatabaseRequest;
import software.amazon.awssdk.services.glue.model.CreateTableRequest;
import software.amazon.awssdk.services.glue.model.EntityNotFoundException;
import software.amazon.awssdk.services.glue.model.UpdateDatabaseRequest;
import software.amazon.awssdk.services.glue.model.UpdateTableRequest;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * The resource types that can be created, updated and deleted on loopback. A type or property that is not known here is an error: what the
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
            "AWS::SQS::QueuePolicy",
            "Custom::S3AutoDeleteObjects");

    /** What a bucket has beyond its name; of these, too, nothing is checked on loopback. */
    private static final List<String> BUCKET_SETTINGS = List.of(
            "BucketEncryption",
            "LifecycleConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags");

    private static final List<String> RESULT_SETTINGS =
            List.of("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner");

    /** What comes before the name of a nested stack's output, in the name of an attribute. */
    private static final String OUTPUT = "Outputs.";

    private static final ObjectMapper REQUESTS = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            // The types of an Iceberg table's columns: plain ones, which are texts.
            .addModule(new SimpleModule().addDeserializer(Document.class, new FromStringDeserializer<>(Document.class) {
                @Override
                protected Document _deserialize(String text, DeserializationContext context) {
                    return Document.fromString(text);
                }
            }))
            .build();

    private final CloudAssembly assembly;
    private final AwsClients aws;
    private final CustomResources customResources;

    /**
     * Prepares to create resources.
     *
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
     * @param properties its properties, without intrinsic functions
     * @throws IllegalArgumentException if the type or one of the properties is unknown
     * @throws ResourceExistsException if there is one of that name
     */
    Resource create(String logicalId, String type, JsonNode properties) {
        try {
            return switch (type) {
                case "AWS::Athena::NamedQuery" -> namedQuery(properties);
                case "AWS::Athena::WorkGroup" -> workGroup(logicalId, properties);
                case "AWS::CloudWatch::Alarm" -> alarm(logicalId, properties);
                case "AWS::CloudWatch::Dashboard" -> dashboard(logicalId, properties);
                case "AWS::Glue::Database" -> database(properties);
                case "AWS::Glue::Table" -> table(properties);
                case "AWS::IAM::ManagedPolicy" ->
                    managedPolicy(properties.path("ManagedPolicyName").asText(logicalId));
                case "AWS::Lambda::Function" -> customResources.declareFunction(logicalId, properties);
                case "AWS::S3::Bucket" -> bucket(properties);
                case "AWS::Scheduler::Schedule" -> schedule(logicalId, properties);
                case "AWS::StepFunctions::StateMachine" -> stateMachine(logicalId, properties);
                case "AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue" ->
                    eventPipe(logicalId, type, properties);
                case "Custom::AthenaView" -> customResources.create(logicalId, type, properties);
                default -> withoutCounterpart(logicalId, type);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s (%s): %s".formatted(logicalId, type, e.getOriginalMessage()), e);
        } catch (AlreadyExistsException | BucketAlreadyExistsException | BucketAlreadyOwnedByYouException e) {
            throw new ResourceExistsException(
                    logicalId, type, e.awsErrorDetails().errorMessage());
        }
    }

    /**
     * Finds a resource that exists, by the name that its properties give it.
     *
     * @param type its type, one that CloudFormation can import
     * @param properties its properties, without intrinsic functions
     * @return what others refer to; empty if there is none
     */
    Optional<Resource> find(String type, JsonNode properties) {
        try {
            return switch (type) {
                case "AWS::Athena::WorkGroup" -> {
                    String name = properties.path("Name").asText();
                    aws.athena().getWorkGroup(get -> get.workGroup(name));
                    yield Optional.of(new Resource(name));
                }
                case "AWS::Glue::Database" -> {
                    String name = properties.path("DatabaseName").asText();
                    aws.glue().getDatabase(get -> get.name(name));
                    yield Optional.of(new Resource(name));
                }
                // There are no policies on loopback; whether it is there, only its owner knows.
                case "AWS::IAM::ManagedPolicy" ->
                    Optional.of(
                            managedPolicy(properties.path("ManagedPolicyName").asText()));
                case "AWS::S3::Bucket" -> {
                    String name = properties.path("BucketName").asText();
                    aws.s3().headBucket(head -> head.bucket(name));
                    yield Optional.of(bucketResource(name));
                }
                default -> throw new IllegalArgumentException("An %s cannot be imported here".formatted(type));
            };
        } catch (EntityNotFoundException | InvalidRequestException | NoSuchBucketException e) {
            return Optional.empty();
        }
    }

    /**
     * Changes a resource that exists, in place or by making another one that is to take its place.
     *
     * @param oldProperties its properties so far, without intrinsic functions
     * @return what others refer to; another reference means that the current resource is to be deleted
     * @throws IllegalArgumentException if such a change is unknown here
     */
    Resource update(String logicalId, String type, Resource current, JsonNode oldProperties, JsonNode properties) {
        try {
            return switch (type) {
                case "AWS::Athena::NamedQuery" -> namedQuery(properties);
                case "AWS::Athena::WorkGroup" -> updatedWorkGroup(current, logicalId, oldProperties, properties);
                case "AWS::Glue::Database" -> updatedDatabase(current, logicalId, oldProperties, properties);
                case "AWS::Glue::Table" ->
                    current.reference().equals(tableName(properties))
                            ? updatedTable(current, properties)
                            : table(properties);
                case "AWS::CloudWatch::Alarm",
                        "AWS::CloudWatch::Dashboard",
                        "AWS::IAM::ManagedPolicy",
                        "AWS::Lambda::Function" -> create(logicalId, type, properties);
                case "AWS::Scheduler::Schedule" -> {
                    aws.scheduler().update(current.reference(), properties.deepCopy());
                    yield current;
                }
                case "AWS::StepFunctions::StateMachine" -> {
                    aws.stepFunctions()
                            .call(
                                    "UpdateStateMachine",
                                    Map.of(
                                            "stateMachineArn",
                                            current.reference(),
                                            "definition",
                                            definition(properties)));
                    yield current;
                }
                case "AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue" -> {
                    aws.eventPipes().call("Put", type, current.attributes().get("Arn"), properties);
                    yield current;
                }
                case "AWS::S3::Bucket" -> unlessChanged(current, logicalId, oldProperties, properties, BUCKET_SETTINGS);
                case "Custom::AthenaView" ->
                    customResources.update(logicalId, type, current, oldProperties, properties);
                default -> {
                    if (!WITHOUT_COUNTERPART.contains(type)) {
                        throw new IllegalArgumentException(
                                "%s: a change of an %s is unknown here".formatted(logicalId, type));
                    }
                    yield current;
                }
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s (%s): %s".formatted(logicalId, type, e.getOriginalMessage()), e);
        }
    }

    /**
     * Deletes a resource.
     *
     * @param properties its properties, without intrinsic functions
     */
    void delete(String logicalId, String type, Resource current, JsonNode properties) {
        String name = current.reference();
        switch (type) {
            case "AWS::Athena::NamedQuery" -> aws.athena().deleteNamedQuery(delete -> delete.namedQueryId(name));
            case "AWS::Athena::WorkGroup" ->
                aws.athena()
                        .deleteWorkGroup(delete -> delete.workGroup(name)
                                .recursiveDeleteOption(
                                        properties.path("RecursiveDeleteOption").asBoolean()));
            case "AWS::Glue::Database" -> aws.glue().deleteDatabase(delete -> delete.name(name));
            case "AWS::Glue::Table" ->
                aws.glue()
                        .deleteTable(delete -> delete.databaseName(
                                        properties.path("DatabaseName").asText())
                                .name(name));
            case "AWS::S3::Bucket" -> aws.s3().deleteBucket(delete -> delete.bucket(name));
            case "AWS::Scheduler::Schedule" -> aws.scheduler().delete(name);
            case "AWS::StepFunctions::StateMachine" ->
                aws.stepFunctions().call("DeleteStateMachine", Map.of("stateMachineArn", name));
            case "AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue" ->
                aws.eventPipes().call("Delete", type, current.attributes().get("Arn"), properties);
            case "Custom::AthenaView" -> customResources.delete(logicalId, type, current, properties);
            case "Custom::S3AutoDeleteObjects" -> {
                close(properties.path("BucketName").asText());
                empty(properties.path("BucketName").asText());
            }
            case "AWS::CloudWatch::Alarm",
                    "AWS::CloudWatch::Dashboard",
                    "AWS::IAM::ManagedPolicy",
                    "AWS::Lambda::Function" -> {
                // There is nothing but its name or ARN.
            }
            default -> withoutCounterpart(logicalId, type);
        }
    }

    /** The CDK's function lets nobody write any more, so that the bucket stays empty until it is deleted. */
    private void close(String bucket) {
        String policy = """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::%s/*"}]}
                """;
        aws.s3().putBucketPolicy(put -> put.bucket(bucket).policy(policy.formatted(bucket)));
    }

    private void empty(String bucket) {
        aws.s3()
                .listObjectsV2Paginator(list -> list.bucket(bucket))
                .contents()
                .forEach(object ->
                        aws.s3().deleteObject(delete -> delete.bucket(bucket).key(object.key())));
    }

    /** A resource stays as it is when no property changes other than those that nothing happens for here. */
    private static Resource unlessChanged(
            Resource current, String logicalId, JsonNode oldProperties, JsonNode properties, List<String> harmless) {
        ObjectNode before = oldProperties.deepCopy();
        ObjectNode after = properties.deepCopy();
        before.remove(harmless);
        after.remove(harmless);
        if (!before.equals(after)) {
            throw new IllegalArgumentException(
                    logicalId + ": only a change of its " + String.join(", ", harmless) + " is known here");
        }
        return current;
    }

    private static Resource withoutCounterpart(String logicalId, String type) {
        if (!WITHOUT_COUNTERPART.contains(type)) {
            throw new IllegalArgumentException("%s: the resource type %s is unknown here".formatted(logicalId, type));
        }
        return new Resource(logicalId, Map.of("Arn", Arns.of(type, logicalId)));
    }

    /** A policy is not made either, but others want its ARN. */
    private static Resource managedPolicy(String name) {
        return new Resource("arn:aws:iam::%s:policy/%s".formatted(LocalAccount.ACCOUNT_ID, name));
    }

    private static Resource alarm(String logicalId, JsonNode properties) {
        CloudWatchRules.checkAlarm(logicalId, properties);
        return new Resource(logicalId);
    }

    private static Resource dashboard(String logicalId, JsonNode properties) {
        CloudWatchRules.checkDashboard(logicalId, properties);
        return new Resource(properties.path("DashboardName").asText());
    }

    private Resource bucket(JsonNode properties) {
        String name = properties.path("BucketName").asText();
        aws.s3().createBucket(create -> create.bucket(name));
        return bucketResource(name);
    }

    private static Resource bucketResource(String name) {
        return new Resource(name, Map.of("Arn", "arn:aws:s3:::" + name));
    }

    private Resource workGroup(String logicalId, JsonNode properties) throws JsonProcessingException {
        ObjectNode request = properties.deepCopy();
        // The API creates workgroups enabled, and asks how to delete one when it is deleted.
        String state = request.remove("State").asText();
        request.remove("RecursiveDeleteOption");
        request.set("Configuration", request.remove("WorkGroupConfiguration"));
        if (!state.equals("ENABLED")) {
            throw new IllegalArgumentException("A workgroup that is " + state + " is unknown here");
        }
        CreateWorkGroupRequest create = request(request, CreateWorkGroupRequest.serializableBuilderClass());
        if (find("AWS::Athena::WorkGroup", properties).isPresent()) {
            throw new ResourceExistsException(
                    logicalId, "AWS::Athena::WorkGroup", "Workgroup already exists: " + create.name());
        }
        aws.athena().createWorkGroup(create);
        return new Resource(create.name());
    }

    /** What the properties do not set stays as it is, except where results go and how, which is taken back. */
    private Resource updatedWorkGroup(Resource current, String logicalId, JsonNode oldProperties, JsonNode properties)
            throws JsonProcessingException {
        unlessChanged(
                current,
                logicalId,
                oldProperties,
                properties,
                List.of("Description", "RecursiveDeleteOption", "State", "WorkGroupConfiguration"));
        ObjectNode configuration = properties.path("WorkGroupConfiguration").deepCopy();
        ObjectNode results = configuration.withObjectProperty("ResultConfiguration");
        configuration.remove("ResultConfiguration");
        RESULT_SETTINGS.stream()
                .filter(setting -> !results.has(setting))
                .forEach(setting -> results.put("Remove" + setting, true));
        configuration.set("ResultConfigurationUpdates", results);
        ObjectNode request = REQUESTS.createObjectNode();
        request.put("WorkGroup", current.reference());
        for (String name : List.of("Description", "State")) {
            if (properties.has(name)) {
                request.set(name, properties.get(name));
            }
        }
        request.set("ConfigurationUpdates", configuration);
        aws.athena().updateWorkGroup(request(request, UpdateWorkGroupRequest.serializableBuilderClass()));
        return current;
    }

    private Resource updatedDatabase(Resource current, String logicalId, JsonNode oldProperties, JsonNode properties)
            throws JsonProcessingException {
        unlessChanged(current, logicalId, oldProperties, properties, List.of("DatabaseInput"));
        ObjectNode request = properties.deepCopy();
        request.set("Name", request.remove("DatabaseName"));
        aws.glue().updateDatabase(request(request, UpdateDatabaseRequest.serializableBuilderClass()));
        return current;
    }

    private Resource namedQuery(JsonNode properties) throws JsonProcessingException {
        CreateNamedQueryRequest create = request(properties, CreateNamedQueryRequest.serializableBuilderClass());
        String id = aws.athena().createNamedQuery(create).namedQueryId();
        return new Resource(id, Map.of("NamedQueryId", id));
    }

    private Resource database(JsonNode properties) throws JsonProcessingException {
        ObjectNode request = properties.deepCopy();
        // The API takes the name from the input alone.
        request.remove("DatabaseName");
        CreateDatabaseRequest create = request(request, CreateDatabaseRequest.serializableBuilderClass());
        aws.glue().createDatabase(create);
        return new Resource(create.databaseInput().name());
    }

    private Resource table(JsonNode properties) throws JsonProcessingException {
        ObjectNode request = properties.deepCopy();
        JsonNode iceberg = request.path("OpenTableFormatInput").path("IcebergInput");
        if (iceberg instanceof ObjectNode input) {
            // The API's name for it.
            input.set("CreateIcebergTableInput", input.remove("IcebergTableInput"));
        }
        aws.glue().createTable(request(request, CreateTableRequest.serializableBuilderClass()));
        return new Resource(tableName(properties));
    }

    private Resource schedule(String logicalId, JsonNode properties) {
        // CloudFormation makes up the end of the name, too, of which there are at most 64 characters.
        String name = logicalId + "-" + UUID.randomUUID().toString().substring(0, 8);
        JsonNode created = aws.scheduler().create(name, properties.deepCopy());
        return new Resource(name, Map.of("Arn", created.path("ScheduleArn").asText()));
    }

    private Resource stateMachine(String logicalId, JsonNode properties) {
        // CloudFormation makes up the end of the name, too.
        String name = logicalId + "-" + UUID.randomUUID();
        String arn = aws.stepFunctions()
                .call("CreateStateMachine", Map.of("name", name, "definition", definition(properties)))
                .path("stateMachineArn")
                .asText();
        return new Resource(arn, Map.of("Arn", arn, "Name", name));
    }

    private Resource eventPipe(String logicalId, String type, JsonNode properties) {
        String service = type.split("::")[1].toLowerCase(Locale.ROOT);
        String name = logicalId + "-" + UUID.randomUUID();
        String arn = "arn:aws:%s:%s:%s:%s".formatted(service, LocalAccount.REGION, LocalAccount.ACCOUNT_ID, name);
        aws.eventPipes().call("Put", type, arn, properties);
        return new Resource(name, Map.of("Arn", arn, "QueueName", name));
    }

    private static String definition(JsonNode properties) {
        String definition = properties.path("DefinitionString").asText();
        for (Map.Entry<String, JsonNode> substitution :
                properties.path("DefinitionSubstitutions").properties()) {
            definition = definition.replace(
                    "${" + substitution.getKey() + "}", substitution.getValue().asText());
        }
        return definition;
    }

    private static String tableName(JsonNode properties) {
        return properties
                .path("TableInput")
                .path("Name")
                .asText(properties.path("Name").asText());
    }

    private Resource updatedTable(Resource current, JsonNode properties) throws JsonProcessingException {
        aws.glue().updateTable(request(properties, UpdateTableRequest.serializableBuilderClass()));
        return current;
    }

    /** A nested stack as its parent refers to it. */
    static Resource nestedStack(String id, Map<String, String> outputs) {
        Map<String, String> attributes = new HashMap<>();
        outputs.forEach((name, value) -> attributes.put(OUTPUT + name, value));
        return new Resource(id, attributes);
    }

    /** Reads the outputs of a nested stack. */
    static Map<String, String> nestedOutputs(Resource resource) {
        Map<String, String> outputs = new TreeMap<>();
        resource.attributes().forEach((name, value) -> outputs.put(name.substring(OUTPUT.length()), value));
        return outputs;
    }

    /**
     * Finds the template of a nested stack.
     *
     * @param properties the nested stack's, without intrinsic functions
     */
    JsonNode nestedTemplate(JsonNode properties) {
        return assembly.nestedTemplate(properties.path("TemplateURL").asText());
    }

    /**
     * Reads what a parent passes to a nested stack.
     *
     * @param properties the nested stack's, without intrinsic functions
     * @return the values of the nested template's parameters, by name
     */
    static Map<String, String> nestedParameters(JsonNode properties) {
        Map<String, String> parameters =
                REQUESTS.convertValue(properties.path("Parameters"), new TypeReference<Map<String, String>>() {});
        return parameters == null ? Map.of() : parameters;
    }

    /** Reads properties into an SDK request; a property that the request does not have is refused. */
    private static <T, B extends SdkBuilder<?, T>> T request(JsonNode properties, Class<? extends B> builder)
            throws JsonProcessingException {
        return REQUESTS.treeToValue(properties, builder).build();
    }

    @Override
    public void close() {
        aws.close();
    }
}
