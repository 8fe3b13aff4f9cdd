package com.quiltdata.athena.metadata;

import static com.quiltdata.athena.metadata.Registry.MANIFESTS;
import static com.quiltdata.athena.metadata.Registry.OBJECTS_VIEW;
import static com.quiltdata.athena.metadata.Registry.PACKAGES_VIEW;
import static com.quiltdata.athena.metadata.Registry.topHash;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which objects a query reads, told by the bytes that Athena counts: the manifests have a different size each. A pointer
 * that a query needs is read too.
 */
class BytesReadTest {
    private static final int PACKAGES = 40;
    private static final int POINTER_BYTES = 64;

    private static Registry registry;

    /** Package {@code n} of user {@code n modulo 4} has the revisions {@code 2n} and, as the latest, {@code 2n+1}. */
    @BeforeAll
    static void manyPackages() {
        registry = Registry.empty();
        for (int number = 0; number < PACKAGES; number++) {
            String path = "user" + number % 4 + "/name" + number + "/";
            registry.manifest(topHash(2 * number), manifest(2 * number))
                    .manifest(topHash(2 * number + 1), manifest(2 * number + 1))
                    .pointer(path + (1600000000 + 2 * number), topHash(2 * number))
                    .pointer(path + (1600000000 + 2 * number + 1), topHash(2 * number + 1))
                    .pointer(path + "latest", topHash(2 * number + 1));
        }
        registry.manifest("stray.parquet", "PAR1".repeat(1000))
                .manifest("folder/" + topHash(1), manifest(1000))
                .manifest(topHash(1000), manifest(1000))
                .pointer("user1/name1/README", "Not a pointer ".repeat(100));
    }

    private static String manifest(int number) {
        return "{\"version\": \"v0\", \"message\": \"%d\"}\n".formatted(number)
                + "{\"logical_key\": \"%s\", \"meta\": {\"n\": 1}}\n".formatted("x".repeat(100 + number));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aRevisionReadsItsPointerAndItsManifest(String view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE name = 'name7' AND \"timestamp\" = 'latest'", view))
                .isEqualTo(POINTER_BYTES + manifestBytes(15));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aPackageReadsItsPointersAndEachOfItsManifestsOnce(String view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE \"user\" = 'user3' AND name = 'name7'", view))
                .isEqualTo(3 * POINTER_BYTES + manifestBytes(14) + manifestBytes(15));
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aUserReadsThatUsersPackages(String view) {
        long expected = 0;
        for (int number = 1; number < PACKAGES; number += 4) {
            expected += POINTER_BYTES + manifestBytes(2 * number + 1);
        }

        assertThat(bytesRead("SELECT * FROM %s WHERE \"user\" = 'user1' AND \"timestamp\" = 'latest'", view))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void theLatestRevisionsReadNoOlderOnes(String view) {
        long expected = 0;
        for (int number = 0; number < PACKAGES; number++) {
            expected += POINTER_BYTES + manifestBytes(2 * number + 1);
        }

        assertThat(bytesRead("SELECT * FROM %s WHERE \"timestamp\" = 'latest'", view))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void everythingReadsEachPointerAndEachManifestThatOneNamesOnce(String view) {
        assertThat(bytesRead("SELECT * FROM %s", view)).isEqualTo(everyRevision());
    }

    /** Whether a pointer has a row is told by its manifest, so that counting reads what showing does. */
    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void countingReadsNoMoreThanShowing(String view) {
        assertThat(bytesRead("SELECT count(*) FROM %s", view)).isEqualTo(everyRevision());
    }

    @ParameterizedTest
    @ValueSource(strings = {PACKAGES_VIEW, OBJECTS_VIEW})
    void aPackageThatDoesNotExistReadsNothing(String view) {
        assertThat(bytesRead("SELECT * FROM %s WHERE name = 'no name'", view)).isZero();
    }

    private static long everyRevision() {
        long expected = 3 * PACKAGES * POINTER_BYTES;
        for (int number = 0; number < 2 * PACKAGES; number++) {
            expected += manifestBytes(number);
        }
        return expected;
    }

    private static long manifestBytes(int number) {
        return registry.objects().get(MANIFESTS + topHash(number)).length;
    }

    private static long bytesRead(String sql, String view) {
        return registry.awaitingDynamicFilters(sql.formatted(view)).bytesRead();
    }
}
