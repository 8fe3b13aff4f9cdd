package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.catalog.Registry.OBJECTS_VIEW;
import static com.quiltdata.athena.catalog.Registry.PACKAGES_VIEW;
import static com.quiltdata.athena.catalog.Registry.topHash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.registry.RegistryReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which lines of which objects below {@code .quilt/packages/} are headers and entries, and what the views show. */
@ResourceLock(Registry.BUCKET)
class ManifestsTest {
    private static final String HEADER = "{\"version\": \"v0\", \"message\": \"first\"}";

    private Registry registry;

    @BeforeEach
    void emptyRegistry() {
        registry = Registry.empty();
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                        TestFiles.resource(ManifestsTest.class, "manifests.txt").split("(?m)^## "))
                .skip(1)
                .map(text -> text.split("\n", 2))
                .map(titleAndLines -> Arguments.of(titleAndLines[0], titleAndLines[1]));
    }

    /** The cases of {@code manifests.txt}. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aManifestHasItsRows(String title, String lines) {
        String[] manifestAndQueries = lines.replace("<hash>", topHash(1))
                .replace("<BOM>", "\uFEFF")
                .replaceAll("(?m)^#.*\n|^\n", "")
                .split("(?m)^(?=SELECT )");
        registry.revision(manifestAndQueries[0]);

        for (String query : List.of(manifestAndQueries).subList(1, manifestAndQueries.length)) {
            String[] sqlAndRows = query.split("\n");
            assertThat(registry.rows(sqlAndRows[0]
                            .replace("FROM packages", "FROM " + PACKAGES_VIEW)
                            .replace("FROM objects", "FROM " + OBJECTS_VIEW)))
                    .as(sqlAndRows[0])
                    .containsExactlyInAnyOrderElementsOf(Stream.of(sqlAndRows)
                            .skip(1)
                            .map(ManifestsTest::row)
                            .toList());
        }
    }

    private static List<String> row(String json) {
        return TestFiles.json(json).valueStream().map(JsonNode::textValue).toList();
    }

    @Test
    void linesThatAreNeitherHeaderNorEntryHaveNoRow() {
        List<String> manifests = List.of(
                "%1$s\n%2$s",
                "%1$s\n%2$s\n",
                "%1$s\r\n%2$s\r\n",
                "\n\n%1$s\n\n%2$s\n\n",
                "%1$s\n  \t\n%2$s\n ",
                "\r\n%1$s\r\n\r\n%2$s",
                "%1$s\nno JSON\n%2$s",
                "%1$s\n{\"logical_key\": \"b.txt\"\n%2$s",
                "%1$s\n{\"logical_key\": \"b.txt\",}\n%2$s",
                "%1$s\n{}\n%2$s\n[]\nnull\n5\ntrue\n\"text\"",
                "%1$s\n{\"message\": \"no version\"}\n%2$s",
                "%1$s\n{\"version\": null}\n{\"logical_key\": null}\n%2$s",
                "%2$s\n%1$s");
        for (int number = 0; number < manifests.size(); number++) {
            String manifest = manifests.get(number).formatted(HEADER, "{\"logical_key\": \"a.txt\"}");
            registry.manifest(topHash(number), manifest).pointer("user/name/" + number, topHash(number));
        }

        assertThat(registry.packages())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, manifests.size())
                        .mapToObj(number -> packageRow(number, "" + number, "message", "first"))
                        .toList());
        assertThat(registry.rows("SELECT \"timestamp\", logical_key FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, manifests.size())
                        .mapToObj(number -> List.of("" + number, "a.txt"))
                        .toList());
    }

    @Test
    void objectsWhoseNameIsNoHashOrThatAreInAFolderAreNoManifests() {
        String manifest = HEADER + "\n{\"logical_key\": \"stray.txt\", \"hash\": \"no object\"}";
        registry.revision(HEADER, "{\"logical_key\": \"a.txt\"}")
                .manifest("12201234.parquet", "PAR1\u0000\u0001\n" + manifest + "\nPAR1")
                .manifest("more/" + topHash(1), manifest)
                .manifest(topHash(1) + "/" + topHash(1), manifest)
                .manifest(topHash(1) + ".jsonl", manifest)
                .manifest(topHash(1) + "0", manifest)
                .manifest(topHash(1).substring(1), manifest)
                .manifest(topHash(1) + ".gz", manifest);

        assertThat(registry.packages()).containsExactly(packageRow(1, "latest", "message", "first"));
        assertThat(registry.entries()).containsExactly(entryRow("a.txt"));
    }

    @Test
    void aHeaderNeedsNeitherMessageNorMetadata() {
        registry.manifest(topHash(1), "{\"version\": \"v0\"}")
                .manifest(topHash(2), "{\"version\": \"v0\", \"message\": null}")
                .manifest(topHash(3), "{\"version\": \"v0\", \"message\": null, \"user_meta\": null}")
                .pointer("user/name/1", topHash(1))
                .pointer("user/name/2", topHash(2))
                .pointer("user/name/3", topHash(3));

        assertThat(registry.packages())
                .containsExactlyInAnyOrder(packageRow(1, "1"), packageRow(2, "2"), packageRow(3, "3"));
    }

    @Test
    void aMetadataValueOfAMillionCharactersIsWhole() {
        String value = "ä".repeat(1_000_000);
        registry.revision(
                "{\"version\": \"v0\", \"user_meta\": {\"long\": \"" + value + "\"}}",
                "{\"logical_key\": \"a\", \"meta\": {\"long\": \"" + value + "\"}}");

        assertThat(registry.rows("SELECT length(user_meta), substr(user_meta, 1, 12) FROM " + PACKAGES_VIEW))
                .containsExactly(List.of("1000011", "{\"long\":\"äää"));
        assertThat(registry.rows("SELECT length(meta) FROM " + OBJECTS_VIEW)).containsExactly(List.of("1000011"));
    }

    /** Public reports have all of them. */
    @Test
    void damagedAndForeignLinesTakeNothingFromTheOthers() {
        String deep = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
        String lines = String.join(
                "\r\n",
                "{\"logical_key\": \"escape\", \"meta\": {\"path\": \"C:\\data\", \"lines\": \"a\\r\\nb\"}}",
                "{",
                "  \"logical_key\": \"pretty-printed\"",
                "}",
                "{\"logical_key\": \"deep\", \"meta\": " + deep + "}",
                "{\"logical_key\": \"nul\\u0000 and \u0000\"}",
                "{\"logical_key\": \"Latin-1: \u00e4\"}",
                "{\"logical_key\": \"pair \\ud83d\\ude00\", \"size\": 9007199254740993}",
                "{\"logical_key\": \"singleton\", \"physical_keys\": \"s3://b/k\", \"meta\": {\"n\": 123456789012345678901.50}}",
                HEADER,
                "{\"logical_key\": \"cut\", \"physical_keys\": [\"s3:");
        registry.object(".quilt/packages/" + topHash(1), lines.getBytes(StandardCharsets.ISO_8859_1))
                .pointer("user/name/latest", topHash(1));

        assertThat(registry.logicalKeys())
                .containsExactly(
                        "Latin-1: \ufffd", "deep", "escape", "nul\u0000 and \u0000", "pair \ud83d\ude00", "singleton");
        assertThat(registry.rows("SELECT size, physical_keys, meta FROM " + OBJECTS_VIEW + " WHERE logical_key > 'p'"))
                .containsExactlyInAnyOrder(
                        Arrays.asList("9007199254740993", null, null),
                        Arrays.asList(null, "[s3://b/k]", "{\"n\":123456789012345678901.50}"));
        assertThat(RegistryReader.sorted(registry.everything(OBJECTS_VIEW)))
                .isEqualTo(new RegistryReader(registry.objects()).entries());
        assertThat(registry.packages()).hasSize(1);
    }

    @Test
    void aHeaderHasAVersionAMessageOrMetadata() {
        registry.revision("{\"message\": \"first\"}")
                .manifest(topHash(2), "{\"user_meta\": {\"n\": 1}}")
                .pointer("user/other/latest", topHash(2))
                .manifest(topHash(3), "{\"message\": \"stray\"}\n{\"version\": \"v0\", \"message\": \"true\"}")
                .pointer("user/several/latest", topHash(3))
                .manifest(topHash(4), "{\"meta\": {}}\n{\"workflow\": {}}\n{}")
                .pointer("user/without/latest", topHash(4));

        assertThat(registry.rows("SELECT name, message, user_meta FROM " + PACKAGES_VIEW))
                .containsExactlyInAnyOrder(
                        Arrays.asList("name", "first", null),
                        Arrays.asList("other", null, "{\"n\":1}"),
                        Arrays.asList("several", "true", null));
    }

    /**
     * The one thing that the SerDe does not forgive. Only the published table, whose column is a struct, could prevent
     * it: and a stack that adopts that table leaves it as it is.
     */
    @Test
    void aHashThatIsTextFailsTheQueriesThatSelectItAndNoOther() {
        registry.revision(HEADER, "{\"logical_key\": \"a\", \"size\": 1, \"hash\": \"0f\"}");

        assertThatThrownBy(registry::entries)
                .hasMessage(
                        "HIVE_CURSOR_ERROR: Failed to read file at s3://views-bucket/.quilt/packages/" + topHash(1));
        assertThat(registry.rows("SELECT logical_key, size FROM " + OBJECTS_VIEW))
                .containsExactly(List.of("a", "1"));
        assertThat(registry.packages()).hasSize(1);
    }

    private static Map<String, String> packageRow(int hash, String timestamp, String... more) {
        Map<String, String> row =
                Registry.row("user", "user", "name", "name", "hash", topHash(hash), "timestamp", timestamp);
        row.putAll(Registry.row(more));
        return row;
    }

    /** An entry of the revision {@code user/name/latest}. */
    private static Map<String, String> entryRow(String logicalKey) {
        return Registry.row(
                "user", "user",
                "name", "name",
                "timestamp", "latest",
                "tophash", topHash(1),
                "logical_key", logicalKey);
    }
}
