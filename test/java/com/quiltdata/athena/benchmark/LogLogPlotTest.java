package com.quiltdata.athena.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.benchmark.LogLogPlot.Figure;
import com.quiltdata.athena.benchmark.LogLogPlot.Line;
import com.quiltdata.athena.benchmark.LogLogPlot.Look;
import com.quiltdata.athena.benchmark.LogLogPlot.Panel;
import com.quiltdata.athena.benchmark.LogLogPlot.Unit;
import java.awt.Color;
import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Plots of fixed figures. */
class LogLogPlotTest {
    private static final Line REFERENCE =
            new Line("reference", Look.ORANGE_CIRCLE, List.of(new Figure(30, 8_587_046), new Figure(300, 86_344_624)));
    private static final Line VIEW =
            new Line("view <ours>", Look.BLUE_SQUARE, List.of(new Figure(30, 71_459), new Figure(300, 71_659)));
    private static final Line NOT_MEASURED = new Line("snapshot", Look.GREEN_DIAMOND, List.of());

    @Test
    void thereIsAMarkForEachFigureWhichTellsIt() throws Exception {
        assertThat(titlesOfMarks(plot(REFERENCE, VIEW, NOT_MEASURED)))
                .containsExactly(
                        "reference, 30 packages: 8.59 MB",
                        "reference, 300 packages: 86.3 MB",
                        "view <ours>, 30 packages: 71.5 kB",
                        "view <ours>, 300 packages: 71.7 kB");
    }

    @Test
    void softwareThatReadsAloudHasATitleAndADescription() throws Exception {
        Element svg = plot(REFERENCE).getDocumentElement();

        assertThat(svg.getAttribute("role")).isEqualTo("img");
        assertThat(svg.getAttribute("aria-labelledby")).isEqualTo("title description");
        assertThat(texts(svg, "title")).startsWith("Bytes & more");
        assertThat(texts(svg, "desc")).containsExactly("What a reader sees");
    }

    @Test
    void theAxesGoFromTheDecadeBelowToTheOneAboveAndHaveTheMeasuredNumbers() throws Exception {
        assertThat(texts(plot(REFERENCE, VIEW).getDocumentElement(), "text"))
                .containsExactly(
                        "Bytes & more",
                        "one package",
                        "10 kB",
                        "100 kB",
                        "1 MB",
                        "10 MB",
                        "100 MB",
                        "30",
                        "300",
                        "packages",
                        "reference 86.3 MB",
                        "view <ours> 71.7 kB");
    }

    @Test
    void aDecadeIsAsFarAsTheNextOne() throws Exception {
        Line powers = new Line(
                "powers",
                Look.BLUE_SQUARE,
                List.of(new Figure(1, 1), new Figure(10, 10), new Figure(100, 100), new Figure(1_000, 1_000)));

        List<double[]> places = places(plot(powers));

        for (int coordinate = 0; coordinate < 2; coordinate++) {
            double step = places.get(1)[coordinate] - places.get(0)[coordinate];
            assertThat(Math.abs(step)).isGreaterThan(30);
            for (int i = 1; i < places.size(); i++) {
                assertThat(places.get(i)[coordinate] - places.get(i - 1)[coordinate])
                        .isBetween(step - 0.11, step + 0.11);
            }
        }
    }

    @Test
    void zeroIsAtTheFootOfTheAxis() throws Exception {
        Line line = new Line("view", Look.BLUE_SQUARE, List.of(new Figure(30, 10), new Figure(300, 0)));

        Document plot = plot(line);

        assertThat(places(plot).get(0)[1]).isEqualTo(places(plot).get(1)[1]);
        assertThat(titlesOfMarks(plot)).last().isEqualTo("view, 300 packages: 0 B");
    }

    @Test
    void aSingleFigureIsInTheMiddleOfTheAxisAcross() throws Exception {
        Line line = new Line("view", Look.BLUE_SQUARE, List.of(new Figure(30, 10)));
        Element axis = (Element) plot(line).getElementsByTagName("line").item(0);

        assertThat(places(plot(line)).getFirst()[0]).isEqualTo(Double.parseDouble(axis.getAttribute("x2")) / 2);
    }

    @Test
    void namesOfLinesThatEndAtOnePlaceLieBelowEachOtherAndWithinThePanel() throws Exception {
        List<Line> lines = IntStream.range(0, 3)
                .mapToObj(i -> new Line("line " + i, Look.BLUE_SQUARE, List.of(new Figure(30, 1), new Figure(300, 1))))
                .toList();
        Element svg = plot(lines.toArray(Line[]::new)).getDocumentElement();

        List<Double> names = elements(svg, "text")
                .filter(text -> text.getTextContent().startsWith("line "))
                .map(text -> Double.valueOf(text.getAttribute("y")))
                .toList();
        double foot = elements(svg, "line")
                .mapToDouble(rule -> Double.parseDouble(rule.getAttribute("y1")))
                .max()
                .orElseThrow();
        assertThat(names).containsExactly(foot - 28, foot - 14, foot);
    }

