package com.quiltdata.athena.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables of calls: the text blocks of a test class, each row {@code decision | action | resource | circumstances | why},
 * as {@link Call} reads them.
 */
public final class AccessTable {
    private AccessTable() {}

    /**
     * Checks that a call is decided as its row says.
     *
     * @param expected "allowed" or "denied"
     * @param why the row's last column
     */
    public static void check(PolicyEvaluator policy, String expected, Request request, String why) {
        Decision decision = policy.decide(request);
        assertThat(decision.word())
                .as("%s (%s) is %s %s", request, why, decision.word(), decision.reason())
                .isEqualTo(expected);
    }

    /**
     * The calls that tables allow.
     *
     * @param test the class that has the tables
     * @param methods the tables, by the names of the tests that they belong to; none for all of the class
     */
    public static List<Request> allowed(Class<?> test, Partition partition, String... methods) {
        return Stream.of(test.getDeclaredMethods())
                .filter(method -> methods.length == 0 || List.of(methods).contains(method.getName()))
                .map(method -> method.getAnnotation(CsvSource.class))
                .filter(table -> table != null && table.delimiter() == '|')
                .flatMap(table -> table.textBlock().lines())
                .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
                .filter(row -> row.get(0).equals("allowed"))
                .map(row -> Call.request(
                        partition.place(), row.get(1), row.get(2), row.get(3).isEmpty() ? null : row.get(3)))
                .toList();
    }
}
