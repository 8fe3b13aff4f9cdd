package com.quiltdata.athena.local.cloudformation;

import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.cloudformation.ResourceType.Target;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsJsonFilter;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * The resource types that can be created, updated and deleted on loopback. A type or property that is not known here is an
 * error: what the template declares is either done, or listed as having no counterpart.
 *
 * <p>CloudFormation's properties of Glue and Athena are the members of the services' own requests, so most of them are
 * handed on as they are.
 */
final class ResourceTypes {

    /** Permissions, logs and encryption are not checked on loopback; these are known, and nothing happens for them. */
    private static final List<String> WITHOUT_COUNTERPART = List.of(
            "AWS::CDK::Metadata",
            "AWS::ECR::Repository",
            "AWS::IAM::Policy",
            "AWS::KMS::Alias",
            "AWS::KMS::Key",
            "AWS::Logs::LogGroup",
            "AWS::SQS::QueuePolicy");

    private static final List<String> RESULT_SETTINGS =
            List.of("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner");

    private final AwsJsonFilter services;
    private final S3Client s3;
    private final Functions functions;
    private final Map<String, ResourceType> types = new HashMap<>();

    /** Prepares to make resources; the account's services are called in this process. */
    ResourceTypes(AwsJsonFilter services, S3Client s3, Functions functions, Map<String, String> parameters) {
        this.services = services;
        this.s3 = s3;
        this.functions = functions;
        addAthena();
        addGlue();
        addBuckets();
        addSchedulesAndEvents();
        addFunctions();
        add("AWS::SSM::Parameter", target -> {
                    String value = target.text("Value");
                    return new Resource(target.text("Name"), Map.of("Value", value));
                })
                .create(target -> parameters.put(target.id(), target.text("Value")))
                .delete(target -> parameters.remove(target.id()));
        add("AWS::CloudWatch::Alarm", target -> new Resource(target.logicalId()))
                .create(target -> new CloudWatchRules(target.logicalId()).checkAlarm(target.properties()));
        add("AWS::CloudWatch::Dashboard", target -> new Resource(target.text("DashboardName")))
                .create(target -> new CloudWatchRules(target.logicalId()).checkDashboard(target.properties()));
        // There are no policies on loopback; whether one is there, only its owner knows.
        add("AWS::IAM::ManagedPolicy", target -> {
                    JsonNode name = target.properties().path("ManagedPolicyName");
                    return new Resource(globalArn("iam", "policy/" + name.asText(target.logicalId())));
                })
                .replacedWith("Description", "ManagedPolicyName", "Path")
                .importedBy("PolicyArn");
        add("AWS::IAM::Role", target -> {
            String name = target.properties().path("RoleName").asText(madeUpName(target));
            return new Resource(name, Map.of("Arn", globalArn("iam", "role/" + name)));
        });
        WITHOUT_COUNTERPART.forEach(type -> add(type, ResourceTypes::withoutCounterpart));
    }

    private ResourceType add(String type, Function<Target, Resource> reference) {
        ResourceType added = new ResourceType(reference);
        types.put(type, added);
        return added;
    }

    private static Resource withoutCounterpart(Target target) {
        String[] words = target.type().toLowerCase(Locale.ROOT).split("::");
        return new Resource(
                target.logicalId(), Map.of("Arn", arn(words[1], words[words.length - 1] + "/" + target.logicalId())));
    }

    private static String madeUpName(Target target) {
        return target.stack().name() + "-" + target.logicalId();
    }

    private static String arn(String service, String name) {
        return "arn:aws:%s:%s:%s:%s".formatted(service, LocalAccount.REGION, LocalAccount.ACCOUNT_ID, name);
    }

    private static String globalArn(String service, String name) {
        return "arn:aws:%s::%s:%s".formatted(service, LocalAccount.ACCOUNT_ID, name);
    }

    /** Calls a service, which refuses members that its model has not. */
    private ObjectNode call(String operation, JsonNode request) {
        return services.callStrictly(operation, (ObjectNode) request);
    }

    private void addAthena() {
        add("AWS::Athena::NamedQuery", target -> {
                    String id = text(call("AmazonAthena.CreateNamedQuery", target.properties()), "NamedQueryId");
                    return new Resource(id, Map.of("NamedQueryId", id));
                })
                .replacedWith()
                .delete(target -> call("AmazonAthena.DeleteNamedQuery", object().put("NamedQueryId", target.id())));
        add("AWS::Athena::WorkGroup", target -> new Resource(target.text("Name")))
                .create(this::createWorkGroup)
                .update(this::updateWorkGroup)
                .replacedWith("Name")
                .importedBy("Name")
                .delete(target -> call(
                        "AmazonAthena.DeleteWorkGroup",
                        object().put("WorkGroup", target.id())
                                .put(
                                        "RecursiveDeleteOption",
                                        target.properties()
                                                .path("RecursiveDeleteOption")
                                                .asBoolean())))
                .read(target -> {
                    JsonNode workGroup = workGroup(target.id());
                    ObjectNode actual = object().put("Description", text(workGroup, "Description"))
                            .put("State", text(workGroup, "State"));
                    return Optional.of(actual.set("WorkGroupConfiguration", workGroup.path("Configuration")));
                });
    }

