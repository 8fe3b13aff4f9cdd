package com.quiltdata.athena.local.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Configurations with many Quilt buckets, for measuring. */
final class ManyBuckets {
    private static final int BUCKETS_IN_A_GROUP = 50;

    private ManyBuckets() {}

    /**
     * Configures buckets: a list where one stack holds them, otherwise groups of {@value #BUCKETS_IN_A_GROUP}.
     *
     * @param count how many
     * @return the value of {@code quiltBuckets}
     */
    static Object of(int count) {
        List<String> names = IntStream.range(0, count)
                .mapToObj("quilt-bucket-%04d"::formatted)
                .toList();
        if (count <= BUCKETS_IN_A_GROUP) {
            return names;
        }
        return IntStream.range(0, count)
                .boxed()
                .collect(Collectors.groupingBy(
                        index -> "group-%02d".formatted(index / BUCKETS_IN_A_GROUP),
                        LinkedHashMap::new,
                        Collectors.mapping(names::get, Collectors.toList())));
    }

    /**
     * Counts the stacks that hold tables and views.
     *
     * @param quiltBuckets what {@link #of} has made
     * @return how many
     */
    static int stacks(Object quiltBuckets) {
        return quiltBuckets instanceof Map<?, ?> groups ? groups.size() : 1;
    }
}
