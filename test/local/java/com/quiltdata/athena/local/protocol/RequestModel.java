package com.quiltdata.athena.local.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TraitType;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * The types that a service's model gives the members of an operation's request, read out of the AWS SDK, which is made
 * from that model.
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

    /**
     * Checks the types of a request's members.
     *
     * @param isStrict whether members that the model has not are refused
     * @throws AwsServiceException if one has another type
     */
    void check(ObjectNode request, boolean isStrict) {
        check(members, request, "", isStrict);
    }

    private static void check(List<SdkField<?>> members, JsonNode object, String path, boolean isStrict) {
        if (isStrict) {
            ObjectNode unknown = object.deepCopy();
            members.forEach(member -> unknown.remove(member.locationName()));
            unknown.fieldNames().forEachRemaining(name -> {
                throw new AwsServiceException(AwsServiceException.SERIALIZATION, path + name + " is unknown here");
            });
        }
        for (SdkField<?> member : members) {
            check(member, object.path(member.locationName()), path + member.locationName(), isStrict);
        }
    }

    private static void check(SdkField<?> member, JsonNode value, String path, boolean isStrict) {
        MarshallingType<?> type = member.marshallingType();
        if (value.isMissingNode() || value.isNull() || type == MarshallingType.DOCUMENT) {
            return;
        }
        if (type == MarshallingType.LIST) {
            require(value.isArray(), "a list", value, path);
            SdkField<?> element =
                    member.getTrait(ListTrait.class, TraitType.LIST_TRAIT).memberFieldInfo();
            for (int index = 0; index < value.size(); index++) {
                check(element, value.get(index), path + "[" + index + "]", isStrict);
            }
        } else if (type == MarshallingType.MAP) {
            require(value.isObject(), "a map", value, path);
            SdkField<?> entry =
                    member.getTrait(MapTrait.class, TraitType.MAP_TRAIT).valueFieldInfo();
            for (Map.Entry<String, JsonNode> each : value.properties()) {
                check(entry, each.getValue(), path + "." + each.getKey(), isStrict);
            }
        } else if (type == MarshallingType.SDK_POJO) {
            require(value.isObject(), "a structure", value, path);
            check(member.constructor().get().sdkFields(), value, path + ".", isStrict);
        } else if (type == MarshallingType.STRING || type == MarshallingType.SDK_BYTES) {
            require(value.isTextual(), "a string", value, path);
        } else if (type == MarshallingType.BOOLEAN) {
            require(value.isBoolean(), "a boolean", value, path);
        } else if (type == MarshallingType.INTEGER) {
            require(value.canConvertToInt() && value.canConvertToExactIntegral(), "an integer", value, path);
        } else if (type == MarshallingType.LONG) {
            require(value.canConvertToLong() && value.canConvertToExactIntegral(), "a long", value, path);
        } else {
            require(value.isNumber(), "a number", value, path);
        }
    }

    private static void require(boolean fits, String type, JsonNode value, String path) {
        if (!fits) {
            throw new AwsServiceException(
                    AwsServiceException.SERIALIZATION,
                    "%s must be %s, not %s"
                            .formatted(
                                    path,
                                    type,
                                    value.isNumber()
                                            ? value.asText()
                                            : "of the type "
                                                    + value.getNodeType().name().toLowerCase(Locale.ROOT)));
        }
    }
}