    private JsonNode workGroup(String name) {
        return call("AmazonAthena.GetWorkGroup", object().put("WorkGroup", name))
                .path("WorkGroup");
    }

    private void createWorkGroup(Target target) {
        ObjectNode request = target.request();
        // The API creates workgroups enabled, and asks how to delete one when it is deleted.
        String state = request.remove("State").asText();
        request.remove("RecursiveDeleteOption");
        request.set("Configuration", request.remove("WorkGroupConfiguration"));
        if (!state.equals("ENABLED")) {
            throw new IllegalArgumentException("A workgroup that is " + state + " is unknown here");
        }
        if (isThere(() -> workGroup(target.id()))) {
            throw new AwsServiceException("AlreadyExists", "Workgroup already exists: " + target.id());
        }
        call("AmazonAthena.CreateWorkGroup", request);
    }

    /** What the properties do not set stays as it is, except where results go and how, which is taken back. */
    private void updateWorkGroup(Target target) {
        ObjectNode configuration =
                target.properties().path("WorkGroupConfiguration").deepCopy();
        ObjectNode results = configuration.withObjectProperty("ResultConfiguration");
        configuration.remove("ResultConfiguration");
        RESULT_SETTINGS.stream()
                .filter(setting -> !results.has(setting))
                .forEach(setting -> results.put("Remove" + setting, true));
        configuration.set("ResultConfigurationUpdates", results);
        ObjectNode request = object().put("WorkGroup", target.id());
        AwsJson.copy(target.properties(), request, "Description", "State");
        call("AmazonAthena.UpdateWorkGroup", request.set("ConfigurationUpdates", configuration));
    }

    private void addGlue() {
        add("AWS::Glue::Database", target -> new Resource(target.text("DatabaseName")))
                // The API takes the name from the input alone.
                .create(target ->
                        call("AWSGlue.CreateDatabase", target.request().without("DatabaseName")))
                .update(target -> {
                    ObjectNode request = target.request();
                    call("AWSGlue.UpdateDatabase", request.set("Name", request.remove("DatabaseName")));
                })
                .replacedWith("CatalogId", "DatabaseName")
                .importedBy("DatabaseName")
                .delete(target -> call("AWSGlue.DeleteDatabase", object().put("Name", target.id())))
                .read(target -> {
                    ObjectNode database = call("AWSGlue.GetDatabase", object().put("Name", target.id()));
                    return Optional.of(object("DatabaseInput", database.path("Database")));
                });
        add("AWS::Glue::Table", target -> new Resource(tableName(target)))
                .create(this::createTable)
                .updateOrReplace(target -> {
                    if (!target.id().equals(tableName(target))) {
                        return create(target);
                    }
                    call("AWSGlue.UpdateTable", target.properties());
                    return target.current();
                })
                .replacedWith("CatalogId", "DatabaseName", "Name", "OpenTableFormatInput")
                .delete(target -> call("AWSGlue.DeleteTable", namesTable(target)))
                .read(target -> target.properties().has("TableInput")
                        ? Optional.of(object(
                                "TableInput",
                                call("AWSGlue.GetTable", namesTable(target)).path("Table")))
                        : Optional.empty());
    }

    private void createTable(Target target) {
        ObjectNode request = target.request();
        if (request.path("OpenTableFormatInput").path("IcebergInput") instanceof ObjectNode input) {
            // The API's name for it.
            input.set("CreateIcebergTableInput", input.remove("IcebergTableInput"));
        }
        call("AWSGlue.CreateTable", request);
    }

    private static String tableName(Target target) {
        return target.properties().at("/TableInput/Name").asText(target.text("Name"));
    }

    private static ObjectNode namesTable(Target target) {
        return object().put("DatabaseName", target.text("DatabaseName")).put("Name", target.id());
    }

