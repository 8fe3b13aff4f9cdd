package com.quiltdata.athena.deployed;

import static com.quiltdata.athena.deployed.CheckedDeployment.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.deployed.BucketSample.SampledPointer;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Which packages of a bucket are compared. */
@ResourceLock(CheckedDeployment.BUCKET)
class BucketSampleTest {
    private static RegistryListing listing;

    @BeforeAll
    static void list() {
        CheckedDeployment.stack();
        listing = RegistryListing.of(SharedEmbeddedAws.s3(), new QuiltBucket(BUCKET));
    }

    @Test
    void aSeedChoosesTheSamePackagesAgainAndAnotherSeedOthers() {
        assertThat(keys(sample(listing, 3, 7))).isEqualTo(keys(sample(listing, 3, 7)));
        assertThat(keys(sample(listing, 3, 7))).isNotEqualTo(keys(sample(listing, 3, 8)));
    }

    @Test
    void ofEachPackageTheLatestRevisionAndOneOtherAreRead() {
        BucketSample sample = sample(listing, 3, 7);

        assertThat(sample.packages())
                .hasSize(3)
                .allSatisfy(pointers -> assertThat(pointers)
                        .extracting(pointer -> pointer.pointer().timestamp())
                        .containsExactly("latest", "1700000000"));
        assertThat(sample.leftOut()).isEmpty();
    }

    @Test
    void aManifestThatIsTooLargeIsLeftOutAndNamed() {
        Map<String, Long> large = new TreeMap<>(listing.manifests());
        large.replaceAll((key, size) -> BucketSample.MOST_MANIFEST_BYTES + 1);
        BucketSample sample = sample(
                new RegistryListing(listing.bucket(), listing.pointers(), listing.odd(), large, listing.bytes()), 1, 7);

        assertThat(sample.packages()).isEmpty();
        assertThat(sample.leftOut())
                .hasSize(2)
                .allMatch(text -> text.endsWith(" has 20,000,001 bytes, more than 20,000,000"));
    }

    @Test
    void whatHasNoTopHashIsLeftOutAndWhatIsOddIsNamed() {
        assertThat(listing.pointers()).hasSize(16);
        CheckedDeployment.put(BUCKET, "named_packages/user/it's-1/notes.txt", "hello");
        try {
            CheckedDeployment.put(BUCKET, "named_packages/user/_draft/latest", "hello");
            RegistryListing now = RegistryListing.of(SharedEmbeddedAws.s3(), new QuiltBucket(BUCKET));

            assertThat(now.odd())
                    .containsExactly("user/_draft is in no view: engines do not see what begins with _ or a dot");
            assertThat(now.pointers()).hasSize(17);
            assertThat(sample(now, 100, 7).packages())
                    .hasSize(8)
                    .allSatisfy(pointers -> assertThat(pointers)
                            .extracting(pointer -> pointer.pointer().timestamp())
                            .doesNotContain("notes.txt"));
        } finally {
            CheckedDeployment.delete(BUCKET, "named_packages/user/it's-1/notes.txt");
            CheckedDeployment.delete(BUCKET, "named_packages/user/_draft/latest");
        }
    }

    private static BucketSample sample(RegistryListing listing, int packages, long seed) {
        return BucketSample.of(SharedEmbeddedAws.s3(), listing, packages, seed);
    }

    private static List<List<String>> keys(BucketSample sample) {
        return sample.packages().stream()
                .map(pointers -> pointers.stream().map(SampledPointer::key).toList())
                .toList();
    }
}
