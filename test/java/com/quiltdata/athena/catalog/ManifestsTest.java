package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.catalog.Registry.OBJECTS_VIEW;
import static com.quiltdata.athena.catalog.Registry.PACKAGES_VIEW;
import static com.quiltdata.athena.catalog.Registry.row;
import static com.quiltdata.athena.catalog.Registry.topHash;
import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.registry.RegistryReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which lines of which objects below {@code .quilt/packages/} are headers and entries, and what the views show. */
class ManifestsTest {
    private static final String HEADER = "{\"version\": \"v0\", \"message\": \"first\"}";

    private Registry registry;

    @BeforeEach
    void emptyRegistry() {
        registry = Registry.empty();
    }

    @Test
    void aRevisionHasItsHeaderInThePackagesView() {
        registry.revision("""
                {"version": "v0", "message": "Import", "user_meta": {"status": "draft", "n": 1}, "workflow": {"id": "w"}}
                {"logical_key": "a.txt"}
                """);

        assertThat(registry.packages())
                .containsExactly(
                        packageRow(1, "latest", "message", "Import", "user_meta", "{\"status\":\"draft\",\"n\":1}"));
    }

    @Test
    void anEntryHasItsValuesInTheObjectsView() {
        registry.revision(HEADER, """
                {"logical_key": "data/a.txt", "physical_keys": ["s3://bucket/a%20b.txt?versionId=v"], "size": 3, \
                "hash": {"type": "SHA256", "value": "abc"}, "meta": {"user_meta": {"cell": 5}}}""");

        assertThat(registry.entries())
                .containsExactly(entryRow(
                        "data/a.txt",
                        "physical_keys",
                        "[s3://bucket/a%20b.txt?versionId=v]",
                        "hash",
                        "{type=SHA256, value=abc}",
                        "meta",
                        "{\"user_meta\":{\"cell\":5}}",
                        "size",
                        "3"));
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
    void anEmptyManifestHasNoRow() {
        registry.revision("");

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.entries()).isEmpty();
    }

