package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.AthenaQueries.FailedQueryException;
import com.quiltdata.athena.deployed.AthenaQueries.Outcome;
import com.quiltdata.athena.deployed.BucketSample.SampledPointer;
import com.quiltdata.athena.deployed.Deployment.DeployedResource;
import com.quiltdata.athena.deployed.Finding.Detail;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.registry.ViewContract;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The queries of a check, which are run once, whoever asks for them: of each bucket and view one for the first package of
 * the sample, which tells what such a query reads, and one for the others; of each snapshot one for all.
 */
final class SampledQueries {
    /** With others' queries beside them, an account's quota is not ours to use up. */
    private static final int AT_ONCE = 5;

    /** How much newer than told a change may be: S3 tells its time in whole seconds. */
    static final Duration CLOCK = Duration.ofSeconds(2);

    private final Deployment deployment;
    private final S3Client s3;
    private final Users users;
    private final Choice choice;
    private final PrintStream progress;
    private final FutureTask<Answers> answers = new FutureTask<>(this::run);
    private volatile AthenaQueries athena;

    /** What is compared. */
    record Choice(int packages, long seed) {}

    /**
     * Whose queries they are.
     *
     * @param role the ARN of the role that they are made as; empty for the caller's own
     * @param athena makes the client, or throws a NotCheckedException if nobody lets the caller have the role
     */
    record Users(Optional<String> role, Supplier<AthenaQueries> athena) {}

    /**
     * A query.
     *
     * @param kind which rows the view has
     * @param pointers the pointers whose rows it asks for
     * @param isOfOnePackage whether it tells what a query for one package reads
     */
    record Query(
            BucketSample sample, BucketView kind, String view, List<SampledPointer> pointers, boolean isOfOnePackage) {

        /** Returns a SELECT statement. */
        String sql() {
            Map<String, List<SampledPointer>> byPackage = pointers.stream()
                    .collect(Collectors.groupingBy(
                            SampledPointer::packageName, LinkedHashMap::new, Collectors.toList()));
            return "SELECT %s FROM \"%s\" WHERE %s"
                    .formatted(
                            ViewContract.columns(kind).stream()
                                    .map(column -> '"' + column + '"')
                                    .collect(Collectors.joining(", ")),
                            view,
                            byPackage.values().stream().map(Query::condition).collect(Collectors.joining(" OR ")));
        }

        private static String condition(List<SampledPointer> pointers) {
            return "(\"user\" = %s AND \"name\" = %s AND \"timestamp\" IN (%s))"
                    .formatted(
                            literal(pointers.getFirst().pointer().user()),
                            literal(pointers.getFirst().pointer().name()),
                            pointers.stream()
                                    .map(pointer -> literal(pointer.pointer().timestamp()))
                                    .collect(Collectors.joining(", ")));
        }

        private static String literal(String text) {
            return "'" + text.replace("'", "''") + "'";
        }

        /** Returns the result's rows, column → value. */
        List<Map<String, String>> rows(Outcome outcome) {
            List<String> columns = ViewContract.columns(kind);
            return outcome.rows().stream()
                    .map(values -> {
                        Map<String, String> row = new LinkedHashMap<>();
                        for (int i = 0; i < columns.size(); i++) {
                            row.put(columns.get(i), values.get(i));
                        }
                        return row;
                    })
                    .toList();
        }
    }

    /**
     * What became of a query.
     *
     * @param outcome its result; empty if there is none
     * @param failure why there is none
     * @param isRefused whether it could not even be run
     */
    record Answer(Query query, Optional<Outcome> outcome, String failure, boolean isRefused) {}

    /**
     * What became of all of them.
     *
     * @param details what was left out, and why
     * @param mostBytes what they could have read at most
     * @param bytesRead what they have read
     */
    record Answers(
            List<BucketSample> samples, List<Answer> answers, List<Detail> details, long mostBytes, long bytesRead) {}

    /** Prepares the queries; progress is told what will be read, and what was. */
    SampledQueries(Deployment deployment, S3Client s3, Users users, Choice choice, PrintStream progress) {
        this.deployment = deployment;
        this.s3 = s3;
        this.users = users;
        this.choice = choice;
        this.progress = progress;
    }

    long seed() {
        return choice.seed();
    }

    S3Client s3() {
        return s3;
    }

    Optional<String> role() {
        return users.role();
    }

    /** Runs the queries, or returns what became of them; throws a NotCheckedException if none can be run. */
    Answers answers() {
        answers.run();
        return result(answers);
    }

    /** Stops the queries that run. */
    void stop() {
        if (athena != null) {
            athena.stop();
        }
    }

