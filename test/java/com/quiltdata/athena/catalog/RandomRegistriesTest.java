package com.quiltdata.athena.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.registry.RegistryReader;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The views show of any registry what reading its files shows. Every build makes the same registries, so that none fails
 * for what it did not change; {@code -Dviews.registries=500} makes more. A failure tells the seed; with
 * {@code -Dviews.seed=…} the test runs for that one alone.
 */
@ResourceLock(Registry.BUCKET)
class RandomRegistriesTest {
    private static final int REGISTRIES = Integer.getInteger("views.registries", 15);
    private static final long FIRST_SEED = 20_260_101;

    @ParameterizedTest
    @MethodSource("seeds")
    void theViewsShowWhatTheFilesHold(long seed) {
        Registry registry = Registry.empty();
        RandomRegistry.fill(registry, seed);
        RegistryReader reader = new RegistryReader(registry.objects());

        assertThat(RegistryReader.sorted(registry.everything(Registry.PACKAGES_VIEW)))
                .as("packages of seed %d", seed)
                .isEqualTo(reader.packages());
        assertThat(RegistryReader.sorted(registry.everything(Registry.OBJECTS_VIEW)))
                .as("objects of seed %d", seed)
                .isEqualTo(reader.entries());
    }

    private static LongStream seeds() {
        Long seed = Long.getLong("views.seed");
        return seed == null ? new Random(FIRST_SEED).longs(REGISTRIES) : LongStream.of(seed);
    }
}
