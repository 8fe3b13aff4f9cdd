package com.quiltdata.athena.deployed;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;

/** Requests that go to the account on loopback, apart from those that are answered in its place. */
public final class StubbedHttp implements SdkHttpClient {
    private final SdkHttpClient loopback = Environment.http(Optional.of(SharedEmbeddedAws.endpoint()));
    private final Function<Call, Optional<Answer>> stub;

    /** Answers some requests in the account's place, from several threads. */
    public StubbedHttp(Function<Call, Optional<Answer>> stub) {
        this.stub = stub;
    }

    /**
     * A request: its operation, or its method where it is S3's; the fields of a form, if it is one; and whose it is.
     */
    public record Call(String operation, Map<String, List<String>> form, String authorization) {}

    /** An answer, in XML or in JSON, with a status of HTTP. */
    public record Answer(int status, String body) {

        /** Returns an error of a service with the AWS Query protocol. */
        static Answer queryError(String code, String message) {
            return new Answer(
                    400,
                    "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>"
                            .formatted(code, message));
        }

        /** Returns an error of a service that speaks JSON. */
        static Answer jsonError(String code, String message) {
            return new Answer(400, "{\"__type\": \"%s\", \"message\": \"%s\"}".formatted(code, message));
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        Optional<Answer> answer = stub.apply(call(request));
        return answer.isEmpty() ? loopback.prepareRequest(request) : new Stubbed(answer.get());
    }

    private static Call call(HttpExecuteRequest request) {
        String target =
                request.httpRequest().firstMatchingHeader("X-Amz-Target").orElse("");
        boolean isForm = request.httpRequest()
                .firstMatchingHeader("Content-Type")
                .filter(type -> type.startsWith("application/x-www-form-urlencoded"))
                .isPresent();
        Map<String, List<String>> form = isForm ? form(request) : Map.of();
        String operation = isForm
                ? form.get("Action").getFirst()
                : target.isEmpty() ? request.httpRequest().method().name() : target.substring(target.indexOf('.') + 1);
        return new Call(
                operation,
                form,
                request.httpRequest().firstMatchingHeader("Authorization").orElse(""));
    }

    private static Map<String, List<String>> form(HttpExecuteRequest request) {
        try (InputStream body = request.contentStreamProvider().orElseThrow().newStream()) {
            Map<String, List<String>> form = new java.util.TreeMap<>();
            Stream.of(new String(body.readAllBytes(), StandardCharsets.UTF_8).split("&"))
                    .map(field -> field.split("=", 2))
                    .forEach(field -> form.computeIfAbsent(decoded(field[0]), name -> new ArrayList<>())
                            .add(decoded(field[1])));
            return form;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        loopback.close();
    }

    private record Stubbed(Answer answer) implements ExecutableHttpRequest {
        @Override
        public HttpExecuteResponse call() {
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            return HttpExecuteResponse.builder()
                    .response(SdkHttpFullResponse.builder()
                            .statusCode(answer.status())
                            .build())
                    .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                    .build();
        }

        @Override
        public void abort() {}
    }
}
