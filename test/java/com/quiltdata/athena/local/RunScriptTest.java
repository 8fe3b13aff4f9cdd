package com.quiltdata.athena.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts, with a Java that says how it was started, and a Maven that says that it was. */
class RunScriptTest {
    private static final String PROGRAM = "com.quiltdata.athena.command.Launcher";

    @TempDir
    private Path folder;

    private Path project;
    private Path jar;
    private Path jdk;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void makeClone() throws IOException {
        project = folder.resolve("clone");
        for (String directory : List.of("lambda/src", "src/main", "test/local", "test/target")) {
            Files.createDirectories(project.resolve(directory));
        }
        for (String pom : List.of("pom.xml", "lambda/pom.xml", "src/pom.xml", "test/pom.xml")) {
            Files.createFile(project.resolve(pom));
        }
        for (String script : List.of("test/local-athena", "test/local/run", "src/app", "src/one-at-a-time")) {
            Files.copy(Path.of("..", script), project.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        jdk = folder.resolve("jdk");
        executable(jdk.resolve("bin/java"), "printf '%s\\n' \"$@\"; env");
        executable(
                folder.resolve("bin/mvn"),
                "echo \"$*\" >>'%1$s/builds'; cat '%1$s/log' 2>/dev/null && exit 1; exit 0".formatted(folder));
        environment.put("TMPDIR", folder.toString());
        environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        Files.writeString(project.resolve("pom.xml"), "<version.trino>483</version.trino>");
        jar = Files.createFile(folder.resolve("trino-hive-483.jar"));
        Files.writeString(
                project.resolve("test/target/local-athena.args"), "\"-Xmx2g\"\n\"" + jar + ":" + jdk + "\"\n");
        Files.writeString(project.resolve("test/target/java-home"), jdk + "\n");
        Files.writeString(project.resolve("test/target/local-built"), project + "\n");
    }

    @Test
    void whatIsBuiltIsStartedWithoutMaven() throws Exception {
        assertThat(run("--query", "SELECT 'ä'"))
                .contains("--query", "SELECT 'ä'", PROGRAM, "com.quiltdata.athena.local.LocalAthena")
                .contains("-Dproject.directory=" + project);
        assertThat(errors()).isEmpty();
        assertThat(folder.resolve("builds")).doesNotExist();
    }

    @Test
    void callsGoThroughNoProxyWhateverTheEnvironmentSays() throws Exception {
        for (String name :
                List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")) {
            environment.put(name, "http://proxy.example:3128");
        }

        assertThat(run())
                .noneMatch(line -> line.contains("proxy.example"))
                .contains("-Dhttp.nonProxyHosts=127.0.0.1|localhost");
    }

    @Test
    void textsAndFileNamesAreUtf8WhateverTheEnvironmentSays() throws Exception {
        environment.put("LC_ALL", "C");

        assertThat(run()).contains("LC_ALL=C.UTF-8", "-Dstderr.encoding=UTF-8");
    }

    @Test
    void theProgramAndItsChildrenHaveATemporaryDirectoryOfTheirOwn() throws Exception {
        List<String> lines = run();

        String variable = "TMPDIR=" + folder + "/quilt-athena-";
        String directory = lines.stream()
                .filter(line -> line.startsWith(variable))
                .findFirst()
                .orElseThrow()
                .substring("TMPDIR=".length());
        assertThat(lines).contains("-Djava.io.tmpdir=" + directory);
        assertThat(Path.of(directory)).isEmptyDirectory();
        assertThat(Files.getPosixFilePermissions(Path.of(directory)))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void anArchiveOfClassesIsMadeOnDemandAndUsedWhereThereIsOne() throws Exception {
        Path archive = project.resolve("test/target/local-athena.jsa");
        assertThat(run()).noneMatch(line -> line.contains(archive.toString()));
        assertThat(run(project.resolve("test/local/run"), "--archive"))
                .contains("-XX:ArchiveClassesAtExit=" + archive, "com.quiltdata.athena.local.LocalAthena")
                .doesNotContain("--archive");

        Files.createFile(archive);

        assertThat(run()).contains("-XX:SharedArchiveFile=" + archive);
    }

    @Test
    void aSymbolicLinkToTheScriptWorks() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), project.resolve("test/local-athena"));

        assertThat(run(link)).contains("-Dproject.directory=" + project);
    }

