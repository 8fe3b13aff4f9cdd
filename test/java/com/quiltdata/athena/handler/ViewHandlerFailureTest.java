package com.quiltdata.athena.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.quiltdata.athena.TestFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The failure matrix, {@code failures.txt}, with the very client that the handler is deployed with. */
class ViewHandlerFailureTest {
    private final FakeAthena athena = new FakeAthena();
    private final FakeContext context = new FakeContext();
    private final ViewHandler handler = new ViewHandler(athena.client(), context, () -> 0);

    @AfterEach
    void close() {
        athena.close();
    }

    /** A row of the matrix: what goes wrong, and the lines about it. */
    private record Row(String name, List<String> lines) {

        static Row of(String paragraph) {
            List<String> lines = paragraph.lines().map(String::strip).toList();
            return new Row(lines.getFirst(), lines.subList(1, lines.size()));
        }

        void script(FakeAthena athena) {
            lines.stream().filter(line -> line.matches("(Start|Get|Stop) .*")).forEach(athena::scripts);
        }

        Optional<String> after(String word) {
            return lines.stream()
                    .filter(line -> line.startsWith(word))
                    .map(line -> line.substring(word.length()))
                    .findFirst();
        }

        Optional<String> reason(String requestType) {
            return requestType.equals("Delete") && lines.contains("a delete succeeds")
                    ? Optional.empty()
                    : after("failed");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Arguments> everyRowForEveryRequestType() {
        return Stream.of(TestFiles.resource(ViewHandlerFailureTest.class, "failures.txt")
                        .replaceAll("(?m)^#.*\n", "")
                        .strip()
                        .split("\n\n"))
                .map(Row::of)
                .flatMap(row -> Stream.of("Create", "Update", "Delete").map(type -> Arguments.of(row, type)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyRowForEveryRequestType")
    void everyFailureEndsInAnAnswer(Row row, String type) {
        row.script(athena);
        List<Object> answers = new ArrayList<>();

        Throwable failure =
                catchThrowable(() -> answers.add(handler.handleRequest(ViewEvents.event(type), context.invocation())));

        assertThat(operations()).isEqualTo(row.after("sends: ").orElseThrow());
        assertThat(athena.statements())
                .containsOnly(type.equals("Delete") ? ViewEvents.DROP_STATEMENT : ViewEvents.CREATE_STATEMENT);
        row.reason(type)
                .ifPresentOrElse(
                        reason -> assertThat(failure)
                                .isInstanceOf(ViewException.class)
                                .hasMessage(type.toUpperCase(Locale.ROOT)
                                        + " of view quilt_query.v in workgroup quilt-query failed" + reason),
                        () -> {
                            assertThat(failure).isNull();
                            assertThat(answers).containsExactly(Map.of("PhysicalResourceId", "quilt_query.v"));
                        });
        row.after("waits: ")
                .ifPresentOrElse(
                        seconds ->
                                assertThat(context.waited()).isEqualTo(Duration.parse("PT" + seconds.replace(" ", ""))),
                        () -> assertThat(context.waited()).isLessThan(Duration.ofSeconds(1)));
        assertThat(String.join("\n", context.log())).doesNotContain("Signature", "210987654321");
    }

    @ParameterizedTest(name = "{0}, {1} seconds")
    @CsvSource({"Create,5", "Create,60", "Update,5", "Update,60", "Delete,5", "Delete,60"})
    void aPolicyThatComesIntoForceLaterCostsOnlyTime(String type, int seconds) {
        athena.refusesTo("Start", 400, "AccessDeniedException", "You are not authorized to perform: it")
                .starts("q1")
                .findsFailure("User: u is not authorized to perform: glue:UpdateTable", false)
                .finds("SUCCEEDED")
                .repeatsTheFirstAnswerTo("Start", () -> context.waited().toSeconds() < seconds / 2)
                .repeatsTheFirstAnswerTo("Get", () -> context.waited().toSeconds() < seconds);

        assertThat(handler.handleRequest(ViewEvents.event(type), context.invocation()))
                .isEqualTo(Map.of("PhysicalResourceId", "quilt_query.v"));
        assertThat(context.waited()).isGreaterThanOrEqualTo(Duration.ofSeconds(seconds));
    }

    /** What was sent, in short: {@code Start Get×2}. */
    private String operations() {
        List<String> sent = athena.operations();
        int pairs = sent.size() / 2;
        if (pairs > 2 && String.join(" ", sent).equals(String.join(" ", Collections.nCopies(pairs, "Start Get")))) {
            return "(Start Get)×" + pairs;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sent.size(); ) {
            int end = i;
            while (end < sent.size() && sent.get(end).equals(sent.get(i))) {
                end++;
            }
            text.append(text.isEmpty() ? "" : " ").append(sent.get(i)).append(end - i > 1 ? "×" + (end - i) : "");
            i = end;
        }
        return text.toString();
    }
}
