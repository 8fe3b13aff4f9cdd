package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * The members that a service's model gives an operation's request, read out of the AWS SDK, which is made from that model.
 */
record RequestModel(List<SdkField<?>> members) {

    /** Finds the model of a request among those in a package of the SDK. */
    static Optional<RequestModel> of(Package requests, String operation) {
        try {
            Class<?> type = Class.forName(requests.getName() + "." + operation + "Request");
            Buildable builder = (Buildable) type.getMethod("builder").invoke(null);
            return Optional.of(new RequestModel(((SdkPojo) builder.build()).sdkFields()));
        } catch (ClassNotFoundException exception) {
            return Optional.empty();
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException exception) {
            throw new IllegalStateException("The SDK's requests have a builder", exception);
        }
    }

    /** Refuses a request with a member that the model has not, in it or in a structure in it. */
    void requireKnown(ObjectNode request) {
        requireKnown(members, request, "");
    }

    private static void requireKnown(List<SdkField<?>> members, JsonNode object, String path) {
        Map<String, SdkField<?>> known =
                members.stream().collect(Collectors.toMap(SdkField::locationName, Function.identity()));
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            SdkField<?> member = known.get(field.getKey());
            if (member == null) {
                throw new AwsServiceException(
                        AwsServiceException.SERIALIZATION, path + field.getKey() + " is unknown here");
            }
            if (member.marshallingType() == MarshallingType.SDK_POJO) {
                requireKnown(member.constructor().get().sdkFields(), field.getValue(), path + field.getKey() + ".");
            }
        }
    }
}