    @Test
    void aCloneThatWasMovedIsBuiltAgain() throws Exception {
        Path moved = Files.move(project, folder.resolve("moved"));

        assertThat(run(moved.resolve("test/local-athena"))).contains("-Dproject.directory=" + moved);
        assertThat(run(moved.resolve("test/local-athena"))).isNotEmpty();
        assertThat(folder.resolve("builds"))
                .hasContent("-B -q -f %s/pom.xml -pl test -am package -Dversion.trino=483 -Dmaven.test.skip=true"
                        .formatted(moved));
    }

    @Test
    void aRepositoryOfMavenThatWasClearedIsFilledAgain() throws Exception {
        Files.delete(jar);

        assertThat(run()).contains("-Dproject.directory=" + project);
        assertThat(folder.resolve("builds")).isNotEmptyFile();
    }

    @Test
    void aJdkThatIsGoneIsNamedWithWhatToInstall() throws Exception {
        Files.delete(jdk.resolve("bin/java"));
        Files.writeString(folder.resolve("log"), "no toolchain");

        assertThat(run()).isEmpty();
        assertThat(errors()).isEqualTo("""
                        The JDK that the last build used is gone: %s. The local run needs JDK 25 or newer; looking for one.
                        no toolchain
                        The local run could not be built; the reason is above. If it is the JDK: install JDK 25 or newer.
                        """.formatted(jdk));
    }

    /** As pipelines synthesize for several regions, and as people start things at once. */
    @ParameterizedTest
    @ValueSource(strings = {"test/local-athena", "src/app"})
    void oneOfTwoThatAreStartedAtOnceBuildsAndTheOtherWaits(String script) throws Exception {
        Files.delete(project.resolve("test/target/local-built"));
        executable(folder.resolve("bin/java"), "echo started");
        executable(
                folder.resolve("bin/mvn"),
                "echo begin >>'%1$s/builds'; sleep 0.5; mkdir -p '%2$s/src/target'; touch '%2$s/src/target/quilt-athena-app.jar'; echo end >>'%1$s/builds'"
                        .formatted(folder, project));
        // Who was killed holds no lock any more.
        Files.createDirectories(project.resolve("target"));
        Files.createSymbolicLink(project.resolve("target/build-lock"), Path.of("999999999"));

        List<Process> both = List.of(start(project.resolve(script)), start(project.resolve(script)));

        for (Process process : both) {
            assertThat(process.inputReader().lines().toList())
                    .as("%s", errors())
                    .isNotEmpty();
            assertThat(process.waitFor()).as("%s", errors()).isZero();
        }
        assertThat(folder.resolve("builds")).hasContent("begin\nend");
        assertThat(Files.isSymbolicLink(project.resolve("target/build-lock"))).isFalse();
    }

    @Test
    void everyFileOfACheckoutHasTheSameLineEnds() throws Exception {
        assumeTrue(Files.exists(Path.of("../.git")), "not a checkout of git");
        Process git = new ProcessBuilder("git", "ls-files", "--eol")
                .directory(Path.of("..").toFile())
                .start();

        assertThat(git.inputReader().lines())
                .filteredOn(line -> !line.contains("i/-text") && !line.contains("i/none"))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("i/lf") && line.contains("eol=lf"));
    }

    private List<String> run(String... arguments) throws IOException, InterruptedException {
        return run(project.resolve("test/local-athena"), arguments);
    }

    private List<String> run(Path script, String... arguments) throws IOException, InterruptedException {
        Process process = start(script, arguments);
        List<String> lines = process.inputReader().lines().toList();
        process.waitFor();
        return lines;
    }

    private Process start(Path script, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(arguments))
                        .toList())
                .redirectError(folder.resolve("errors").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }

    private static void executable(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