    private void addBuckets() {
        add("AWS::S3::Bucket", ResourceTypes::bucket)
                .create(target -> {
                    s3.createBucket(create -> create.bucket(target.id()));
                    tag(target);
                })
                // Of its other settings nothing is checked on loopback.
                .update(this::tag)
                .replacedWith("BucketName")
                .importedBy("BucketName")
                .delete(target -> s3.deleteBucket(delete -> delete.bucket(target.id())))
                .read(target -> {
                    s3.headBucket(head -> head.bucket(target.id()));
                    return Optional.of(object("Tags", tags(target.id())));
                });
        add("AWS::S3::BucketPolicy", target -> new Resource(target.text("Bucket")))
                .create(target -> s3.putBucketPolicy(put -> put.bucket(target.id())
                        .policy(target.properties().path("PolicyDocument").toString())))
                .delete(target -> s3.deleteBucketPolicy(delete -> delete.bucket(target.id())))
                .read(target -> Optional.of(object(
                        "PolicyDocument",
                        AwsJson.parse(s3.getBucketPolicy(get -> get.bucket(target.id()))
                                .policy()))));
        add("Custom::S3AutoDeleteObjects", ResourceTypes::withoutCounterpart).delete(this::empty);
    }

    private static Resource bucket(Target target) {
        String name = target.text("BucketName");
        String domain = "%s.s3.%s.amazonaws.com".formatted(name, LocalAccount.REGION);
        return new Resource(name, Map.of("Arn", "arn:aws:s3:::" + name, "RegionalDomainName", domain));
    }

    /** The CDK's function lets nobody write any more, so that the bucket stays empty until it is deleted. */
    private void empty(Target target) {
        String bucket = target.text("BucketName");
        String policy = """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::%s/*"}]}
                """;
        s3.putBucketPolicy(put -> put.bucket(bucket).policy(policy.formatted(bucket)));
        s3.listObjectsV2Paginator(list -> list.bucket(bucket))
                .contents()
                .forEach(object ->
                        s3.deleteObject(delete -> delete.bucket(bucket).key(object.key())));
    }

    private void tag(Target target) {
        List<Tag> tags = target.properties()
                .path("Tags")
                .valueStream()
                .map(tag -> Tag.builder()
                        .key(tag.path("Key").asText())
                        .value(tag.path("Value").asText())
                        .build())
                .toList();
        if (tags.isEmpty()) {
            s3.deleteBucketTagging(delete -> delete.bucket(target.id()));
        } else {
            s3.putBucketTagging(put -> put.bucket(target.id()).tagging(tagging -> tagging.tagSet(tags)));
        }
    }

    private JsonNode tags(String bucket) {
        ArrayNode tags = AwsJson.array();
        try {
            s3.getBucketTagging(get -> get.bucket(bucket))
                    .tagSet()
                    .forEach(tag -> tags.addObject().put("Key", tag.key()).put("Value", tag.value()));
        } catch (S3Exception e) {
            // It has none.
        }
        return tags;
    }

    /** CloudFormation makes up the end of their names, too. */
    private void addSchedulesAndEvents() {
        add("AWS::Scheduler::Schedule", target -> {
                    // There are at most 64 characters.
                    String name = target.logicalId() + "-" + Stacks.suffix();
                    return new Resource(name, Map.of("Arn", arn("scheduler", "schedule/default/" + name)));
                })
                .create(target ->
                        call("Scheduler.CreateSchedule", target.request().put("Name", target.id())))
                .update(target ->
                        call("Scheduler.UpdateSchedule", target.request().put("Name", target.id())))
                .delete(target -> call("Scheduler.DeleteSchedule", object().put("Name", target.id())));
        add("AWS::StepFunctions::StateMachine", target -> {
                    String name = target.logicalId() + "-" + UUID.randomUUID();
                    String arn = arn("states", "stateMachine:" + name);
                    return new Resource(arn, Map.of("Arn", arn, "Name", name));
                })
                .create(target -> call(
                        "AWSStepFunctions.CreateStateMachine",
                        definition(target)
                                .put("name", target.current().attributes().get("Name"))))
                .update(target -> call(
                        "AWSStepFunctions.UpdateStateMachine",
                        definition(target).put("stateMachineArn", target.id())))
                .delete(target ->
                        call("AWSStepFunctions.DeleteStateMachine", object().put("stateMachineArn", target.id())));
        for (String type : List.of("AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::SQS::Queue")) {
            add(type, target -> {
                        String name = target.logicalId() + "-" + UUID.randomUUID();
                        String service = type.split("::")[1].toLowerCase(Locale.ROOT);
                        return new Resource(name, Map.of("Arn", arn(service, name), "QueueName", name));
                    })
                    .create(target -> call("EventPipes.Put", eventPipe(target)))
                    .update(target -> call("EventPipes.Put", eventPipe(target)))
                    .delete(target -> call("EventPipes.Delete", eventPipe(target)));
        }
    }

