package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.catalog.Registry.OBJECTS_VIEW;
import static com.quiltdata.athena.catalog.Registry.PACKAGES_VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the views make of JSON that quilt3 never writes. The OpenX JSON SerDe decides most of it; these tests say how.
 */
class OddJsonTest {
    private static final String HEADER = "{\"version\": \"v0\"}";

    private Registry registry;

    @BeforeEach
    void emptyRegistry() {
        registry = Registry.empty();
    }

    @Test
    void aLogicalKeyThatIsNoTextIsItsJsonText() {
        registry.revision(
                HEADER,
                "{\"logical_key\": 5}",
                "{\"logical_key\": true}",
                "{\"logical_key\": [1, \"b\"]}",
                "{\"logical_key\": {\"a\": 1}}",
                "{\"logical_key\": \"\"}");

        assertThat(registry.logicalKeys()).containsExactly("", "5", "[1,\"b\"]", "true", "{\"a\":1}");
    }

    @Test
    void aLineThatIsAnArrayIsReadAsTheColumnsInOrder() {
        registry.revision(HEADER, "[\"a.txt\", [\"s3://bucket/a.txt\"], 3]");

        assertThat(registry.rows("SELECT logical_key, physical_keys, size FROM " + OBJECTS_VIEW))
                .containsExactly(row("a.txt", "[s3://bucket/a.txt]", "3"));
    }

    @Test
    void ofTheSameNameTwiceTheLastCounts() {
        registry.revision(HEADER, "{\"logical_key\": \"b.txt\", \"logical_key\": \"c.txt\"}");

        assertThat(registry.logicalKeys()).containsExactly("c.txt");
    }

    /** Whoever pushes metadata from a spreadsheet may have such keys. A table can fold the case of all names or of none. */
    @Test
    void keysThatDifferInCaseKeepTheirValuesAndNamesOfColumnsAreInLowerCase() {
        String meta = "{\"Sample\":\"A\",\"sample\":\"B\",\"n\":1,\"Deep\":{\"K\":1,\"k\":2}}";
        registry.revision(
                "{\"version\": \"v0\", \"Message\": \"upper\", \"user_meta\": " + meta + "}",
                "{\"logical_key\": \"a.txt\", \"meta\": " + meta + ", \"user_meta\": " + meta + "}",
                "{\"Logical_Key\": \"b.txt\"}");

        assertThat(registry.rows("SELECT message, user_meta FROM " + PACKAGES_VIEW))
                .containsExactly(row(null, meta));
        assertThat(registry.rows("SELECT logical_key, meta, user_meta FROM " + OBJECTS_VIEW))
                .containsExactly(row("a.txt", meta, meta));
    }

    @Test
    void numbersThatJsonHasNotAreTheirText() {
        registry.revision("{\"version\": \"v0\", \"user_meta\": {\"a\": NaN, \"b\": Infinity, \"c\": -Infinity}}");

        assertThat(registry.rows("SELECT user_meta FROM " + PACKAGES_VIEW))
                .containsExactly(row("{\"a\":\"NaN\",\"b\":\"Infinity\",\"c\":\"-Infinity\"}"));
    }

    @Test
    void aHeaderHasAVersionAMessageOrMetadata() {
        registry.revision("{\"message\": \"first\"}")
                .manifest(Registry.topHash(2), "{\"user_meta\": {\"n\": 1}}")
                .pointer("user/other/latest", Registry.topHash(2))
                .manifest(Registry.topHash(3), "{\"message\": \"stray\"}\n{\"version\": \"v0\", \"message\": \"true\"}")
                .pointer("user/several/latest", Registry.topHash(3))
                .manifest(Registry.topHash(4), "{\"meta\": {}}\n{\"workflow\": {}}\n{}")
                .pointer("user/without/latest", Registry.topHash(4));

        assertThat(registry.rows("SELECT name, message, user_meta FROM " + PACKAGES_VIEW))
                .containsExactlyInAnyOrder(
                        row("name", "first", null), row("other", null, "{\"n\":1}"), row("several", "true", null));
    }

    @Test
    void linesThatAreNearlyJsonAreRead() {
        registry.revision(
                "\uFEFF" + HEADER,
                "{'logical_key': 'single'}",
                "{logical_key: bare}",
                "{\"logical_key\": \"first\"} {\"logical_key\": \"second\"}",
                "  {\"logical_key\": \"indented\"}  ");

        assertThat(registry.packages()).hasSize(1);
        assertThat(registry.logicalKeys()).containsExactly("bare", "first", "indented", "single");
    }

