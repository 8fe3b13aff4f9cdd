package com.quiltdata.athena.configuration;

import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.SqlTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the views that the administrator has written, each from a file in the project, and checks them. */
final class CustomViewsReader {

    /**
     * The most bytes of a statement.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/service-limits.html">Athena's quotas</a>
     */
    static final int MOST_STATEMENT_BYTES = 262_144;

    /** The most that the handler puts around the query. */
    private static final int BYTES_AROUND_QUERY = 100;

    /**
     * What the CDK takes for a token of its own, what its rules take for a parameter, and what CloudFormation puts a
     * parameter's value for.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html">Dynamic
     *     references</a>
     */
    private static final Pattern REPLACED = Pattern.compile("[$#]\\{Token\\[|\\$\\{AWS::|\\{\\{resolve:");

    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,128}");
    private static final String SUFFIX = ".sql";
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final String KEY = ConfigurationKeys.CUSTOM_VIEWS.name();

    private final ContextValues values;
    private final Path directory;
    private final String databaseName;
    private final Set<String> declared;
    private final ConfigurationProblems problems;

    /**
     * Prepares to read.
     *
     * @param directory the project's, which files are relative to, and have to be in
     * @param groups the buckets whose tables and views are declared
     * @param hasSnapshots whether snapshots of them are declared
     * @param problems gets all that is wrong
     */
    CustomViewsReader(
            ContextValues values,
            Path directory,
            String databaseName,
            List<QuiltBucketGroup> groups,
            boolean hasSnapshots,
            ConfigurationProblems problems) {
        this.values = values;
        this.directory = directory;
        this.databaseName = databaseName;
        this.problems = problems;
        List<QuiltBucket> buckets = Configuration.buckets(groups).toList();
        declared = new HashSet<>();
        buckets.forEach(bucket -> declared.addAll(bucket.tablesAndViews()));
        if (BucketView.areOverAll(buckets.size())) {
            declared.addAll(BucketView.namesOverAll());
        }
        if (hasSnapshots) {
            declared.add(SnapshotTable.NAME);
            declared.addAll(SnapshotView.names(buckets));
        }
    }

    /**
     * Reads the views.
     *
     * @return the views that nothing is wrong with, none before one that it reads
     */
    List<CustomView> read() {
        Map<String, String> queries = new TreeMap<>();
        values.get(ConfigurationKeys.CUSTOM_VIEWS).forEach((name, file) -> {
            if (followsNameRules(name)) {
                query(name, file, queries);
            }
        });
        Set<String> names = new TreeSet<>(declared);
        names.addAll(queries.keySet());
        List<CustomView> views = new ArrayList<>();
        queries.forEach((name, query) -> {
            Set<String> reads = SqlTokens.of(query).namesOfTables();
            reads.retainAll(names);
            // No view can; it is the name of something else.
            reads.remove(name);
            views.add(new CustomView(name, query, List.copyOf(reads)));
        });
        return inOrder(views);
    }

    private boolean followsNameRules(String name) {
        if (!NAME.matcher(name).matches()) {
            problems.add(KEY, name, "have 1 to 128 lower-case letters, digits and underscores");
            return false;
        }
        Optional<String> brokenRule = ConstructId.brokenRule(name);
        if (brokenRule.isPresent()) {
            problems.add(KEY, name, brokenRule.get());
            return false;
        }
        if (declared.contains(name) || BucketView.namesOverAll().contains(name)) {
            problems.add(KEY, name, "not be the name of another table or view of this stack");
            return false;
        }
        return true;
    }

    private void query(String name, Object file, Map<String, String> queries) {
        String entry = KEY + "." + name;
        if (!(file instanceof String text) || !text.endsWith(SUFFIX)) {
            problems.add(entry, file, "be a file of SQL, whose name ends with " + SUFFIX);
            return;
        }
        String content;
        try {
            content = content(text);
        } catch (CharacterCodingException e) {
            problems.add(entry, file, "be in UTF-8");
            return;
        } catch (IOException | InvalidPathException e) {
            problems.add(entry, file, "be a file in the project's folder, by its path in there");
            return;
        }
        SqlTokens tokens = SqlTokens.of(content);
        if (!tokens.isClosed()) {
            problems.add(entry, file, "close every comment, text and quoted name");
            return;
        }
        String query = SqlTokens.withoutComments(withoutLastSemicolon(content, tokens));
        String rule = brokenRule(query);
        int bytes = query.getBytes(StandardCharsets.UTF_8).length
                + databaseName.length()
                + name.length()
                + BYTES_AROUND_QUERY;
        if (rule != null) {
            problems.add(entry, file, rule);
        } else if (bytes > MOST_STATEMENT_BYTES) {
            problems.add(
                    entry,
                    file,
                    String.format(
                            Locale.ROOT,
                            "make a statement that Athena takes, of at most %,d bytes: it would have %,d",
                            MOST_STATEMENT_BYTES,
                            bytes));
        } else {
            queries.put(name, query);
        }
    }

    /** Reads a file, with line ends as in every other checkout of the project. */
    private String content(String file) throws IOException {
        Path project = directory.toRealPath();
        Path path = project.resolve(file).toRealPath();
        if (Path.of(file).isAbsolute() || !path.startsWith(project) || !Files.isRegularFile(path)) {
            throw new IOException(file);
        }
        String content = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
                .toString();
        return (content.startsWith(BYTE_ORDER_MARK) ? content.substring(1) : content).replace("\r\n", "\n");
    }

    private static String withoutLastSemicolon(String query, SqlTokens tokens) {
        int last = tokens.tokens().size() - 1;
        return last >= 0 && tokens.tokens().get(last).text().equals(";")
                ? query.substring(0, tokens.tokens().get(last).start())
                : query;
    }

    /** The first rule that a query breaks, as a phrase that follows "must"; null if it breaks none. */
    private String brokenRule(String query) {
        SqlTokens tokens = SqlTokens.of(query);
        if (!tokens.beginsWith("select") && !tokens.beginsWith("with") && !tokens.beginsWith("(")) {
            return "hold a query alone: begin with SELECT or WITH, and not with CREATE VIEW";
        }
        if (tokens.tokens().stream().anyMatch(token -> token.text().equals(";"))) {
            return "hold one query: there is a semicolon before its end";
        }
        Matcher replaced = REPLACED.matcher(query);
        if (replaced.find()) {
            return "not have %s in it, which the CDK or CloudFormation would replace: divide it into two texts with || between"
                    .formatted(replaced.group());
        }
        for (String view : BucketView.namesOverAll()) {
            if (!declared.contains(view) && tokens.namesOfTables().contains(view)) {
                return "not read %s, which is there for 2 to %d buckets".formatted(view, BucketView.MOST_BUCKETS);
            }
        }
        return null;
    }

    /** Puts each view after those that it reads. */
    private List<CustomView> inOrder(List<CustomView> views) {
        Map<String, CustomView> waiting = new LinkedHashMap<>();
        views.forEach(view -> waiting.put(view.name(), view));
        List<CustomView> ordered = new ArrayList<>();
        while (!waiting.isEmpty()) {
            CustomView next = waiting.values().stream()
                    .filter(view -> view.reads().stream().noneMatch(waiting::containsKey))
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                problems.addLine("%s: the views %s must not read each other in a circle"
                        .formatted(KEY, String.join(", ", circle(waiting))));
                return ordered;
            }
            waiting.remove(next.name());
            ordered.add(next);
        }
        return ordered;
    }

    /** One circle among views of which each reads another one. */
    private static List<String> circle(Map<String, CustomView> views) {
        List<String> path = new ArrayList<>();
        String name = views.keySet().iterator().next();
        while (!path.contains(name)) {
            path.add(name);
            name = views.get(name).reads().stream()
                    .filter(views::containsKey)
                    .findFirst()
                    .orElseThrow();
        }
        return path.subList(path.indexOf(name), path.size());
    }
}