    @Test
    void aManifestWithoutAHeaderHasItsEntriesAndNoPackage() {
        registry.revision("{\"logical_key\": \"a.txt\"}", "{\"logical_key\": \"b.txt\"}");

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.logicalKeys()).containsExactly("a.txt", "b.txt");
    }

    @Test
    void aPackageWithoutEntriesHasNoObjects() {
        registry.revision(HEADER);

        assertThat(registry.packages()).hasSize(1);
        assertThat(registry.entries()).isEmpty();
    }

    /** Lines have no number in Athena; of several headers, the one whose message sorts first is shown. */
    @Test
    void aManifestWithTwoHeadersIsOnePackage() {
        registry.revision(
                "{\"version\": \"v0\", \"message\": \"second\"}",
                "{\"version\": \"v0\", \"message\": \"first\", \"user_meta\": {\"n\": 1}}",
                "{\"logical_key\": \"a.txt\"}",
                "{\"version\": \"v0\", \"message\": null}");

        assertThat(registry.packages())
                .containsExactly(packageRow(1, "latest", "message", "first", "user_meta", "{\"n\":1}"));
        assertThat(registry.logicalKeys()).containsExactly("a.txt");
    }

    @Test
    void theMetaOfTwoHeadersThatAreOtherwiseTheSameDecides() {
        registry.revision(
                "{\"version\": \"v0\", \"message\": \"same\", \"user_meta\": {\"n\": 1}, \"meta\": {\"b\": 2}}",
                "{\"version\": \"v0\", \"message\": \"same\", \"user_meta\": {\"n\": 1}, \"meta\": {\"a\": 1}}",
                "{\"version\": \"v0\", \"message\": \"same\", \"user_meta\": {\"n\": 1}, \"meta\": {\"c\": 3}}");

        assertThat(registry.packages())
                .containsExactly(
                        packageRow(1, "latest", "message", "same", "meta", "{\"a\":1}", "user_meta", "{\"n\":1}"));
    }

    /** A package has a logical key once, and quilt3 refuses such a manifest: what is shown is what the file says. */
    @Test
    void aLineThatIsThereTwiceIsTwoEntries() {
        registry.revision(HEADER, "{\"logical_key\": \"a.txt\"}", "{\"logical_key\": \"a.txt\"}");

        assertThat(registry.logicalKeys()).containsExactly("a.txt", "a.txt");
    }

    @Test
    void anEntryThatHasAVersionIsNoHeader() {
        registry.revision("{\"logical_key\": \"a.txt\", \"version\": \"v0\"}");

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.logicalKeys()).containsExactly("a.txt");
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
    void jsonFunctionsReadTheMetadataOfAPackage() {
        registry.revision("""
                {"version": "v0", "user_meta": {"Author": {"Name": "Ærnest \\"E\\"", "tags": ["x", "細胞"]}}}""");

        assertThat(registry.rows("""
                        SELECT
                          json_extract_scalar(user_meta, '$.Author.Name'),
                          json_extract_scalar(user_meta, '$.Author.tags[1]')
                        FROM %s""".formatted(PACKAGES_VIEW))).containsExactly(List.of("Ærnest \"E\"", "細胞"));
    }

    @Test
    void logicalKeysAreAsInTheManifest() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"with space.txt\"}",
                "{\"logical_key\": \"per%20cent+plus=\"}",
                "{\"logical_key\": \"it's \\\"quoted\\\"\"}",
                "{\"logical_key\": \"Ünïcödé/細胞.tiff\"}",
                "{\"logical_key\": \"\\ud83d\\ude00\"}");

        assertThat(registry.logicalKeys())
                .containsExactlyInAnyOrder(
                        "with space.txt", "per%20cent+plus=", "it's \"quoted\"", "Ünïcödé/細胞.tiff", "😀");
    }

    @Test
    void aFoldersMetadataIsAnEntryWithoutPhysicalKeys() {
        registry.revision(HEADER, "{\"logical_key\": \"data/\", \"meta\": {\"user_meta\": {\"folder\": true}}}");

        assertThat(registry.entries()).containsExactly(entryRow("data/", "meta", "{\"user_meta\":{\"folder\":true}}"));
    }

    @Test
    void aHashHasATypeAndAValue() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"a\", \"hash\": {\"type\": \"SHA256\", \"value\": \"0f\"}}",
                "{\"logical_key\": \"b\", \"hash\": {\"type\": \"sha2-256-chunked\", \"value\": \"x/+=\"}}",
                "{\"logical_key\": \"c\", \"hash\": {\"type\": \"CRC64NVME\", \"value\": \"AAAA\"}}",
                "{\"logical_key\": \"d\", \"hash\": {\"type\": \"one to come\", \"value\": \"\", \"more\": 1}}");

        assertThat(registry.rows("SELECT logical_key, hash.type, hash.value FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(
                        List.of("a", "SHA256", "0f"),
                        List.of("b", "sha2-256-chunked", "x/+="),
                        List.of("c", "CRC64NVME", "AAAA"),
                        List.of("d", "one to come", ""));
    }

    @Test
    void sizesAreWholeNumbersOf64Bits() {
        registry.revision(
                HEADER,
                "{\"logical_key\": \"a\", \"size\": 0}",
                "{\"logical_key\": \"b\", \"size\": 2147483648}",
                "{\"logical_key\": \"c\", \"size\": 9007199254740993}",
                "{\"logical_key\": \"d\", \"size\": 9223372036854775807}");

        assertThat(registry.rows("SELECT size, typeof(size) FROM " + OBJECTS_VIEW))
                .containsExactlyInAnyOrder(
                        List.of("0", "bigint"),
                        List.of("2147483648", "bigint"),
                        List.of("9007199254740993", "bigint"),
                        List.of("9223372036854775807", "bigint"));
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

    private static Map<String, String> packageRow(int hash, String timestamp, String... more) {
        Map<String, String> row = row("user", "user", "name", "name", "hash", topHash(hash), "timestamp", timestamp);
        row.putAll(row(more));
        return row;
    }

    /** An entry of the revision {@code user/name/latest}. */
    private static Map<String, String> entryRow(String logicalKey, String... more) {
        Map<String, String> row = row(
                "user",
                "user",
                "name",
                "name",
                "timestamp",
                "latest",
                "tophash",
                topHash(1),
                "logical_key",
                logicalKey);
        row.putAll(row(more));
        return row;
    }
}
