package com.quiltdata.athena.benchmark;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Panels of lines over two logarithmic axes, as SVG. All panels have the same axes, so that they can be compared.
 *
 * <p>Libraries for plots draw with the fonts and colours of the machine, put names into a legend, and leave out the title
 * and the description that readers' software reads aloud. Here the text is the same from every machine, each line has
 * its name beside its end, each mark tells its figure, and the colours can be read on a light and on a dark page.
 *
 * @param title what the plot shows, for readers and for software that reads aloud
 * @param description what a reader sees in it, for software that reads aloud
 * @param across what is on the axis across, in the plural, such as {@code packages}
 * @param unit what is on the axis upwards
 * @param rows the panels, row by row
 */
record LogLogPlot(String title, String description, String across, Unit unit, List<List<Panel>> rows) {
    static final String TEXT_COLOUR = "#767676";

    private static final int WIDTH = 880;
    private static final int HEAD = 36;
    private static final int PANEL_HEIGHT = 172;
    private static final int TOP = 26;
    private static final int LEFT = 58;
    private static final int RIGHT = 132;
    private static final int BOTTOM = 40;
    private static final int LABEL_HEIGHT = 14;

    /**
     * Makes a plot.
     *
     * @throws IllegalArgumentException if there is no figure, or one that a logarithmic axis has no place for
     */
    LogLogPlot {
        for (Line line : (Iterable<Line>) lines(rows)::iterator) {
            for (Figure figure : line.figures()) {
                if (!(figure.x() > 0) || !(figure.y() >= 0) || Double.isInfinite(figure.x() + figure.y())) {
                    throw new IllegalArgumentException(
                            "\"%s\": a figure must have x above 0 and y of at least 0, but is %s"
                                    .formatted(line.label(), figure));
                }
            }
        }
        if (lines(rows).flatMap(line -> line.figures().stream()).noneMatch(figure -> figure.y() > 0)) {
            throw new IllegalArgumentException("\"%s\": a plot must have a figure above 0".formatted(title));
        }
    }

    /** What figures count. */
    enum Unit {
        BYTES {
            @Override
            String text(double value) {
                return value < 1_000 ? rounded(value) + " B" : scaled(value / 1_000, "kB", "MB", "GB", "TB");
            }
        },
        NUMBER {
            @Override
            String text(double value) {
                return rounded(value);
            }
        },
        SECONDS {
            @Override
            String text(double value) {
                return rounded(value) + " s";
            }
        };

        /** Returns a value as it is shown, with three digits that count. */
        abstract String text(double value);

        private static String scaled(double value, String... units) {
            double rest = value;
            int unit = 0;
            while (rest >= 999.5 && unit < units.length - 1) {
                rest /= 1_000;
                unit++;
            }
            return rounded(rest) + " " + units[unit];
        }

        private static String rounded(double value) {
            int digits = value >= 100 || value == Math.rint(value) ? 0 : value >= 10 ? 1 : 2;
            String text = String.format(Locale.ROOT, "%,." + digits + "f", value);
            return text.contains(".") ? text.replaceFirst("[.]?0+$", "") : text;
        }
    }

    /** A line's colour and mark, to be told apart by either. */
    enum Look {
        ORANGE_CIRCLE("#d55e00", "M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0"),
        BLUE_SQUARE("#2b83c6", "M-3.5,-3.5 h7 v7 h-7 z"),
        GREEN_DIAMOND("#009e73", "M0,-5 L5,0 L0,5 L-5,0 z");

        private final String colour;
        private final String mark;

        Look(String colour, String mark) {
            this.colour = colour;
            this.mark = mark;
        }

        String colour() {
            return colour;
        }
    }

    /** What was measured, {@code y}, at {@code x}. */
    record Figure(double x, double y) {}

    /** Figures of one thing, in order, and its name; without any, it is left out. */
    record Line(String label, Look look, List<Figure> figures) {}

    /** Lines that are compared with each other. */
    record Panel(String title, List<Line> lines) {}