    private static ObjectNode definition(Target target) {
        String definition = target.text("DefinitionString");
        for (Map.Entry<String, JsonNode> substitution :
                target.properties().path("DefinitionSubstitutions").properties()) {
            definition = definition.replace(
                    "${" + substitution.getKey() + "}", substitution.getValue().asText());
        }
        return object().put("definition", definition);
    }

    private static ObjectNode eventPipe(Target target) {
        return object().put("Type", target.type())
                .put("Arn", target.current().attributes().get("Arn"))
                .set("Properties", target.properties());
    }

    private void addFunctions() {
        add("AWS::Lambda::Function", target -> {
                    String name = madeUpName(target);
                    return new Resource(name, Map.of("Arn", arn("lambda", "function:" + name)));
                })
                .create(functions::put)
                .delete(functions::delete);
        add("Custom::AthenaView", target -> functions.invoke("Create", target))
                .updateOrReplace(target -> functions.invoke("Update", target))
                .delete(target -> functions.invoke("Delete", target));
    }

    private ResourceType type(Target target) {
        ResourceType type = types.get(target.type());
        if (type == null) {
            throw new IllegalArgumentException(
                    "%s: the resource type %s is unknown here".formatted(target.logicalId(), target.type()));
        }
        return type;
    }

    /** The property that names a resource when it is imported; empty where its type cannot be. */
    Optional<String> identifier(String type) {
        return Optional.ofNullable(types.get(type)).flatMap(ResourceType::identifier);
    }

    /** Whether a change of a property is another resource that takes the place of the current one. */
    boolean isReplacedWith(String type, String property) {
        return types.containsKey(type) && types.get(type).isReplacedWith(property);
    }

    /**
     * Makes a resource.
     *
     * @throws IllegalArgumentException if the type or one of the properties is unknown
     * @throws IllegalStateException if there is one of that name; the message begins with {@code AlreadyExists}
     */
    Resource create(Target target) {
        ResourceType type = type(target);
        return named(target, () -> type.create(target));
    }

    /**
     * Changes a resource that exists, in place or by making another one that is to take its place.
     *
     * @return another reference means that the current resource is to be deleted
     * @throws IllegalArgumentException if such a change is unknown here
     */
    Resource update(Target target) {
        ResourceType type = type(target);
        return named(target, () -> type.update(target));
    }

    void delete(Target target) {
        type(target).delete(target);
    }

    /** Errors of services with the resource that they are about. */
    private static Resource named(Target target, Supplier<Resource> work) {
        try {
            return work.get();
        } catch (AwsServiceException e) {
            if (e.type().startsWith("AlreadyExists")) {
                throw exists(target, e.getMessage());
            }
            throw new IllegalArgumentException(
                    "%s (%s): %s".formatted(target.logicalId(), target.type(), e.getMessage()), e);
        } catch (BucketAlreadyExistsException | BucketAlreadyOwnedByYouException e) {
            throw exists(target, e.awsErrorDetails().errorMessage());
        }
    }

    /** The error for a resource that exists outside the stack. */
    static IllegalStateException exists(Target target, String reason) {
        return new IllegalStateException(
                "AlreadyExists: %s (%s): %s".formatted(target.logicalId(), target.type(), reason));
    }

    /** Finds a resource that exists, by the name that its properties give it. */
    Optional<Resource> find(Target target) {
        ResourceType type = type(target);
        if (type.identifier().isEmpty()) {
            throw new IllegalArgumentException("An %s cannot be imported here".formatted(target.type()));
        }
        return isThere(() -> type.existing(target)) ? Optional.of(type.existing(target)) : Optional.empty();
    }

    private static boolean isThere(Supplier<?> read) {
        try {
            read.get();
            return true;
        } catch (AwsServiceException | S3Exception e) {
            return false;
        }
    }

    /** A nested stack as its parent refers to it. */
    static Resource nestedStack(Stack stack) {
        Map<String, String> attributes = new HashMap<>();
        stack.content().outputs().forEach((name, value) -> attributes.put("Outputs." + name, value));
        return new Resource(stack.id(), attributes);
    }

    /**
     * Compares what the services tell of a resource with what it was declared to be.
     *
     * @return as CloudFormation describes it; empty where nothing can be told of such a resource
     */
    Optional<ObjectNode> drift(Target target) {
        try {
            return Optional.ofNullable(types.get(target.type()))
                    .flatMap(type -> type.read(target))
                    .map(actual -> Drift.between(target.properties(), actual));
        } catch (AwsServiceException | S3Exception e) {
            return Optional.of(Drift.deleted(target.properties()));
        }
    }
}
