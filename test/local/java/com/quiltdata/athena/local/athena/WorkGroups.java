package com.quiltdata.athena.local.athena;

import static com.quiltdata.athena.local.protocol.AwsJson.copy;
import static com.quiltdata.athena.local.protocol.AwsJson.object;
import static com.quiltdata.athena.local.protocol.AwsJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import com.quiltdata.athena.local.protocol.Constraints;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The account's workgroups. The workgroup {@code primary} exists from the start, without an output location. */
final class WorkGroups {
    static final String PRIMARY = "primary";

    private static final AwsJson.PageLimits PAGES = new AwsJson.PageLimits(1, 50, 50);
    private static final String ENGINE_VERSION = "Athena engine version 3";

    private final Map<String, ObjectNode> workGroups = new TreeMap<>();

    WorkGroups() {
        ObjectNode configuration = object();
        configuration.put("EnforceWorkGroupConfiguration", false);
        workGroups.put(PRIMARY, workGroup(PRIMARY, object("Configuration", configuration)));
    }

    /** Returns the version of the engine that every workgroup has. */
    static ObjectNode engineVersion() {
        return object().put("SelectedEngineVersion", "AUTO").put("EffectiveEngineVersion", ENGINE_VERSION);
    }

    synchronized ObjectNode create(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("Name").check(AthenaErrors::invalidInput);
        String name = text(request, "Name");
        if (workGroups.containsKey(name)) {
            throw AthenaErrors.invalidInput("WorkGroup " + name + " is already created");
        }
        workGroups.put(name, workGroup(name, request));
        return object();
    }

    synchronized ObjectNode get(ObjectNode request) throws AwsServiceException {
        Constraints.of(request).required("WorkGroup").check(AthenaErrors::invalidInput);
        return object("WorkGroup", find(text(request, "WorkGroup")).deepCopy());
    }

    synchronized ObjectNode list(ObjectNode request) throws AwsServiceException {
        return AwsJson.page(
                List.copyOf(workGroups.values()),
                workGroup -> text(workGroup, "Name"),
                PAGES,
                request,
                AthenaErrors::invalidInput,
                "WorkGroups",
                WorkGroups::summary);
    }

    synchronized ObjectNode update(ObjectNode request) throws AwsServiceException {
        ObjectNode workGroup = find(text(request, "WorkGroup"));
        copy(request, workGroup, "Description", "State");
        JsonNode updates = request.path("ConfigurationUpdates");
        ObjectNode configuration = workGroup.withObjectProperty("Configuration");
        copy(
                updates,
                configuration,
                "EnforceWorkGroupConfiguration",
                "PublishCloudWatchMetricsEnabled",
                "BytesScannedCutoffPerQuery",
                "RequesterPaysEnabled",
                "ExecutionRole",
                "AdditionalConfiguration");
        copy(updates.path("EngineVersion"), configuration.withObjectProperty("EngineVersion"), "SelectedEngineVersion");
        removeIfTold(updates, "RemoveBytesScannedCutoffPerQuery", configuration, "BytesScannedCutoffPerQuery");
        JsonNode resultUpdates = updates.path("ResultConfigurationUpdates");
        ObjectNode results = configuration.withObjectProperty("ResultConfiguration");
        for (String name :
                List.of("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")) {
            copy(resultUpdates, results, name);
            removeIfTold(resultUpdates, "Remove" + name, results, name);
        }
        return object();
    }

    /**
     * Deletes a workgroup.
     *
     * @param empty whether it holds neither queries that were run nor saved queries
     */
    synchronized void delete(ObjectNode request, boolean empty) throws AwsServiceException {
        String name = text(request, "WorkGroup");
        find(name);
        if (name.equals(PRIMARY)) {
            throw AthenaErrors.invalidInput("The primary WorkGroup can not be deleted");
        }
        if (!empty && !request.path("RecursiveDeleteOption").asBoolean(false)) {
            throw AthenaErrors.invalidInput("WorkGroup " + name + " is not empty");
        }
        workGroups.remove(name);
    }

    /**
     * Returns a workgroup's configuration.
     *
     * @throws AwsServiceException if there is no such workgroup, or it is disabled
     */
    synchronized ObjectNode configurationToRunIn(String name) throws AwsServiceException {
        ObjectNode workGroup = find(name);
        if ("DISABLED".equals(text(workGroup, "State"))) {
            throw AthenaErrors.invalidInput("WorkGroup " + name + " is disabled.");
        }
        return workGroup.withObjectProperty("Configuration").deepCopy();
    }

    /**
     * Checks that a workgroup exists.
     *
     * @throws AwsServiceException if it does not
     */
    synchronized void require(String name) throws AwsServiceException {
        find(name);
    }

    private ObjectNode find(String name) throws AwsServiceException {
        ObjectNode workGroup = name == null ? null : workGroups.get(name);
        if (workGroup == null) {
            throw AthenaErrors.invalidInput("WorkGroup is not found.");
        }
        return workGroup;
    }

    private static ObjectNode workGroup(String name, ObjectNode request) {
        ObjectNode workGroup = object();
        workGroup.put("Name", name);
        workGroup.put("State", "ENABLED");
        copy(request, workGroup, "Description", "State");
        workGroup.put("CreationTime", AwsJson.seconds(Instant.now()));
        ObjectNode configuration = workGroup.putObject("Configuration");
        configuration.put("EnforceWorkGroupConfiguration", true);
        configuration.put("PublishCloudWatchMetricsEnabled", false);
        configuration.put("RequesterPaysEnabled", false);
        configuration.putObject("ResultConfiguration");
        configuration.setAll(request.withObjectProperty("Configuration"));
        ObjectNode engine = engineVersion();
        copy(configuration.path("EngineVersion"), engine, "SelectedEngineVersion");
        configuration.set("EngineVersion", engine);
        return workGroup;
    }

    private static ObjectNode summary(ObjectNode workGroup) {
        ObjectNode summary = object().put("Description", "");
        copy(workGroup, summary, "Name", "State", "Description", "CreationTime");
        return summary.set("EngineVersion", engineVersion());
    }

    private static void removeIfTold(JsonNode updates, String order, ObjectNode from, String name) {
        if (updates.path(order).asBoolean(false)) {
            from.remove(name);
        }
    }
}
