package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.deployed.ReadsCheck.Reading;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the bytes of a query for one package tell of the engine, in a registry with 1,000 bytes of pointers. */
class ReadsCheckTest {

    @ParameterizedTest
    @CsvSource({
        "1500, 500, 100000, SKIPS",
        "500, 500, 100000, SKIPS",
        "51000, 500, 100000, READS_SOME",
        "101000, 500, 100000, READS_ALL",
        "1500, 500, 900, UNKNOWN",
    })
    void tellsWhetherFilesAreSkipped(long read, long needed, long manifests, Reading expected) {
        assertThat(Reading.of(read, 1_000, needed, manifests)).isEqualTo(expected);
    }
}