    private Answers run() {
        athena = users.athena().get();
        Details details = new Details();
        List<BucketSample> samples = samples(details);
        Set<String> views = deployment.tablesAndViews();
        List<Query> queries = new ArrayList<>();
        for (BucketSample sample : samples) {
            for (BucketView view : BucketView.values()) {
                String name = view.nameIn(sample.listing().bucket());
                if (views.contains(name) && !sample.packages().isEmpty()) {
                    queries.add(new Query(sample, view, name, sample.packages().getFirst(), true));
                    List<SampledPointer> others =
                            pointers(sample.packages().stream().skip(1));
                    if (!others.isEmpty()) {
                        queries.add(new Query(sample, view, name, others, false));
                    }
                }
            }
        }
        boolean hasSnapshots = views.contains(SnapshotTable.NAME);
        long snapshotBytes = hasSnapshots ? snapshotBytes(details) : 0;
        long snapshotQueries = hasSnapshots ? 1 + (long) samples.size() * SnapshotView.values().length : 0;
        long most = queries.stream()
                        .mapToLong(query -> query.sample().listing().bytes())
                        .sum()
                + snapshotQueries * snapshotBytes;
        progress.printf(
                Locale.ROOT,
                "At most %,d queries will read at most %,d bytes; Athena bills 10 MB a query at least.%n",
                queries.size() + snapshotQueries,
                most);

        long ofRefreshes = hasSnapshots ? addSnapshotQueries(samples, queries, details) : 0;
        List<Answer> all = inParallel(queries, this::answer);
        long read = ofRefreshes
                + all.stream()
                        .flatMap(answer -> answer.outcome().stream())
                        .mapToLong(Outcome::bytesRead)
                        .sum();
        progress.printf(
                Locale.ROOT, "%,d queries have read %,d bytes.%n", queries.size() + (hasSnapshots ? 1 : 0), read);
        return new Answers(samples, all, details.all(), most, read);
    }

    private List<BucketSample> samples(Details details) {
        Map<String, String> failures = new ConcurrentSkipListMap<>();
        List<Optional<BucketSample>> samples = inParallel(deployment.buckets(), bucket -> {
            try {
                RegistryListing listing = RegistryListing.of(s3, bucket);
                return Optional.of(BucketSample.of(s3, listing, choice.packages(), choice.seed()));
            } catch (NotCheckedException | SdkException e) {
                failures.put(bucket.name(), Refusals.reason(e));
                return Optional.empty();
            }
        });
        failures.forEach((bucket, failure) -> details.notChecked("%s: %s", bucket, failure));
        return samples.stream().flatMap(Optional::stream).toList();
    }

    /** A query of the table reads none of the files that are left from before, but which they are, S3 does not tell. */
    private long snapshotBytes(Details details) {
        String[] location = deployment.tables().stream()
                .filter(table -> table.name().equals(SnapshotTable.NAME))
                .map(DeployedResource::location)
                .findFirst()
                .orElseThrow()
                .split("/", 4);
        try {
            return s3.listObjectsV2Paginator(list -> list.bucket(location[2]).prefix(location[3])).contents().stream()
                    .mapToLong(S3Object::size)
                    .sum();
        } catch (NotCheckedException | SdkException e) {
            details.notChecked(
                    "what queries of the snapshots read at most, which is not in the sum: " + Refusals.reason(e));
            return 0;
        }
    }

    /** Adds those of the buckets that were refreshed, and returns what asking for that has read. */
    private long addSnapshotQueries(List<BucketSample> samples, List<Query> queries, Details details) {
        Outcome outcome;
        try {
            outcome = athena.run(SnapshotTable.lastRefreshes());
        } catch (FailedQueryException e) {
            details.fail("How fresh the snapshots are: " + Refusals.reason(e));
            return 0;
        } catch (NotCheckedException | SdkException e) {
            details.notChecked("snapshots: " + Refusals.reason(e));
            return 0;
        }
        Map<String, Instant> refreshes = outcome.rows().stream()
                .filter(row -> row.get(1) != null)
                .collect(Collectors.toMap(
                        List::getFirst,
                        row -> LocalDateTime.parse(row.get(1).replace(' ', 'T')).toInstant(ZoneOffset.UTC)));
        for (BucketSample sample : samples) {
            QuiltBucket bucket = sample.listing().bucket();
            Instant refresh = refreshes.get(bucket.name());
            if (refresh == null) {
                details.notChecked("%s: its snapshots have not been refreshed yet", bucket.name());
                continue;
            }
            List<SampledPointer> all = pointers(sample.packages().stream());
            List<SampledPointer> old = all.stream()
                    .filter(pointer -> pointer.changed().plus(CLOCK).isBefore(refresh))
                    .toList();
            if (old.size() < all.size()) {
                details.note(
                        "%s: %d of %d pointers have changed since the snapshots were refreshed, at %s",
                        bucket.name(), all.size() - old.size(), all.size(), refresh);
            }
            if (!old.isEmpty()) {
                for (SnapshotView view : SnapshotView.values()) {
                    queries.add(new Query(sample, BucketView.valueOf(view.name()), view.nameIn(bucket), old, false));
                }
            }
        }
        return outcome.bytesRead();
    }

    private Answer answer(Query query) {
        try {
            return new Answer(query, Optional.of(athena.run(query.sql())), "", false);
        } catch (FailedQueryException e) {
            return new Answer(query, Optional.empty(), Refusals.reason(e), false);
        } catch (NotCheckedException | SdkException e) {
            return new Answer(query, Optional.empty(), Refusals.reason(e), true);
        }
    }

    private static List<SampledPointer> pointers(Stream<List<SampledPointer>> packages) {
        return packages.flatMap(Collection::stream).toList();
    }

    private static <S, T> List<T> inParallel(List<S> sources, Function<S, T> work) {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<T>> futures = sources.stream()
                    .map(source -> threads.submit(() -> work.apply(source)))
                    .toList();
            return futures.stream().map(SampledQueries::result).toList();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotCheckedException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}