    /** Returns the SVG document. */
    String svg() {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            new Drawing(xml).draw();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("A text takes everything", e);
        }
        return text + "\n";
    }

    private static Stream<Line> lines(List<List<Panel>> rows) {
        return rows.stream().flatMap(List::stream).flatMap(panel -> panel.lines().stream());
    }

    private DoubleStream values(ToDoubleFunction<Figure> value) {
        return lines(rows).flatMap(line -> line.figures().stream()).mapToDouble(value);
    }

    /** Draws the plot; coordinates are in pixels, {@code y} downwards. */
    private final class Drawing {
        private final XMLStreamWriter xml;
        private final int panelWidth =
                WIDTH / rows.stream().mapToInt(List::size).max().orElseThrow();
        private final int plotWidth = panelWidth - LEFT - RIGHT;
        private final int plotHeight = PANEL_HEIGHT - TOP - BOTTOM;
        private final double[] ticks = values(Figure::x).sorted().distinct().toArray();
        private final int lowestDecade = (int)
                Math.floor(Math.log10(values(Figure::y).filter(y -> y > 0).min().orElseThrow()));
        private final int highestDecade = Math.max(lowestDecade + 1, (int)
                Math.ceil(Math.log10(values(Figure::y).max().orElseThrow())));

        Drawing(XMLStreamWriter xml) {
            this.xml = xml;
        }

        void draw() throws XMLStreamException {
            int height = HEAD + rows.size() * PANEL_HEIGHT;
            start(
                    "svg",
                    "xmlns",
                    "http://www.w3.org/2000/svg",
                    "viewBox",
                    "0 0 " + WIDTH + " " + height,
                    "role",
                    "img",
                    "aria-labelledby",
                    "title description",
                    "font-family",
                    "system-ui, sans-serif",
                    "font-size",
                    "12",
                    "fill",
                    TEXT_COLOUR);
            text("title", title, "id", "title");
            text("desc", description, "id", "description");
            text("text", title, "x", "8", "y", "20", "font-size", "15", "font-weight", "600");
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < rows.get(row).size(); column++) {
                    start("g", "transform", translate(column * panelWidth + LEFT, HEAD + row * PANEL_HEIGHT + TOP));
                    panel(rows.get(row).get(column));
                    end();
                }
            }
            end();
        }

        private void panel(Panel panel) throws XMLStreamException {
            text("text", panel.title(), "x", "0", "y", "-10", "font-weight", "600");
            axes();
            List<Line> measured = panel.lines().stream()
                    .filter(line -> !line.figures().isEmpty())
                    .toList();
            for (Line line : measured) {
                line(line);
            }
            labels(measured);
        }

        private void axes() throws XMLStreamException {
            for (int decade = lowestDecade; decade <= highestDecade; decade++) {
                double value = Math.pow(10, decade);
                String y = pixels(upwards(value));
                rule("0", y, pixels(plotWidth), y);
                text("text", unit.text(value), "x", "-8", "y", y, "dy", "4", "text-anchor", "end");
            }
            for (double tick : ticks) {
                String x = pixels(across(tick));
                rule(x, pixels(plotHeight), x, pixels(plotHeight + 5));
                text("text", Unit.NUMBER.text(tick), "x", x, "y", pixels(plotHeight + 18), "text-anchor", "middle");
            }
            text("text", across, "x", pixels(plotWidth + 12), "y", pixels(plotHeight + 18));
        }

        private void rule(String x1, String y1, String x2, String y2) throws XMLStreamException {
            start("line", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke", TEXT_COLOUR, "stroke-opacity", "0.35");
            end();
        }

        private void line(Line line) throws XMLStreamException {
            StringBuilder points = new StringBuilder();
            for (Figure figure : line.figures()) {
                points.append(points.isEmpty() ? "" : " ")
                        .append(pixels(across(figure.x())))
                        .append(',')
                        .append(pixels(upwards(figure.y())));
            }
            start(
                    "polyline",
                    "points",
                    points.toString(),
                    "fill",
                    "none",
                    "stroke",
                    line.look().colour,
                    "stroke-width",
                    "2");
            end();
            for (Figure figure : line.figures()) {
                start(
                        "path",
                        "class",
                        "mark",
                        "d",
                        line.look().mark,
                        "fill",
                        line.look().colour,
                        "transform",
                        "translate(%s,%s)".formatted(pixels(across(figure.x())), pixels(upwards(figure.y()))));
                text(
                        "title",
                        "%s, %s %s: %s"
                                .formatted(line.label(), Unit.NUMBER.text(figure.x()), across, unit.text(figure.y())));
                end();
            }
        }

        /** Names lines on the right, as high as their ends; names that would lie upon each other are moved apart. */
        private void labels(List<Line> lines) throws XMLStreamException {
            List<Line> fromTop = lines.stream()
                    .sorted(Comparator.comparingDouble(
                            line -> upwards(line.figures().getLast().y())))
                    .toList();
            List<Double> places = new ArrayList<>();
            for (Line line : fromTop) {
                double place = upwards(line.figures().getLast().y());
                places.add(places.isEmpty() ? place : Math.max(place, places.getLast() + LABEL_HEIGHT));
            }
            double beyond = places.isEmpty() ? 0 : Math.max(0, places.getLast() - plotHeight);
            for (int i = fromTop.size() - 1; i >= 0; i--) {
                double lowest = i == fromTop.size() - 1 ? places.get(i) - beyond : places.get(i + 1) - LABEL_HEIGHT;
                places.set(i, Math.min(places.get(i), lowest));
            }
            for (Line line : fromTop) {
                Figure last = line.figures().getLast();
                text(
                        "text",
                        line.label() + " " + unit.text(last.y()),
                        "x",
                        pixels(plotWidth + 2),
                        "y",
                        pixels(places.get(fromTop.indexOf(line))),
                        "dy",
                        "4",
                        "fill",
                        line.look().colour);
            }
        }

        /** Where a value is across; a single one is in the middle. */
        private double across(double value) {
            double first = Math.log(ticks[0]);
            double last = Math.log(ticks[ticks.length - 1]);
            double part = last > first ? (Math.log(value) - first) / (last - first) : 0.5;
            return 8 + part * (plotWidth - 16);
        }

        /** Where a value is upwards; zero, which a logarithmic axis does not have, is at its foot. */
        private double upwards(double value) {
            double decade = value == 0 ? lowestDecade : Math.log10(value);
            return plotHeight * (highestDecade - decade) / (highestDecade - lowestDecade);
        }

        private String translate(int x, int y) {
            return "translate(" + x + "," + y + ")";
        }

        private String pixels(double value) {
            return String.format(Locale.ROOT, "%.1f", value).replaceFirst("[.]0$", "");
        }

        private void text(String element, String text, String... attributes) throws XMLStreamException {
            start(element, attributes);
            xml.writeCharacters(text);
            end();
        }

        private void start(String element, String... attributes) throws XMLStreamException {
            xml.writeCharacters(element.equals("svg") ? "" : "\n");
            xml.writeStartElement(element);
            for (int i = 0; i < attributes.length; i += 2) {
                xml.writeAttribute(attributes[i], attributes[i + 1]);
            }
        }

        private void end() throws XMLStreamException {
            xml.writeEndElement();
        }
    }
}
