package com.quiltdata.athena.local.cloudformation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.LocalAccount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * What {@code cdk bootstrap} makes: the bucket of assets, the roles of the CDK CLI, and the parameter with the version.
 *
 * @see <a href="https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html">Bootstrap your environment</a>
 */
public final class Bootstrap {
    private static final String QUALIFIER = "hnb659fds";
    private static final String ENVIRONMENT = LocalAccount.ACCOUNT_ID + "-" + LocalAccount.REGION;
    private static final String BUCKET = "cdk-" + QUALIFIER + "-assets-" + ENVIRONMENT;

    /** What the current CLI makes. */
    private static final String VERSION = "33";

    private Bootstrap() {}

    /** Makes the stack {@code CDKToolkit}. */
    public static void deploy(CloudFormation cloudFormation) {
        ObjectNode template = AwsJson.object();
        ObjectNode resources = template.putObject("Resources");
        resource(resources, "StagingBucket", "AWS::S3::Bucket").put("BucketName", BUCKET);
        resource(resources, "CdkBootstrapVersion", "AWS::SSM::Parameter")
                .put("Type", "String")
                .put("Name", "/cdk-bootstrap/" + QUALIFIER + "/version")
                .put("Value", VERSION);
        role(resources, "FilePublishingRole", "file-publishing-role");
        role(resources, "LookupRole", "lookup-role");
        role(resources, "DeploymentActionRole", "deploy-role");
        role(resources, "CloudFormationExecutionRole", "cfn-exec-role");
        ObjectNode outputs = template.putObject("Outputs");
        outputs.putObject("BucketName").put("Value", BUCKET);
        outputs.putObject("BucketDomainName").put("Value", BUCKET + ".s3." + LocalAccount.REGION + ".amazonaws.com");
        outputs.putObject("BootstrapVersion").put("Value", VERSION);
        ObjectNode request = AwsJson.object().put("StackName", "CDKToolkit").put("TemplateBody", template.toString());
        request.putArray("Capabilities").add("CAPABILITY_NAMED_IAM");
        cloudFormation.call("CreateStack", request);
        cloudFormation.await("CDKToolkit");
    }

    private static void role(ObjectNode resources, String logicalId, String name) {
        resource(resources, logicalId, "AWS::IAM::Role")
                .put("RoleName", "cdk-%s-%s-%s".formatted(QUALIFIER, name, ENVIRONMENT));
    }

    private static ObjectNode resource(ObjectNode resources, String logicalId, String type) {
        return resources.putObject(logicalId).put("Type", type).putObject("Properties");
    }

    /** Puts an assembly's assets where its templates expect them, as the CDK CLI does; those that are there stay. */
    static void publish(AwsClients aws, CloudAssembly assembly) {
        for (JsonNode file : assembly.files()) {
            Path path = assembly.directory().resolve(file.at("/source/path").asText());
            for (JsonNode destination : file.path("destinations")) {
                String key = destination.path("objectKey").asText();
                if (!exists(aws, key)) {
                    put(
                            aws,
                            key,
                            file.at("/source/packaging").asText().equals("zip")
                                    ? RequestBody.fromBytes(zip(path))
                                    : RequestBody.fromFile(path));
                }
            }
        }
    }

    /** Publishes a template, and returns its URL. */
    static String publish(AwsClients aws, String template) {
        String key = Hashing.sha256().hashString(template, StandardCharsets.UTF_8) + ".json";
        put(aws, key, RequestBody.fromString(template));
        return "https://s3.%s.amazonaws.com/%s/%s".formatted(LocalAccount.REGION, BUCKET, key);
    }

    private static void put(AwsClients aws, String key, RequestBody content) {
        aws.s3().putObject(put -> put.bucket(BUCKET).key(key), content);
    }

    private static boolean exists(AwsClients aws, String key) {
        try {
            aws.s3().headObject(head -> head.bucket(BUCKET).key(key));
            return true;
        } catch (NoSuchKeyException e) {
            return false;
        }
    }

    private static byte[] zip(Path directory) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> walk = Files.walk(directory)) {
            List<Path> files = walk.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                zip.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
                Files.copy(file, zip);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
