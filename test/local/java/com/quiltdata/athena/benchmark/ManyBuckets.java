package com.quiltdata.athena.benchmark;

import com.quiltdata.athena.command.TemporaryDirectory;
import com.quiltdata.athena.configuration.ConfigurationException;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Configurations with many Quilt buckets, for measuring: the option {@code --buckets} of benchmarks. */
final class ManyBuckets {

    /** The word for the most buckets that one deployment takes, where a number can stand, too. */
    static final String MOST = "most";

    /** As many as a group takes. */
    private static final int BUCKETS_IN_A_GROUP = 100;

    private static final int BUCKETS_IN_A_LIST = 50;

    @Option(
            names = "--buckets",
            paramLabel = "N",
            split = ",",
            description =
                    "How many buckets, numbers or \"" + MOST + "\" for the most that fit into one deployment; above "
                            + BUCKETS_IN_A_LIST + ", in groups of " + BUCKETS_IN_A_GROUP + ".")
    private List<String> buckets;

    private final Path project = Path.of(System.getProperty("project.directory", "."))
            .toAbsolutePath()
            .normalize();

    /** The directory of {@code cdk.json}. */
    Path project() {
        return project;
    }

    /** Configures buckets. */
    Map<String, Object> context(int count) {
        Map<String, Object> context = CloudAssembly.projectContext(project);
        context.put("quiltBuckets", quiltBuckets(count));
        context.put("inputAccess", "any");
        return context;
    }

    /**
     * How many buckets to measure with.
     *
     * @param defaults what to take if the option is not given: whole numbers, or {@link #MOST}
     * @throws NumberFormatException if a word is neither
     */
    List<Integer> counts(String... defaults) {
        return (buckets == null ? List.of(defaults) : buckets)
                .stream()
                        .map(word -> word.equals(MOST) ? mostThatFit() : Integer.parseInt(word))
                        .toList();
    }

    /** Finds it by trying: synthesis measures and refuses. */
    private int mostThatFit() {
        int fits = 1;
        int tooMany = 1_024;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) / 2;
            if (fits(middle)) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    private boolean fits(int count) {
        try (TemporaryDirectory directory = TemporaryDirectory.create("many-buckets")) {
            CloudAssembly.synthesize(context(count), project, directory.path());
            return true;
        } catch (ConfigurationException e) {
            return false;
        }
    }

    /** Prints the head of a table of numbers. */
    static void head(String... columns) {
        row((Object[]) columns);
        row(Collections.nCopies(columns.length, "---:").toArray());
    }

    /** Prints a row of a table. */
    static void row(Object... cells) {
        System.out.println(Stream.of(cells).map(String::valueOf).collect(Collectors.joining(" | ", "| ", " |")));
    }

    /** A list where one stack holds the buckets, otherwise groups of {@value #BUCKETS_IN_A_GROUP}. */
    private static Object quiltBuckets(int count) {
        List<String> names = IntStream.range(0, count)
                .mapToObj("quilt-bucket-%04d"::formatted)
                .toList();
        if (count <= BUCKETS_IN_A_LIST) {
            return names;
        }
        return IntStream.range(0, count)
                .boxed()
                .collect(Collectors.groupingBy(
                        index -> "group-%02d".formatted(index / BUCKETS_IN_A_GROUP),
                        LinkedHashMap::new,
                        Collectors.mapping(names::get, Collectors.toList())));
    }
}
