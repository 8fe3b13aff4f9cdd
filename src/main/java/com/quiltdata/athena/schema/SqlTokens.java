package com.quiltdata.athena.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be told of a query without Athena: its words and symbols, without comments and texts. Whether it is right, only
 * Athena knows, whose language grows.
 *
 * @param tokens words, identifiers in their quotes, and symbols, in the query's order, up to what does not end
 * @param isClosed whether every comment, text and quoted identifier ends
 */
public record SqlTokens(List<Token> tokens, boolean isClosed) {

    /** A doubled quote ends one token and begins another, which makes no difference here. */
    private static final Pattern TOKEN = Pattern.compile(
            "(?<comment>\\s*(?:--[^\r\n]*|(?<block>/\\*.*?\\*/)))"
                    + "|(?<skipped>\\s+|'[^']*')"
                    + "|(?<token>\"[^\"]*\"|[\\p{L}_][\\p{L}\\p{N}_]*|\\p{N}[\\p{L}\\p{N}_.]*)"
                    + "|(?<unclosed>['\"]|/\\*)"
                    + "|(?<symbol>.)",
            Pattern.DOTALL);

    private static final Set<String> BEFORE_TABLES = Set.of("from", "join", "table");
    private static final Set<String> AFTER_TABLES = Set.of(
            "select",
            "where",
            "group",
            "having",
            "window",
            "order",
            "limit",
            "offset",
            "fetch",
            "union",
            "intersect",
            "except");

    /**
     * A word or symbol.
     *
     * @param text as it is written
     * @param start where it begins in the query
     */
    public record Token(String text, int start) {}

    /** Takes a query apart. */
    public static SqlTokens of(String query) {
        List<Token> tokens = new ArrayList<>();
        boolean isClosed = true;
        Matcher matcher = TOKEN.matcher(query);
        while (isClosed && matcher.find()) {
            if (matcher.group("skipped") == null && matcher.group("comment") == null) {
                tokens.add(new Token(matcher.group(), matcher.start()));
                isClosed = matcher.group("unclosed") == null;
            }
        }
        return new SqlTokens(List.copyOf(tokens), isClosed);
    }

    /**
     * Leaves out comments, which Athena would leave out when it stores a view.
     *
     * @param statement a statement in which every comment, text and quoted name ends
     * @return the statement that means the same, without white space at its ends
     */
    public static String withoutComments(String statement) {
        StringBuilder without = new StringBuilder();
        Matcher matcher = TOKEN.matcher(statement);
        while (matcher.find()) {
            if (matcher.group("comment") == null) {
                without.append(matcher.group());
            } else if (matcher.group("block") != null) {
                // Within a line it parts words, as white space does.
                without.append(' ');
            }
        }
        return without.toString().strip();
    }

    /** Whether the query begins with a word or symbol, in any case. */
    public boolean beginsWith(String text) {
        return !tokens.isEmpty() && tokens.get(0).text().equalsIgnoreCase(text);
    }

    /**
     * What may be the name of a table or view that the query reads: every name in a FROM clause, among them aliases,
     * columns of its conditions, and names of the query's own WITH clause.
     *
     * @return names in lower case, as Athena compares them, and without quotes
     */
    public Set<String> namesOfTables() {
        Set<String> names = new TreeSet<>();
        Deque<Boolean> outer = new ArrayDeque<>();
        boolean isInFrom = false;
        String previous = "";
        for (Token token : tokens) {
            String word = token.text().toLowerCase(Locale.ROOT);
            if (BEFORE_TABLES.contains(word)) {
                // IS DISTINCT FROM compares.
                isInFrom |= !previous.equals("distinct");
            } else if (AFTER_TABLES.contains(word)) {
                isInFrom = false;
            } else if (word.equals("(")) {
                outer.push(isInFrom);
            } else if (word.equals(")") && !outer.isEmpty()) {
                isInFrom = outer.pop();
            } else if (isInFrom) {
                names.add(word.replace("\"", ""));
            }
            previous = word;
        }
        return names;
    }
}
