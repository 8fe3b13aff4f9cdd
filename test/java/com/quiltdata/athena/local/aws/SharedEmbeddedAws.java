package com.quiltdata.athena.local.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.cloudformation.LocalStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.athena.model.NamedQuery;
import software.amazon.awssdk.services.athena.model.QueryExecution;
import software.amazon.awssdk.services.athena.model.StartQueryExecutionRequest;
import software.amazon.awssdk.services.athena.model.WorkGroupSummary;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.Column;
import software.amazon.awssdk.services.glue.model.Database;
import software.amazon.awssdk.services.glue.model.Table;
import software.amazon.awssdk.services.glue.model.TableInput;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * One account for all tests of a JVM, because its engine takes seconds to start. Each test works in buckets, databases
 * and workgroups of its own.
 */
public final class SharedEmbeddedAws {
    private static final AtomicInteger STACKS = new AtomicInteger();

    private SharedEmbeddedAws() {}

    /** Returns the account, started by the first caller and stopped with the JVM. */
    public static EmbeddedAws get() {
        return Holder.AWS;
    }

    /** Returns where the account's services answer. */
    public static URI endpoint() {
        return get().endpoint();
    }

    /** Prepares a stack whose functions' logs nobody reads, under a name that no other has. */
    public static LocalStack stack() {
        return stack(message -> {});
    }

    /** Prepares a stack under a name that no other has. */
    public static LocalStack stack(Consumer<String> log) {
        return get().stack("QuiltAthena-" + STACKS.incrementAndGet(), log);
    }

    /** Returns the AWS SDK's clients for the account. */
    public static AwsClients clients() {
        return Holder.CLIENTS;
    }

    /** Returns a client of the account's Athena. */
    public static AthenaClient athena() {
        return clients().athena();
    }

    /** Returns a client of the account's Glue Data Catalog. */
    public static GlueClient glue() {
        return clients().glue();
    }

    /** Returns a client of the account's S3. */
    public static S3Client s3() {
        return clients().s3();
    }

    /** Runs a query to its end. */
    public static QueryExecution run(AthenaClient athena, StartQueryExecutionRequest request) {
        return AwsClients.await(athena, athena.startQueryExecution(request).queryExecutionId());
    }

    /** Makes a table with the text column {@code a}. */
    public static void createTextTable(String database, String name, String location) {
        createTable(
                database, name, location, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", Map.of(), "a string");
    }

    /**
     * Makes a table of text files.
     *
     * @param columns a name and a type each, with a space between them
     */
    public static void createTable(
            String database,
            String name,
            String location,
            String serde,
            Map<String, String> serdeParameters,
            String... columns) {
        glue().createTable(create -> create.databaseName(database)
                .tableInput(table -> table.name(name)
                        .tableType("EXTERNAL_TABLE")
                        .parameters(Map.of("EXTERNAL", "TRUE", "has_encrypted_data", "false"))
                        .storageDescriptor(storage -> storage.columns(Stream.of(columns)
                                        .map(column -> column.split(" "))
                                        .map(column -> Column.builder()
                                                .name(column[0])
                                                .type(column[1])
                                                .build())
                                        .toList())
                                .location(location)
                                .inputFormat("org.apache.hadoop.mapred.TextInputFormat")
                                .outputFormat("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")
                                .serdeInfo(
                                        info -> info.serializationLibrary(serde).parameters(serdeParameters)))));
    }

    /** Sends a request to one of the account's services, as no SDK may make it, and returns what it answers. */
    public static JsonNode ask(String target, String body) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(endpoint())
                    .header("X-Amz-Target", target)
                    .header("Content-Type", "application/x-amz-json-1.1")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            JsonNode answer = TestFiles.json(response.body());
            assertThat(response.statusCode()).isEqualTo(answer.has("__type") ? 400 : 200);
            return answer;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns what makes a table or view anew, or changes it.
     *
     * @return the input that makes it as it is
     */
    public static TableInput input(Table table) {
        return TableInput.builder()
                .name(table.name())
                .description(table.description())
                .tableType(table.tableType())
                .parameters(table.parameters())
                .storageDescriptor(table.storageDescriptor())
                .viewOriginalText(table.viewOriginalText())
                .viewExpandedText(table.viewExpandedText())
                .build();
    }

    /** Lists the workgroups of all tests, in as many pages as they need. */
    public static List<WorkGroupSummary> workGroups() {
        return athena().listWorkGroupsPaginator(list -> {}).stream()
                .flatMap(page -> page.workGroups().stream())
                .toList();
    }

    /** Lists the names of the databases of all tests, in as many pages as they need. */
    public static List<String> databases() {
        return glue().getDatabasesPaginator(get -> {}).stream()
                .flatMap(page -> page.databaseList().stream())
                .map(Database::name)
                .toList();
    }

    /** Lists the names of the buckets of all tests. */
    public static List<String> buckets() {
        return s3().listBuckets().buckets().stream().map(Bucket::name).toList();
    }

    /** Lists saved queries. */
    public static List<String> savedQueries(String workGroup) {
        return athena().listNamedQueries(list -> list.workGroup(workGroup)).namedQueryIds().stream()
                .map(id -> athena().getNamedQuery(get -> get.namedQueryId(id)).namedQuery())
                .map(NamedQuery::name)
                .toList();
    }

    /** Reads an object. */
    public static String text(String bucket, String key) {
        return s3().getObjectAsBytes(get -> get.bucket(bucket).key(key)).asUtf8String();
    }

    /** Lists objects. */
    public static List<String> objects(String bucket) {
        return s3().listObjectsV2Paginator(list -> list.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static final class Holder {
        private static final EmbeddedAws AWS = EmbeddedAws.start(0);
        private static final AwsClients CLIENTS = new AwsClients(AWS.endpoint());

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(AWS::close));
        }
    }
}