    @Test
    void physicalKeysThatAreNoArrayAreItsOnlyElement() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"a\", \"physical_keys\": \"s3://bucket/a\"}",
                "{\"logical_key\": \"b\", \"physical_keys\": 7}",
                "{\"logical_key\": \"c\", \"physical_keys\": {\"key\": \"value\"}}",
                "{\"logical_key\": \"d\", \"physical_keys\": []}",
                "{\"logical_key\": \"e\", \"physical_keys\": null}",
                "{\"logical_key\": \"f\", \"physical_keys\": [null, 5, [\"s3://bucket/f\"]]}");

        assertThat(registry.rows("SELECT logical_key, physical_keys FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(
                        row("a", "[s3://bucket/a]"),
                        row("b", "[7]"),
                        row("c", "[{\"key\":\"value\"}]"),
                        row("d", "[]"),
                        row("e", null),
                        row("f", "[null, 5, [\"s3://bucket/f\"]]"));
    }

    @Test
    void aSizeThatIsNoNumberOfBytesIsNull() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"float\", \"size\": 12.5}",
                "{\"logical_key\": \"negative\", \"size\": -14}",
                "{\"logical_key\": \"exponent\", \"size\": 1e40}",
                "{\"logical_key\": \"huge\", \"size\": 9223372036854775808}",
                "{\"logical_key\": \"word\", \"size\": \"big\"}",
                "{\"logical_key\": \"empty\", \"size\": \"\"}",
                "{\"logical_key\": \"array\", \"size\": [12]}",
                "{\"logical_key\": \"null\", \"size\": null}");

        assertThat(registry.rows("SELECT DISTINCT size FROM " + OBJECTS_VIEW)).containsExactly(row((String) null));
    }

    @Test
    void aSizeIsItsNumberHoweverItIsWritten() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"text\", \"size\": \"12\"}",
                "{\"logical_key\": \"spaces\", \"size\": \" 13 \"}",
                "{\"logical_key\": \"float\", \"size\": 1.0}",
                "{\"logical_key\": \"exponent\", \"size\": 1e3}",
                "{\"logical_key\": \"largest\", \"size\": 9223372036854775807}",
                "{\"logical_key\": \"zero\", \"size\": 0}");

        assertThat(registry.rows("SELECT logical_key, size FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(
                        row("text", "12"),
                        row("spaces", "13"),
                        row("float", "1"),
                        row("exponent", "1000"),
                        row("largest", "9223372036854775807"),
                        row("zero", "0"));
    }

    @Test
    void metadataThatIsNoObjectIsItsJsonTextAndTextIsItself() {
        registry.revision(
                "{\"version\": \"v0\", \"user_meta\": [1]}",
                "{\"logical_key\": \"a\", \"meta\": [1, \"b\", {\"C\": null}]}",
                "{\"logical_key\": \"b\", \"meta\": \"text\"}",
                "{\"logical_key\": \"c\", \"meta\": 1.50}",
                "{\"logical_key\": \"d\", \"meta\": {}}",
                "{\"logical_key\": \"e\", \"meta\": null}");

        assertThat(registry.rows("SELECT user_meta FROM " + PACKAGES_VIEW)).containsExactly(row("[1]"));
        assertThat(registry.rows("SELECT logical_key, meta FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(
                        row("a", "[1,\"b\",{\"C\":null}]"),
                        row("b", "text"),
                        row("c", "1.50"),
                        row("d", "{}"),
                        row("e", null));
    }

    @Test
    void versionAndMessageThatAreNoTextAreTheirJsonText() {
        registry.revision("{\"version\": 0, \"message\": {\"a\": 1}}");

        assertThat(registry.rows("SELECT message FROM " + PACKAGES_VIEW)).containsExactly(row("{\"a\":1}"));
    }

    @Test
    void aHashThatIsAnArrayIsReadAsItsFieldsInOrderAndAMissingFieldIsNull() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"a\", \"hash\": [\"SHA256\", \"0f\"]}",
                "{\"logical_key\": \"b\", \"hash\": {\"type\": \"SHA256\"}}",
                "{\"logical_key\": \"c\", \"hash\": null}");

        assertThat(registry.rows("SELECT logical_key, hash.type, hash.value FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(row("a", "SHA256", "0f"), row("b", "SHA256", null), row("c", null, null));
    }

    /**
     * The one thing that the SerDe does not forgive. Only the published table, whose column is a struct, could prevent
     * it: and a stack that adopts that table leaves it as it is.
     */
    @Test
    void aHashThatIsTextFailsTheQueriesThatSelectItAndNoOther() {
        registry.revision(HEADER, "{\"logical_key\": \"a\", \"size\": 1, \"hash\": \"0f\"}");

        assertThatThrownBy(registry::entries)
                .hasMessage("HIVE_CURSOR_ERROR: Failed to read file at s3://views-bucket/.quilt/packages/"
                        + Registry.topHash(1));
        assertThat(registry.rows("SELECT logical_key, size FROM " + OBJECTS_VIEW))
                .containsExactly(row("a", "1"));
        assertThat(registry.packages()).hasSize(1);
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }
}