    @Test
    void aLineThatEndsEarlyIsNamedOnTheRightToo() throws Exception {
        Line early = new Line("early", Look.GREEN_DIAMOND, List.of(new Figure(30, 71_459)));

        assertThat(elements(plot(REFERENCE, early).getDocumentElement(), "text")
                        .filter(text -> text.getTextContent().matches("(reference|early) .*"))
                        .map(text -> text.getAttribute("x"))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "-30, 1", "30, -1", "30, NaN", "30, Infinity"})
    void aFigureThatTheAxesHaveNoPlaceForIsNamed(double x, double y) {
        Line line = new Line("view", Look.BLUE_SQUARE, List.of(new Figure(x, y)));

        assertThatThrownBy(() -> plot(REFERENCE, line))
                .hasMessage(
                        "\"view\": a figure must have x above 0 and y of at least 0, but is Figure[x=%s, y=%s]", x, y);
    }

    @Test
    void aPlotWithoutFiguresIsRefused() {
        assertThatThrownBy(() -> plot(NOT_MEASURED)).hasMessage("\"Bytes & more\": a plot must have a figure above 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BYTES | 0 | 0 B",
                "BYTES | 999 | 999 B",
                "BYTES | 1000 | 1 kB",
                "BYTES | 42919 | 42.9 kB",
                "BYTES | 999700 | 1 MB",
                "BYTES | 4300000000 | 4.3 GB",
                "NUMBER | 1290 | 1,290",
                "SECONDS | 0.1 | 0.1 s",
                "SECONDS | 15.94 | 15.9 s",
                "SECONDS | 221.5 | 222 s",
                "SECONDS | 100 | 100 s"
            })
    void aValueHasThreeDigitsThatCount(Unit unit, double value, String text) {
        assertThat(unit.text(value)).isEqualTo(text);
    }

    @Test
    void thePlotIsTheSameInEveryLocale() {
        String before = svg(REFERENCE);
        Locale locale = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(svg(REFERENCE)).isEqualTo(before);
        } finally {
            Locale.setDefault(locale);
        }
    }

    /** By WCAG 2.2: 3:1 for lines and marks; the grey of texts comes near the 4.5:1 of text on both. */
    @ParameterizedTest
    @MethodSource("colours")
    void aColourCanBeReadOnALightAndOnADarkPage(String colour, double contrast) {
        for (String page : List.of("#ffffff", "#0d1117")) {
            assertThat(contrast(colour, page)).as(colour + " on " + page).isGreaterThan(contrast);
        }
    }

    private static Stream<Arguments> colours() {
        return Stream.concat(
                Stream.of(Arguments.of(LogLogPlot.TEXT_COLOUR, 4)),
                Stream.of(Look.values()).map(look -> Arguments.of(look.colour(), 3)));
    }

    private static double contrast(String one, String other) {
        double first = luminance(Color.decode(one));
        double second = luminance(Color.decode(other));
        return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    }

    private static double luminance(Color colour) {
        return 0.2126 * linear(colour.getRed())
                + 0.7152 * linear(colour.getGreen())
                + 0.0722 * linear(colour.getBlue());
    }

    private static double linear(int channel) {
        double part = channel / 255.0;
        return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    }

    private static Document plot(Line... lines) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg(lines))));
    }

    private static String svg(Line... lines) {
        return new LogLogPlot(
                        "Bytes & more",
                        "What a reader sees",
                        "packages",
                        Unit.BYTES,
                        List.of(List.of(new Panel("one package", List.of(lines)))))
                .svg();
    }

    private static List<String> titlesOfMarks(Document plot) {
        return marks(plot).map(Element::getTextContent).map(String::strip).toList();
    }

    /** Where the marks are, across and downwards. */
    private static List<double[]> places(Document plot) {
        return marks(plot)
                .map(mark -> mark.getAttribute("transform").replaceAll("[^0-9.,-]", ""))
                .map(place -> Stream.of(place.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }

    private static Stream<Element> marks(Document plot) {
        return elements(plot.getDocumentElement(), "path");
    }

    private static List<String> texts(Element svg, String name) {
        return elements(svg, name).map(Element::getTextContent).toList();
    }

    private static Stream<Element> elements(Element svg, String name) {
        NodeList elements = svg.getElementsByTagName(name);
        return IntStream.range(0, elements.getLength()).mapToObj(i -> (Element) elements.item(i));
    }
}
