package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What has to agree when a version is released. */
public class ReleaseTest {

    @Test
    void allModulesHaveOneVersion() {
        assertThat(Stream.of("pom.xml", "src/pom.xml", "lambda/pom.xml", "test/pom.xml"))
                .extracting(ReleaseTest::version)
                .containsOnly(version());
    }

    @Test
    void theChangelogsNewestReleaseIsTheVersion() {
        List<String> releases = Pattern.compile("^## (\\d+\\.\\d+\\.\\d+) - \\d{4}-\\d{2}-\\d{2}$", Pattern.MULTILINE)
                .matcher(text("CHANGELOG.md"))
                .results()
                .map(heading -> heading.group(1))
                .toList();

        assertThat(releases).first().isEqualTo(version());
    }

    /** Otherwise the function would be deployed anew with every version. */
    @Test
    void theFunctionDoesNotKnowTheVersion() throws IOException {
        try (JarInputStream function = new JarInputStream(Files.newInputStream(
                TestTemplates.PROJECT.resolve("lambda/target/quilt-athena-lambda-function.jar")))) {
            assertThat(function.getManifest()).isNull();
            JarEntry entry;
            int own = 0;
            while ((entry = function.getNextJarEntry()) != null) {
                assertThat(entry.getName()).doesNotStartWith("META-INF/maven/").doesNotEndWith("MANIFEST.MF");
                if (entry.getName().startsWith("com/quiltdata/")) {
                    own++;
                    assertThat(new String(function.readAllBytes(), StandardCharsets.ISO_8859_1))
                            .doesNotContain(version());
                }
            }
            assertThat(own).isPositive();
        }
    }

    /** The version of the build. */
    public static String version() {
        return version("pom.xml");
    }

    private static String version(String pom) {
        Matcher version = Pattern.compile("<version>(.+?)</version>").matcher(text(pom));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    private static String text(String file) {
        return TestFiles.text(TestTemplates.PROJECT.resolve(file));
    }
}
