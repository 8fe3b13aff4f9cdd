package com.quiltdata.athena.handler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.AthenaClientBuilder;

/**
 * Athena as a script, on loopback: what it answers to each operation is set in advance, what it is asked is remembered.
 * The last answer that was set for an operation is given again and again.
 */
final class FakeAthena implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ERROR = Pattern.compile("([45]\\d\\d) (\\w+)(?: (\\w+))?: (.*)");
    private static final Pattern FAILURE = Pattern.compile("FAILED( retryable)?: (.*)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Deque<Answer>> script = new HashMap<>();
    private final Map<String, BooleanSupplier> repeated = new ConcurrentHashMap<>();
    private final List<Call> calls = new ArrayList<>();

    /** A request that arrived. */
    record Call(String operation, JsonNode request) {}

    private interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    FakeAthena() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** What the handler needs to find this Athena; the handler sets the rest. */
    AthenaClientBuilder client() {
        return AthenaClient.builder()
                .endpointOverride(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")));
    }

    /**
     * An answer as one line: the operation, and a query's id, a state, an error with its status and type, a status in JSON,
     * or what becomes of the connection.
     */
    FakeAthena scripts(String line) {
        String operation = line.substring(0, line.indexOf(' '));
        String answer = line.substring(line.indexOf(' ') + 1);
        Matcher error = ERROR.matcher(answer);
        Matcher failure = FAILURE.matcher(answer);
        if (error.matches()) {
            return refusesTo(
                    operation, Integer.parseInt(error.group(1)), error.group(2), error.group(4), error.group(3));
        }
        if (failure.matches()) {
            return findsFailure(failure.group(2), failure.group(1) != null);
        }
        return switch (answer) {
            case "drops the connection" -> dropsTheConnectionAt(operation);
            case "breaks off" -> breaksOffTheAnswerTo(operation);
            case "stops" -> stops();
            default -> operation.equals("Start") ? starts(answer) : finds(answer);
        };
    }

    /** A query is started and has this id. */
    FakeAthena starts(String queryId) {
        return answers("Start", json(200, Map.of("QueryExecutionId", queryId)));
    }

    /** A look at a query finds this state, or this status in JSON. */
    FakeAthena finds(String state) {
        try {
            return findsStatus(state.startsWith("{") ? JSON.readTree(state) : Map.of("State", state));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(state, e);
        }
    }

    /** A look at a query finds that it failed. */
    FakeAthena findsFailure(String reason, boolean retryable) {
        return findsStatus(Map.of(
                "State",
                "FAILED",
                "StateChangeReason",
                reason,
                "AthenaError",
                Map.of("ErrorCategory", 2, "ErrorType", 1000, "Retryable", retryable, "ErrorMessage", reason)));
    }

    private FakeAthena findsStatus(Object status) {
        return answers(
                "Get", json(200, Map.of("QueryExecution", Map.of("QueryExecutionId", "not read", "Status", status))));
    }

    /** A query is stopped. */
    FakeAthena stops() {
        return answers("Stop", json(200, Map.of()));
    }

    /** A request is answered with an error. */
    FakeAthena refusesTo(String operation, int httpStatus, String type, String message) {
        return refusesTo(operation, httpStatus, type, message, null);
    }

    private FakeAthena refusesTo(String operation, int httpStatus, String type, String message, String code) {
        Map<String, Object> error = new LinkedHashMap<>(Map.of("__type", type, "Message", message));
        if (code != null) {
            error.put(type.startsWith("TooMany") ? "Reason" : "AthenaErrorCode", code);
        }
        return answers(operation, json(httpStatus, error));
    }

    /** The connection is closed without an answer. */
    FakeAthena dropsTheConnectionAt(String operation) {
        return answers(operation, HttpExchange::close);
    }

    /** The connection is closed in the middle of an answer. */
    FakeAthena breaksOffTheAnswerTo(String operation) {
        return answers(operation, exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"Query".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        });
    }

    /** The connection stays open and nothing comes. */
    FakeAthena fallsSilentAt(String operation) {
        return answers(operation, exchange -> {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
    }

    /** An answer begins, and its bytes come one a second without an end. */
    FakeAthena tricklesTheAnswerTo(String operation) {
        return answers(operation, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                do {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                } while (!closed.await(1, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
    }

    /** The first answer that was set for an operation is given as long as a condition holds; then come the others. */
    FakeAthena repeatsTheFirstAnswerTo(String operation, BooleanSupplier condition) {
        repeated.put(operation, condition);
        return this;
    }

    /** The operations in the order in which they arrived. */
    synchronized List<String> operations() {
        return calls.stream().map(Call::operation).toList();
    }

    /** The requests of an operation in the order in which they arrived. */
    synchronized List<JsonNode> requests(String operation) {
        return calls.stream()
                .filter(call -> call.operation().equals(operation))
                .map(Call::request)
                .toList();
    }

    /** The statements that were sent, in order. */
    List<String> statements() {
        return requests("Start").stream()
                .map(start -> start.path("QueryString").asText())
                .toList();
    }

    private synchronized FakeAthena answers(String operation, Answer answer) {
        script.computeIfAbsent(operation, key -> new ArrayDeque<>()).add(answer);
        return this;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String operation = target.replace("AmazonAthena.", "").replace("QueryExecution", "");
        JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
        Answer answer;
        synchronized (this) {
            calls.add(new Call(operation, request));
            Deque<Answer> answers = script.getOrDefault(operation, new ArrayDeque<>());
            boolean stays = repeated.getOrDefault(operation, () -> false).getAsBoolean();
            answer = answers.size() > 1 && !stays ? answers.poll() : answers.peek();
        }
        if (answer == null) {
            answer = json(400, Map.of("__type", "NotScripted", "Message", "The test has no answer to " + operation));
        }
        answer.send(exchange);
    }

    private static Answer json(int httpStatus, Map<String, ?> body) {
        byte[] bytes;
        try {
            bytes = JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(httpStatus, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.close();
    }
}
