package com.quiltdata.athena.local;

import com.quiltdata.athena.local.aws.AwsClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;

/** Puts a folder's Quilt registry into a bucket. */
public final class RegistryUpload {

    /** The folder of a registry, beside the data in a Quilt bucket. */
    public static final String FOLDER = ".quilt";

    private static final int PARALLEL_UPLOADS = 8;

    private RegistryUpload() {}

    /**
     * Makes a bucket of what a folder holds below {@code .quilt/}; the rest of the folder is not read.
     *
     * @param aws the account that gets the bucket
     * @param bucket the bucket's name
     * @param folder the folder
     * @return how many objects the bucket has
     * @throws UncheckedIOException if a file cannot be read
     */
    public static int upload(AwsClients aws, String bucket, Path folder) {
        aws.s3().createBucket(create -> create.bucket(bucket));
        List<Path> files = files(folder.resolve(FOLDER));
        try (ExecutorService uploads = Executors.newFixedThreadPool(PARALLEL_UPLOADS)) {
            List<Future<?>> results = files.stream()
                    .<Future<?>>map(file -> uploads.submit(() -> aws.s3()
                            .putObject(put -> put.bucket(bucket).key(key(folder, file)), RequestBody.fromFile(file))))
                    .toList();
            for (Future<?> result : results) {
                result.get();
            }
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("Cannot upload " + folder, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
        return files.size();
    }

    private static List<Path> files(Path registry) {
        try (Stream<Path> paths = Files.walk(registry)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + registry, e);
        }
    }

    private static String key(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }
}
