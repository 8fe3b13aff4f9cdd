package com.quiltdata.athena.deployed;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Says of a call that is denied, or that the endpoint does not know, what is missing, in the exception that it ends with. */
final class Refusals implements ExecutionInterceptor {
    private static final Set<String> DENIED =
            Set.of("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError");

    private static final Set<String> UNKNOWN =
            Set.of("InvalidAction", "UnknownOperation", "UnknownOperationException", "NotImplemented");

    /** Not every service says it so; where one does not, the call's own name has to do. */
    private static final Pattern WHAT =
            Pattern.compile("not authorized to perform: (\\S+)(?: on resource: \"?(\\S+?)\"?" + "(?:[ ,]|$))?");

    /** The permissions that have other names than the calls that they are for. */
    private static final Map<String, String> S3_PERMISSIONS =
            Map.of("ListObjectsV2", "ListBucket", "HeadObject", "GetObject");

    @Override
    public Throwable modifyException(Context.FailedExecution context, ExecutionAttributes attributes) {
        if (!(context.exception() instanceof AwsServiceException e)) {
            return context.exception();
        }
        String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        String code = Optional.ofNullable(e.awsErrorDetails())
                .map(AwsErrorDetails::errorCode)
                .orElse("");
        if (DENIED.contains(code)) {
            return saying(e, "The permission is missing: " + missing(service, operation, e));
        }
        if (UNKNOWN.contains(code) || code.isEmpty() && e.statusCode() / 100 == 4) {
            return saying(e, "The endpoint does not know the call %s of %s".formatted(operation, service));
        }
        return e;
    }

    /** The SDK wants an exception of the same class. */
    private static Throwable saying(AwsServiceException e, String message) {
        AwsErrorDetails details = Optional.ofNullable(e.awsErrorDetails())
                .orElseGet(() -> AwsErrorDetails.builder().build());
        return e.toBuilder()
                .awsErrorDetails(details.toBuilder().errorMessage(message).build())
                .build();
    }

    /** Returns why something failed, in a line. */
    static String reason(RuntimeException e) {
        String message = e instanceof AwsServiceException service && service.awsErrorDetails() != null
                ? service.awsErrorDetails().errorMessage()
                : e.getMessage();
        return String.valueOf(message == null ? e : message).lines().findFirst().orElse("");
    }

    private static String missing(String service, String operation, AwsServiceException e) {
        Matcher what = WHAT.matcher(String.valueOf(e.getMessage()));
        if (what.find()) {
            return what.group(2) == null ? what.group(1) : what.group(1) + " on " + what.group(2);
        }
        String permission = service.equals("S3") ? S3_PERMISSIONS.getOrDefault(operation, operation) : operation;
        return "%s:%s".formatted(service.toLowerCase(Locale.ROOT), permission);
    }
}
