package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.catalog.Registry.OBJECTS_VIEW;
import static com.quiltdata.athena.catalog.Registry.PACKAGES_VIEW;
import static com.quiltdata.athena.catalog.Registry.topHash;
import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.benchmark.RegistryReads;
import com.quiltdata.athena.local.engine.EngineVersion;
import com.quiltdata.athena.registry.RegistryReader;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which objects a query reads, counted at S3, on the engine's default settings: each manifest that it needs, once, and
 * no other. An engine before 478 reads every object in the folder of the pointers; a newer one only those it needs.
 */
@ResourceLock(Registry.BUCKET)
class ReadsTest {
    private static final String NO_POINTER = "user1/name1/README";
    private static final int PACKAGES = 40;

    private static Registry registry;

    /** Package {@code n} of user {@code n modulo 4} has the revisions {@code 2n} and, as the latest, {@code 2n+1}. */
    @BeforeAll
    static void manyPackages() {
        registry = Registry.empty();
        for (int number = 0; number < PACKAGES; number++) {
            registry.manifest(topHash(2 * number), manifest(2 * number))
                    .manifest(topHash(2 * number + 1), manifest(2 * number + 1))
                    .pointer(pointer(number, 2 * number), topHash(2 * number))
                    .pointer(pointer(number, 2 * number + 1), topHash(2 * number + 1))
                    .pointer(latest(number), topHash(2 * number + 1));
        }
        registry.manifest("stray.parquet", "PAR1".repeat(1000))
                .manifest("folder/" + topHash(1), manifest(1000))
                .manifest(topHash(1000), manifest(1000))
                .pointer(NO_POINTER, "Not a pointer ".repeat(100));
    }

    private static String manifest(int number) {
        return "{\"version\": \"v0\", \"message\": \"%d\"}\n".formatted(number)
                + "{\"logical_key\": \"%s\", \"meta\": {\"n\": 1}}\n".formatted("x".repeat(100 + number));
    }

    private static String pointer(int number, int revision) {
        return "user" + number % 4 + "/name" + number + "/" + (1600000000 + revision);
    }

    private static String latest(int number) {
        return "user" + number % 4 + "/name" + number + "/latest";
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aRevisionReadsItsPointerAndItsManifest(String view) {
        RegistryReads reads = reads("SELECT * FROM %s WHERE name = 'name7' AND \"timestamp\" = 'latest'", view);

        assertThat(reads.manifests()).containsExactly(names(15));
        assertThat(reads.pointers()).isEqualTo(pointersRead(Stream.of(latest(7))));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void theBytesAreThoseOfTheObjects(String view) {
        RegistryReads reads = reads("SELECT * FROM %s WHERE name = 'name7' AND \"timestamp\" = 'latest'", view);

        assertThat(reads.bytes())
                .isEqualTo(Stream.concat(
                                reads.manifests().stream().map(name -> RegistryReader.MANIFESTS + withoutBucket(name)),
                                reads.pointers().stream().map(name -> RegistryReader.POINTERS + withoutBucket(name)))
                        .mapToLong(key -> registry.objects().get(key).length)
                        .sum());
    }

    /** A page of a listing has at most 1,000 keys. */
    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void eachFolderIsListedOnce(String view) {
        assertThat(reads("SELECT * FROM %s WHERE name = 'name7'", view).lists()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aPackageReadsItsPointersAndEachOfItsManifestsOnce(String view) {
        RegistryReads reads = reads("SELECT * FROM %s WHERE \"user\" = 'user3' AND name = 'name7'", view);

        assertThat(reads.manifests()).containsExactly(names(14, 15));
        assertThat(reads.pointers()).isEqualTo(pointersRead(Stream.of(pointer(7, 14), pointer(7, 15), latest(7))));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aUserReadsThatUsersPackages(String view) {
        int[] numbers =
                IntStream.range(0, PACKAGES).filter(number -> number % 4 == 1).toArray();

        RegistryReads reads = reads("SELECT * FROM %s WHERE \"user\" = 'user1' AND \"timestamp\" = 'latest'", view);

        assertThat(reads.manifests())
                .containsExactly(names(
                        IntStream.of(numbers).map(number -> 2 * number + 1).toArray()));
        assertThat(reads.pointers())
                .isEqualTo(pointersRead(IntStream.of(numbers).mapToObj(ReadsTest::latest)));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void theLatestRevisionsReadNoOlderOnes(String view) {
        RegistryReads reads = reads("SELECT * FROM %s WHERE \"timestamp\" = 'latest'", view);

        assertThat(reads.manifests())
                .containsExactly(names(IntStream.range(0, PACKAGES)
                        .map(number -> 2 * number + 1)
                        .toArray()));
        assertThat(reads.pointers())
                .isEqualTo(pointersRead(IntStream.range(0, PACKAGES).mapToObj(ReadsTest::latest)));
    }

    /** Whether a pointer has a row is told by its manifest, so that counting reads what showing does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM " + PACKAGES_VIEW,
                "SELECT * FROM " + OBJECTS_VIEW,
                "SELECT count(*) FROM " + PACKAGES_VIEW,
                "SELECT count(*) FROM " + OBJECTS_VIEW
            })
    void everythingReadsEachPointerAndEachManifestThatOneNamesOnce(String sql) {
        RegistryReads reads = reads(sql, "");

        assertThat(reads.manifests())
                .containsExactly(names(IntStream.range(0, 2 * PACKAGES).toArray()));
        assertThat(reads.pointers())
                .isEqualTo(pointersRead(Stream.concat(
                        IntStream.range(0, PACKAGES)
                                .boxed()
                                .flatMap(number -> Stream.of(
                                        pointer(number, 2 * number), pointer(number, 2 * number + 1), latest(number))),
                        // Any name may be a tag's: only what is in the file tells.
                        Stream.of(NO_POINTER))));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aPackageThatDoesNotExistReadsNoManifest(String view) {
        RegistryReads reads = reads("SELECT * FROM %s WHERE name = 'no name'", view);

        assertThat(reads.manifests()).isEmpty();
        assertThat(reads.pointers()).isEqualTo(pointersRead(Stream.of()));
    }

    /** What is read of the pointers' folder when these are needed. */
    private static List<String> pointersRead(Stream<String> needed) {
        Stream<String> read = EngineVersion.current().skipsFilesByAnyCondition()
                ? needed
                : registry.objects().keySet().stream()
                        .filter(key -> key.startsWith(RegistryReader.POINTERS))
                        .map(key -> key.substring(RegistryReader.POINTERS.length()));
        return read.map(name -> Registry.BUCKET + "/" + name).sorted().toList();
    }

    private static String[] names(int... revisions) {
        return IntStream.of(revisions)
                .mapToObj(revision -> Registry.BUCKET + "/" + topHash(revision))
                .sorted()
                .toArray(String[]::new);
    }

    private static String withoutBucket(String name) {
        return name.substring(Registry.BUCKET.length() + 1);
    }

    private static RegistryReads reads(String sql, String view) {
        return registry.reads(sql.formatted(view));
    }
}
