package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.deployed.RowComparison.Difference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows of a view beside those of S3. */
class RowComparisonTest {

    @Test
    void theOrderOfRowsDoesNotMatterButTheirNumberDoes() {
        Map<String, String> a = row("a", "{}");
        Map<String, String> b = row("b", "{}");

        assertThat(RowComparison.of(List.of(a, b), List.of(b, a))).isEqualTo(new RowComparison(Optional.empty(), 0, 0));
        assertThat(RowComparison.of(List.of(a), List.of(a, a)).difference())
                .map(Difference::text)
                .hasValueSatisfying(text -> assertThat(text).startsWith("the view has a row that S3 has not: "));
        assertThat(RowComparison.of(List.of(a, a), List.of(a)).difference())
                .map(Difference::text)
                .hasValueSatisfying(text -> assertThat(text).startsWith("the view lacks a row that S3 has: "));
    }

    @Test
    void metadataIsTheSameInAnotherSpelling() {
        List<Map<String, String>> inS3 =
                List.of(row("a", "{\"A\":1,\"b\":[{\"C\":\"X\"}]}"), row("b", "{\"a\":1,\"b\":2}"));
        List<Map<String, String>> inTheView =
                List.of(row("a", "{\"a\": 1, \"b\": [{\"c\": \"X\"}]}"), row("b", "{\"b\": 2, \"a\": 1}"));

        assertThat(RowComparison.of(inS3, inTheView)).isEqualTo(new RowComparison(Optional.empty(), 2, 1));
    }

    @Test
    void aValueThatIsLostWhereKeysDifferInCaseIsADifference() {
        List<Map<String, String>> inS3 = List.of(row("a", "{\"Sample\":\"A\",\"sample\":\"B\"}"));

        assertThat(RowComparison.of(inS3, List.of(row("a", "{\"sample\":\"B\"}")))
                        .difference())
                .map(Difference::text)
                .hasValue(
                        "of a, \"meta\" is {\"sample\":\"B\"} in the view and {\"Sample\":\"A\",\"sample\":\"B\"} in S3");
        assertThat(RowComparison.of(inS3, inS3)).isEqualTo(new RowComparison(Optional.empty(), 0, 0));
    }

    @Test
    void valuesOfMetadataKeepTheirCase() {
        assertThat(RowComparison.of(List.of(row("a", "{\"k\":\"X\"}")), List.of(row("a", "{\"k\":\"x\"}")))
                        .difference())
                .map(Difference::text)
                .hasValue("of a, \"meta\" is {\"k\":\"x\"} in the view and {\"k\":\"X\"} in S3");
    }

    private static Map<String, String> row(String logicalKey, String meta) {
        return Map.of("user", "u", "name", "n", "timestamp", "latest", "logical_key", logicalKey, "meta", meta);
    }
}
