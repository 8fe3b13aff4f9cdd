package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.BucketSample.SampledPointer;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.deployed.RowComparison.Difference;
import com.quiltdata.athena.deployed.SampledQueries.Answer;
import com.quiltdata.athena.deployed.SampledQueries.Answers;
import com.quiltdata.athena.deployed.SampledQueries.Query;
import java.util.List;
import java.util.Map;

/** The rows that the views answer for a sample of packages are those that S3 has. */
record RowsCheck(SampledQueries queries) implements Check {

    @Override
    public Finding find() {
        Answers answers = queries.answers();
        Details details = new Details();
        details.addAll(answers.details());
        answers.samples().stream().flatMap(sample -> sample.leftOut().stream()).forEach(text -> details.note(text));
        answers.samples().stream()
                .filter(sample -> sample.packages().isEmpty())
                .forEach(sample -> details.note(
                        "%s has no packages", sample.listing().bucket().name()));
        answers.samples().stream()
                .map(BucketSample::listing)
                .forEach(listing -> listing.odd()
                        .forEach(odd -> details.note("%s: %s", listing.bucket().name(), odd)));
        Totals totals = new Totals();
        for (Answer answer : answers.answers()) {
            if (answer.isRefused() && queries.role().isEmpty()) {
                details.notChecked("%s: %s", answer.query().view(), answer.failure());
            } else if (answer.outcome().isEmpty()) {
                details.fail("%s: %s", answer.query().view(), answer.failure());
            } else {
                compare(answer, totals, details);
            }
        }
        if (totals.respelled > 0) {
            details.note(
                    "In %,d rows metadata is spelled otherwise than in S3, and is the same JSON%s",
                    totals.respelled,
                    totals.lowerCased == 0
                            ? ""
                            : "; in %,d of them only with keys in lower case".formatted(totals.lowerCased));
        }
        long packages = answers.samples().stream()
                .mapToLong(sample -> sample.packages().size())
                .sum();
        String sample = "%s of %s (--seed %d)%s"
                .formatted(
                        Finding.count(packages, "package"),
                        Finding.count(answers.samples().size(), "bucket"),
                        queries.seed(),
                        queries.role().map(role -> ", as " + role).orElse(""));
        if (answers.answers().isEmpty()) {
            return new Finding(Finding.Status.NOT_CHECKED, "There was nothing to compare", details.all());
        }
        return details.finding(
                "%,d rows are those that S3 has, of %s".formatted(totals.rows, sample),
                "%,d of %,d queries did not answer the rows that S3 has, for %s"
                        .formatted(details.failures(), answers.answers().size(), sample));
    }

    private static final class Totals {
        private long rows;
        private long respelled;
        private long lowerCased;
    }

    private void compare(Answer answer, Totals totals, Details details) {
        Query query = answer.query();
        List<Map<String, String>> expected = query.sample().expected(query.kind(), query.pointers());
        List<Map<String, String>> actual = query.rows(answer.outcome().orElseThrow());
        RowComparison comparison = RowComparison.of(expected, actual);
        if (comparison.difference().isEmpty()) {
            totals.rows += expected.size();
            totals.respelled += comparison.respelled();
            totals.lowerCased += comparison.lowerCased();
            return;
        }
        Difference difference = comparison.difference().get();
        List<SampledPointer> changed = query.pointers().stream()
                .filter(pointer -> !query.sample().isUnchanged(queries.s3(), pointer))
                .toList();
        if (!changed.isEmpty()) {
            details.notChecked(
                    "%s: somebody has changed %s meanwhile",
                    query.view(), changed.getFirst().key());
            return;
        }
        SampledPointer pointer = query.pointers().stream()
                .filter(one -> one.pointer().user().equals(difference.row().get("user"))
                        && one.pointer().name().equals(difference.row().get("name"))
                        && one.pointer().timestamp().equals(difference.row().get("timestamp")))
                .findFirst()
                .orElse(query.pointers().getFirst());
        details.fail(
                "%s: package %s, revision %s, manifest %s: %s",
                query.view(),
                pointer.packageName(),
                pointer.pointer().timestamp(),
                pointer.pointer().hash(),
                difference.text());
    }
}
