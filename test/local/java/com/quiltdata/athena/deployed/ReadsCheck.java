package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.AthenaQueries.Outcome;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.deployed.Finding.Status;
import com.quiltdata.athena.deployed.SampledQueries.Answer;
import com.quiltdata.athena.deployed.SampledQueries.Answers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * What a query for one package reads, which depends on the engine: whether it skips the manifests of other packages.
 */
record ReadsCheck(SampledQueries queries) implements Check {
    /** Where a package is more than this part of its bucket, what was read does not tell. */
    private static final double LARGEST_PART = 0.5;

    private static final double NEARLY_NOTHING = 0.1;
    private static final double NEARLY_EVERYTHING = 0.9;

    /** What a query for one package read of the manifests that it did not need. */
    enum Reading {
        SKIPS(
                "This Athena skips files: of the manifests of other packages, a query for one package reads next to none"),
        READS_SOME(
                "This Athena skips some files: a query for one package reads a part of the other packages' manifests"),
        READS_ALL("This Athena does not skip files: a query for one package reads the manifests of all packages"),
        UNKNOWN(
                "Whether this Athena skips files cannot be told: no bucket has more than two or three packages' manifests");

        private final String sentence;

        Reading(String sentence) {
            this.sentence = sentence;
        }

        /**
         * Tells it from what was read.
         *
         * @param read bytes that the query read
         * @param pointers the size of all pointers, each of which it needs
         * @param needed the size of the manifests of its package
         * @param manifests the size of all manifests
         */
        static Reading of(long read, long pointers, long needed, long manifests) {
            if (needed > LARGEST_PART * manifests) {
                return UNKNOWN;
            }
            double part = (double) (read - pointers - needed) / (manifests - needed);
            return part <= NEARLY_NOTHING ? SKIPS : part < NEARLY_EVERYTHING ? READS_SOME : READS_ALL;
        }
    }

    @Override
    public Finding find() {
        Answers answers = queries.answers();
        List<Answer> ofOnePackage = answers.answers().stream()
                .filter(answer -> answer.query().isOfOnePackage())
                .filter(answer -> answer.outcome().isPresent())
                .toList();
        if (ofOnePackage.isEmpty()) {
            throw new NotCheckedException("No query for one package has come to its end");
        }
        Details details = new Details();
        List<Duration> times = answers.answers().stream()
                .flatMap(answer -> answer.outcome().stream())
                .map(Outcome::took)
                .sorted()
                .toList();
        details.note(
                "%,d queries took %s in the median and %s at most, and read %,d of at most %,d bytes",
                times.size(),
                seconds(times.get(times.size() / 2)),
                seconds(times.getLast()),
                answers.bytesRead(),
                answers.mostBytes());
        for (Answer answer : ofOnePackage) {
            Outcome outcome = answer.outcome().orElseThrow();
            details.note(
                    "%s: %,d bytes for one package in %s; its manifests have %,d bytes, the registry has %,d",
                    answer.query().view(),
                    outcome.bytesRead(),
                    seconds(outcome.took()),
                    needed(answer),
                    answer.query().sample().listing().bytes());
        }
        Reading reading = ofOnePackage.stream()
                .map(ReadsCheck::reading)
                .max(Comparator.comparing(one -> one == Reading.UNKNOWN ? -1 : one.ordinal()))
                .orElseThrow();
        return new Finding(
                reading == Reading.UNKNOWN ? Status.NOT_CHECKED : Status.PASS, reading.sentence, details.all());
    }

    private static long needed(Answer answer) {
        return BucketSample.manifestBytes(answer.query().pointers());
    }

    private static Reading reading(Answer answer) {
        RegistryListing listing = answer.query().sample().listing();
        long manifests =
                listing.manifests().values().stream().mapToLong(Long::longValue).sum();
        return Reading.of(
                answer.outcome().orElseThrow().bytesRead(), listing.bytes() - manifests, needed(answer), manifests);
    }

    private static String seconds(Duration duration) {
        return "%.1f s".formatted(duration.toMillis() / 1000.0);
    }
}
