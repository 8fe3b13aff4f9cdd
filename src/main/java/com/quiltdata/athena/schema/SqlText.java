package com.quiltdata.athena.schema;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements as Athena keeps them. */
public final class SqlText {

    /** Texts and quoted names come first, so that nothing in them is taken for a comment. */
    private static final Pattern QUOTED_OR_COMMENT =
            Pattern.compile("('[^']*'|\"[^\"]*\")|\\s*(?:--[^\\r\\n]*|(/\\*.*?\\*/))", Pattern.DOTALL);

    private static final int QUOTED = 1;
    private static final int BLOCK_COMMENT = 2;

    private SqlText() {}

    /**
     * Leaves out comments, which Athena would leave out when it stores a view.
     *
     * @param statement a statement in which every comment, text and quoted name ends
     * @return the statement that means the same, without white space at its ends
     */
    public static String withoutComments(String statement) {
        return QUOTED_OR_COMMENT
                .matcher(statement)
                .replaceAll(match -> {
                    if (match.group(QUOTED) != null) {
                        return Matcher.quoteReplacement(match.group());
                    }
                    // A comment within a line parts words, as white space does.
                    return match.group(BLOCK_COMMENT) == null ? "" : " ";
                })
                .strip();
    }
}
