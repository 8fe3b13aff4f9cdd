package com.quiltdata.athena.registry;

import com.quiltdata.athena.local.clients.AwsClients;
import com.quiltdata.athena.registry.RegistryFiles.RegistryFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.sync.RequestBody;

/** Puts a folder's Quilt registry into a bucket. */
public final class RegistryUpload {

    /** The folder of a registry, beside the data in a Quilt bucket. */
    public static final String FOLDER = ".quilt";

    private static final String MANIFESTS = FOLDER + "/packages/";
    private static final int PARALLEL_UPLOADS = 8;

    private RegistryUpload() {}

    /**
     * What has become of a registry.
     *
     * @param emptiedLines the lines of manifests that were loaded as empty ones, each with its file and the reason
     * @param odd what is there and may surprise: metadata, and files whose names keep them out of the views
     */
    public record Outcome(long bytes, List<String> emptiedLines, List<String> odd) {}

    /**
     * Makes a bucket of what a folder holds below {@code .quilt/}; the rest of the folder is not read.
     *
     * @return how many objects the bucket has
     * @throws UncheckedIOException if a file cannot be read
     */
    public static int upload(AwsClients aws, String bucket, Path folder) {
        RegistryFiles files = RegistryFiles.in(folder);
        upload(aws, bucket, files, () -> {});
        return files.found().size();
    }

    /**
     * Makes a bucket of a registry's files.
     *
     * @param progress is told of each file that is loaded, by any thread
     * @throws UncheckedIOException if a file cannot be read
     */
    public static Outcome upload(AwsClients aws, String bucket, RegistryFiles files, Runnable progress) {
        aws.s3().createBucket(create -> create.bucket(bucket));
        long bytes = 0;
        List<String> emptiedLines = new ArrayList<>();
        List<String> odd = new ArrayList<>(files.found().stream()
                .flatMap(file -> RegistryReader.oddity(file.key()).stream())
                .distinct()
                .toList());
        try (ExecutorService uploads = Executors.newFixedThreadPool(PARALLEL_UPLOADS)) {
            List<Future<Outcome>> outcomes = files.found().stream()
                    .map(file -> uploads.submit(() -> {
                        Outcome outcome = upload(aws, bucket, file);
                        progress.run();
                        return outcome;
                    }))
                    .toList();
            try {
                for (Future<Outcome> each : outcomes) {
                    bytes += each.get().bytes();
                    emptiedLines.addAll(each.get().emptiedLines());
                    odd.addAll(each.get().odd());
                }
            } finally {
                uploads.shutdownNow();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
        return new Outcome(bytes, emptiedLines, odd);
    }

    private static Outcome upload(AwsClients aws, String bucket, RegistryFile file) {
        try {
            ManifestScan scan = file.key().startsWith(MANIFESTS)
                    ? ManifestScan.of(file.path())
                    : new ManifestScan(Set.of(), List.of());
            if (scan.tooDeep().isEmpty()) {
                put(aws, bucket, file.key(), file.path());
            } else {
                Path copy = Files.createTempFile("manifest", null);
                scan.copyReadable(file.path(), copy);
                put(aws, bucket, file.key(), copy);
                Files.delete(copy);
            }
            return new Outcome(
                    Files.size(file.path()),
                    scan.tooDeep().stream()
                            .sorted()
                            .map(line -> "%s, line %,d: nested more than %,d levels deep; counts as malformed"
                                    .formatted(file.key(), line, ManifestScan.MOST_LEVELS))
                            .toList(),
                    scan.odd().stream().map(what -> file.key() + ", " + what).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be read: %s".formatted(file.path(), e), e);
        }
    }

    private static void put(AwsClients aws, String bucket, String key, Path file) {
        aws.s3().putObject(put -> put.bucket(bucket).key(key), RequestBody.fromFile(file));
    }
}
