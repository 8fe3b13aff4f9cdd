package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.athena.model.CreateNamedQueryRequest;
import software.amazon.awssdk.services.athena.model.CreateWorkGroupRequest;
import software.amazon.awssdk.services.athena.model.InvalidRequestException;
import software.amazon.awssdk.services.athena.model.UpdateWorkGroupRequest;
import software.amazon.awssdk.services.athena.model.WorkGroup;
import software.amazon.awssdk.services.glue.model.AlreadyExistsException;
import software.amazon.awssdk.services.glue.model.CreateDatabaseRequest;
import software.amazon.awssdk.services.glue.model.CreateTableRequest;
import software.amazon.awssdk.services.glue.model.EntityNotFoundException;
import software.amazon.awssdk.services.glue.model.UpdateDatabaseRequest;
import software.amazon.awssdk.services.glue.model.UpdateTableRequest;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;
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
            "AWS::ECR::Repository",
            "AWS::IAM::Policy",
            "AWS::IAM::Role",
            "AWS::KMS::Alias",
            "AWS::KMS::Key",
            "AWS::Logs::LogGroup",
            "AWS::SQS::QueuePolicy",
            "Custom::S3AutoDeleteObjects");

    /** What a bucket has beyond its name; of these, too, nothing is checked on loopback. */
    private static final List<String> BUCKET_SETTINGS = List.of(
            "AccessControl",
            "BucketEncryption",
            "LifecycleConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration");

    private static final List<String> RESULT_SETTINGS =
            List.of("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner");

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

    /** From a type that can be imported to the property that names a resource of it. */
    private static final Map<String, String> IDENTIFIED_BY = Map.of(
            "AWS::Athena::WorkGroup", "Name",
            "AWS::Glue::Database", "DatabaseName",
            "AWS::IAM::ManagedPolicy", "PolicyArn",
            "AWS::S3::Bucket", "BucketName");

    private final AwsClients aws;
    private final Functions functions;
    private final Map<String, String> parameters;
    private final Map<String, Path> archives = new ConcurrentHashMap<>();

    /**
     * Prepares to create resources.
     *
     * @param endpoint where the account's other services are
     * @param parameters the account's parameter store, by name
     */
    ResourceTypes(URI endpoint, Map<String, String> parameters) {
        this.aws = new AwsClients(endpoint);
        this.functions = new Functions(endpoint, this::archive);
        this.parameters = parameters;
    }

    Functions functions() {
        return functions;
    }

    /** The property that names a resource when it is imported; empty where a type cannot be. */
    static Optional<String> identifiedBy(String type) {
        return Optional.ofNullable(IDENTIFIED_BY.get(type));
    }

    /**
     * Reads a parameter of the parameter store.
     *
     * @throws IllegalArgumentException if there is none
     */
    String storedParameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "Unable to fetch parameters [%s] from parameter store for this account.".formatted(name));
        }
        return value;
    }

    /**
     * Reads an object of S3.
     *
     * @param url with the bucket in its path or before the host's name
     * @throws IllegalArgumentException if there is none
     */
    String object(String url) {
        URI uri = URI.create(url);
        String path = uri.getPath().substring(1);
        int s3 = uri.getHost().startsWith("s3.") || !uri.getHost().contains(".s3.")
                ? 0
                : uri.getHost().indexOf(".s3.");
        String bucket = s3 > 0 ? uri.getHost().substring(0, s3) : path.substring(0, path.indexOf('/'));
        String key = s3 > 0 ? path : path.substring(bucket.length() + 1);
        try {
            return aws.s3().getObjectAsBytes(get -> get.bucket(bucket).key(key)).asUtf8String();
        } catch (S3Exception e) {
            throw new IllegalArgumentException(
                    "S3 error: " + e.awsErrorDetails().errorMessage(), e);
        }
    }

    private Path archive(String bucket, String key) {
        return archives.computeIfAbsent(bucket + "/" + key, name -> {
            try {
                Path file = Files.createTempFile("function", "-" + key.replace('/', '-'));
                file.toFile().deleteOnExit();
                Files.write(
                        file,
                        aws.s3()
                                .getObjectAsBytes(get -> get.bucket(bucket).key(key))
                                .asByteArray());
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (S3Exception e) {
                throw new IllegalArgumentException(
                        "Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s"
                                .formatted(
                                        e.awsErrorDetails().errorCode(),
                                        e.awsErrorDetails().errorMessage()),
                        e);
            }
        });
    }

    /**
     * Creates a resource.
     *
     * @param properties its properties, without intrinsic functions
     * @throws IllegalArgumentException if the type or one of the properties is unknown
     * @throws IllegalStateException if there is one of that name; the message begins with {@code AlreadyExists}
     */
    Resource create(Stack stack, String logicalId, String type, JsonNode properties) {
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
                case "AWS::IAM::Role" -> role(properties.path("RoleName").asText(physicalName(stack, logicalId)));
                case "AWS::Lambda::Function" -> functions.put(stack, physicalName(stack, logicalId), properties);
                case "AWS::S3::Bucket" -> bucket(properties);
                case "AWS::S3::BucketPolicy" -> bucketPolicy(properties);
                case "AWS::Scheduler::Schedule" -> schedule(logicalId, properties);
                case "AWS::SSM::Parameter" -> parameter(properties);
                case "AWS::StepFunctions::StateMachine" -> stateMachine(logicalId, properties);
                case "AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue" ->
                    eventPipe(logicalId, type, properties);
                case "Custom::AthenaView" -> functions.create(stack, logicalId, type, properties);
                default -> withoutCounterpart(logicalId, type);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s (%s): %s".formatted(logicalId, type, e.getOriginalMessage()), e);
        } catch (AlreadyExistsException | BucketAlreadyExistsException | BucketAlreadyOwnedByYouException e) {
            throw exists(logicalId, type, e.awsErrorDetails().errorMessage());
        }
    }

    /** The error for a resource that exists outside the stack. */
    static IllegalStateException exists(String logicalId, String type, String reason) {
        return new IllegalStateException("AlreadyExists: %s (%s): %s".formatted(logicalId, type, reason));
    }

    private static String physicalName(Stack stack, String logicalId) {
        return stack.name() + "-" + logicalId;
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
    Resource update(
            Stack stack, String logicalId, String type, Resource current, JsonNode oldProperties, JsonNode properties) {
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
                        "AWS::Lambda::Function",
                        "AWS::S3::BucketPolicy",
                        "AWS::SSM::Parameter" -> create(stack, logicalId, type, properties);
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
                case "AWS::S3::Bucket" -> {
                    tag(current.reference(), properties.path("Tags"));
                    yield unlessChanged(current, logicalId, oldProperties, properties, BUCKET_SETTINGS);
                }
                case "Custom::AthenaView" ->
                    functions.update(stack, logicalId, type, current, oldProperties, properties);
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
    void delete(Stack stack, String logicalId, String type, Resource current, JsonNode properties) {
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
            case "AWS::Lambda::Function" -> functions.delete(current);
            case "AWS::S3::Bucket" -> aws.s3().deleteBucket(delete -> delete.bucket(name));
            case "AWS::S3::BucketPolicy" -> aws.s3().deleteBucketPolicy(delete -> delete.bucket(name));
            case "AWS::SSM::Parameter" -> parameters.remove(name);
            case "AWS::Scheduler::Schedule" -> aws.scheduler().delete(name);
            case "AWS::StepFunctions::StateMachine" ->
                aws.stepFunctions().call("DeleteStateMachine", Map.of("stateMachineArn", name));
            case "AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue" ->
                aws.eventPipes().call("Delete", type, current.attributes().get("Arn"), properties);
            case "Custom::AthenaView" -> functions.delete(stack, logicalId, type, current, properties);
            case "Custom::S3AutoDeleteObjects" -> {
                close(properties.path("BucketName").asText());
                empty(properties.path("BucketName").asText());
            }
            case "AWS::CloudWatch::Alarm",
                    "AWS::CloudWatch::Dashboard",
                    "AWS::IAM::ManagedPolicy",
                    "AWS::IAM::Role" -> {
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

    private static Resource role(String name) {
        return new Resource(name, Map.of("Arn", "arn:aws:iam::%s:role/%s".formatted(LocalAccount.ACCOUNT_ID, name)));
    }

    private Resource parameter(JsonNode properties) {
        String name = properties.path("Name").asText();
        parameters.put(name, properties.path("Value").asText());
        return new Resource(name, Map.of("Value", properties.path("Value").asText()));
    }

    private Resource bucketPolicy(JsonNode properties) {
        String bucket = properties.path("Bucket").asText();
        aws.s3()
                .putBucketPolicy(put -> put.bucket(bucket)
                        .policy(properties.path("PolicyDocument").toString()));
        return new Resource(bucket);
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
        tag(name, properties.path("Tags"));
        return bucketResource(name);
    }

    private void tag(String bucket, JsonNode tags) {
        List<Tag> all = tags.valueStream()
                .map(tag -> Tag.builder()
                        .key(tag.path("Key").asText())
                        .value(tag.path("Value").asText())
                        .build())
                .toList();
        if (all.isEmpty()) {
            aws.s3().deleteBucketTagging(delete -> delete.bucket(bucket));
        } else {
            aws.s3().putBucketTagging(put -> put.bucket(bucket).tagging(tagging -> tagging.tagSet(all)));
        }
    }

    private static Resource bucketResource(String name) {
        return new Resource(
                name,
                Map.of(
                        "Arn",
                        "arn:aws:s3:::" + name,
                        "RegionalDomainName",
                        "%s.s3.%s.amazonaws.com".formatted(name, LocalAccount.REGION)));
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
            throw exists(logicalId, "AWS::Athena::WorkGroup", "Workgroup already exists: " + create.name());
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
    static Resource nestedStack(Stack stack) {
        Map<String, String> attributes = new HashMap<>();
        stack.content().outputs().forEach((name, value) -> attributes.put("Outputs." + name, value));
        return new Resource(stack.id(), attributes);
    }

    /** Reads an object of texts, as custom resources and nested stacks get their properties. */
    static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
        return texts;
    }

    /**
     * Compares what the services tell of a resource with what it was declared to be.
     *
     * @return as CloudFormation describes it; empty where nothing can be told of such a resource
     */
    Optional<ObjectNode> drift(String type, Resource resource, JsonNode properties) {
        String name = resource.reference();
        ObjectNode actual = REQUESTS.createObjectNode();
        try {
            switch (type) {
                case "AWS::Athena::WorkGroup" -> {
                    WorkGroup workGroup = aws.athena()
                            .getWorkGroup(get -> get.workGroup(name))
                            .workGroup();
                    actual.put("Description", workGroup.description()).put("State", workGroup.stateAsString());
                    actual.set("WorkGroupConfiguration", Drift.json(workGroup.configuration()));
                }
                case "AWS::Glue::Database" ->
                    actual.set(
                            "DatabaseInput",
                            Drift.json(aws.glue()
                                    .getDatabase(get -> get.name(name))
                                    .database()));
                case "AWS::Glue::Table" -> {
                    if (!properties.has("TableInput")) {
                        return Optional.empty();
                    }
                    String database = properties.path("DatabaseName").asText();
                    actual.set(
                            "TableInput",
                            Drift.json(aws.glue()
                                    .getTable(get -> get.databaseName(database).name(name))
                                    .table()));
                }
                case "AWS::S3::Bucket" -> {
                    aws.s3().headBucket(head -> head.bucket(name));
                    actual.set("Tags", tags(name));
                }
                case "AWS::S3::BucketPolicy" ->
                    actual.set(
                            "PolicyDocument",
                            AwsJson.parse(aws.s3()
                                    .getBucketPolicy(get -> get.bucket(name))
                                    .policy()));
                default -> {
                    return Optional.empty();
                }
            }
        } catch (EntityNotFoundException | InvalidRequestException | S3Exception e) {
            return Optional.of(Drift.deleted(properties));
        }
        return Optional.of(Drift.between(properties, actual));
    }

    private JsonNode tags(String bucket) {
        ArrayNode tags = REQUESTS.createArrayNode();
        try {
            aws.s3()
                    .getBucketTagging(get -> get.bucket(bucket))
                    .tagSet()
                    .forEach(tag -> tags.addObject().put("Key", tag.key()).put("Value", tag.value()));
        } catch (S3Exception e) {
            // It has none.
        }
        return tags;
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
