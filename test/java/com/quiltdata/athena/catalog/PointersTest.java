package com.quiltdata.athena.catalog;

import static com.quiltdata.athena.catalog.Registry.PACKAGES_VIEW;
import static com.quiltdata.athena.catalog.Registry.row;
import static com.quiltdata.athena.catalog.Registry.topHash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.quiltdata.athena.local.engine.EngineVersion;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Which objects below {@code .quilt/named_packages/} are pointers, and what they point to. */
@ResourceLock(Registry.BUCKET)
class PointersTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";
    private static final String MANIFEST = """
            {"version": "v0", "message": "first"}
            {"logical_key": "a.txt"}
            """;

    private Registry registry;

    @BeforeEach
    void aManifest() {
        registry = Registry.empty().manifest(HASH, MANIFEST);
    }

    @Test
    void whiteSpaceAndBlankLinesAroundTheHashAreNoPartOfIt() {
        List<String> contents = List.of(
                "%s",
                "%s\n",
                "%s\r\n",
                " %s ",
                "\t%s\t\n",
                "\n\n%s\n\n",
                "  \n%s",
                "%s\n  \t\n",
                "\r\n%s\r\n\r\n",
                "\uFEFF%s");
        for (int timestamp = 0; timestamp < contents.size(); timestamp++) {
            registry.pointer("user/name/" + timestamp, contents.get(timestamp).formatted(HASH));
        }

        assertThat(registry.packages())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, contents.size())
                        .mapToObj(timestamp -> packageRow("user", "name", "" + timestamp))
                        .toList());
        assertThat(registry.entries())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, contents.size())
                        .mapToObj(timestamp -> row(
                                "user", "user",
                                "name", "name",
                                "timestamp", "" + timestamp,
                                "tophash", HASH,
                                "logical_key", "a.txt"))
                        .toList());
    }

    @Test
    void whatIsNotOneHashIsNoPointer() {
        List<String> contents = List.of(
                "",
                "\n",
                "  ",
                "%s\n%1$s",
                "%s\nmore",
                "%s more",
                "%s0",
                "x%s",
                "./%s",
                "\"%s\"",
                "{\"hash\": \"%s\"}",
                "\u0000",
                HASH.substring(1));
        for (int timestamp = 0; timestamp < contents.size(); timestamp++) {
            registry.pointer("user/name/" + timestamp, contents.get(timestamp).formatted(HASH));
        }

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.entries()).isEmpty();
    }

    @Test
    void theNameOfAnyOtherObjectIsNoHash() {
        registry.manifest("README", MANIFEST).pointer("user/name/latest", "README");

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.entries()).isEmpty();
    }

    /** The published table splits lines at commas, so that the view sees no more than what is before the first. */
    @Test
    void whatFollowsACommaIsIgnored() {
        registry.pointer("user/name/latest", HASH + ",more");

        assertThat(registry.packages()).containsExactly(packageRow("user", "name", "latest"));
    }

    @Test
    void whatIsElsewhereOrNamedOtherwiseIsNoPointer() {
        List.of("latest", "user/latest", "user/name/more/latest", "user//latest", "user/name/_v1", "user/name/.v1")
                .forEach(path -> registry.pointer(path, HASH));

        assertThat(registry.packages()).isEmpty();
        assertThat(registry.entries()).isEmpty();
    }

    @Test
    void usersAndNamesAreAsInTheKey() {
        List<String> names = List.of(
                "user name",
                "per%20cent",
                "plus+plus",
                "key=value",
                "Ünïcödé",
                "細胞",
                "it's",
                "a,b",
                "a\"b",
                "a#b",
                "a?b",
                "a&b",
                "a*b",
                "a;b",
                "a:b",
                "$path",
                "-",
                "a_b",
                "a.b");
        names.forEach(name -> registry.pointer(name + "/" + name + "/1600000000", HASH));

        assertThat(registry.packages())
                .containsExactlyInAnyOrderElementsOf(names.stream()
                        .map(name -> packageRow(name, name, "1600000000"))
                        .toList());
    }

    @Test
    void aTagIsAPointerWhateverItsName() {
        List<String> tags = List.of("v1.0", "Latest", "latest.bak", "-1", "1.5", "release 2", "größe", "it's", HASH);
        tags.forEach(tag -> registry.pointer("user/name/" + tag, HASH));
        registry.pointer("user/name/README", "no top hash");

        assertThat(registry.packages())
                .containsExactlyInAnyOrderElementsOf(tags.stream()
                        .map(tag -> packageRow("user", "name", tag))
                        .toList());
    }

    /** Hive, Trino and Athena take objects below such a name for temporary ones and do not read them. */
    @Test
    void packagesWhoseUserOrNameBeginsWithAnUnderscoreOrADotAreNotSeen() {
        List.of("_user/name", ".user/name", "user/_name", "user/.name")
                .forEach(name -> registry.pointer(name + "/latest", HASH));

        assertThat(registry.packages()).isEmpty();
    }

    @Test
    void aPointerToAMissingManifestHasNoRow() {
        registry.pointer("user/name/1600000000", topHash(2)).pointer("user/name/latest", HASH);

        assertThat(registry.packages()).containsExactly(packageRow("user", "name", "latest"));
        assertThat(registry.logicalKeys()).containsExactly("a.txt");
    }

    @Test
    void aManifestThatNoPointerNamesHasNoRow() {
        assertThat(registry.packages()).isEmpty();
        assertThat(registry.entries()).isEmpty();
    }

    @Test
    void everyPointerToTheSameManifestHasItsRows() {
        registry.pointer("user/name/1600000000", HASH)
                .pointer("user/name/1600000001", HASH)
                .pointer("user/name/latest", HASH)
                .pointer("other/name/latest", HASH);

        assertThat(registry.packages())
                .containsExactlyInAnyOrder(
                        packageRow("user", "name", "1600000000"),
                        packageRow("user", "name", "1600000001"),
                        packageRow("user", "name", "latest"),
                        packageRow("other", "name", "latest"));
        assertThat(registry.logicalKeys()).containsExactly("a.txt", "a.txt", "a.txt", "a.txt");
    }

    /** Its name says that it is compressed. An engine before 478 reads it nevertheless, as docs/query/views.md tells. */
    @Test
    void whatIsNoPointerIsNotRead() {
        registry.pointer("user/name/latest", HASH).pointer("user/name/latest.gz", HASH);

        if (EngineVersion.current().skipsFilesByAnyCondition()) {
            assertThat(registry.packages()).containsExactly(packageRow("user", "name", "latest"));
        } else {
            assertThatThrownBy(registry::packages).hasMessageContaining("HIVE_CANNOT_OPEN_SPLIT");
        }
    }

    @Test
    void aRegistryWithoutPointersHasNoRows() {
        assertThat(registry.rows("SELECT count(*) FROM " + PACKAGES_VIEW)).containsExactly(List.of("0"));
    }

    private static Map<String, String> packageRow(String user, String name, String timestamp) {
        return row("user", user, "name", name, "hash", HASH, "timestamp", timestamp, "message", "first");
    }
}
