package com.quiltdata.athena.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher, with a program that does nothing but write files and start a process. */
class LauncherTest {

    @TempDir
    private Path folder;

    /** What is launched: {@code end}, {@code fail} or {@code wait}. */
    public static final class Program {
        private Program() {}

        /** Writes a temporary file, starts a process, and ends as it is told. */
        public static void main(String[] arguments) throws Exception {
            Files.createTempFile(Files.createTempDirectory("left"), "behind", null);
            Process child = new ProcessBuilder("sleep", "600").start();
            switch (arguments[0]) {
                case "end" -> System.exit(3);
                case "print" -> {
                    Launcher.endChildProcesses();
                    System.out.println(child.waitFor());
                }
                case "fail" -> throw new IllegalStateException("as told");
                default -> {
                    if (arguments[0].equals("serve")) {
                        Launcher.expectInterrupt();
                    }
                    System.out.println(child.pid());
                    while (true) {
                        // Other threads go on writing while the directory is removed.
                        Files.createTempFile("more", null);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"end, 3", "fail, 1"})
    void nothingIsLeftOfAProgramThatEndsByItself(String how, int status) throws Exception {
        Process process = launch(how);

        assertThat(process.waitFor()).isEqualTo(status);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"wait, HUP, 129", "wait, INT, 130", "wait, TERM, 143", "serve, INT, 0", "serve, TERM, 0"})
    @Timeout(300)
    void nothingIsLeftOfAProgramThatIsInterrupted(String how, String signal, int status) throws Exception {
        Process process = launch(how);
        long child = Long.parseLong(process.inputReader().readLine());

        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .start()
                .waitFor();

        assertThat(process.waitFor()).isEqualTo(status);
        assertThat(process.errorReader().readAllAsString()).isEmpty();
        assertThat(folder).isEmptyDirectory();
        assertThat(ProcessHandle.of(child)).isEmpty();
    }

    @Test
    @Timeout(300)
    void aReaderThatTheShellHasStartedBeforeLives() throws Exception {
        Path text = folder.resolve("text");

        Process process = new ProcessBuilder(Stream.concat(
                                Stream.of("bash", "-c", "exec \"$@\" > >(sleep 0.5; cat >" + text + ")", "bash"),
                                command("print").stream())
                        .toList())
                .start();

        assertThat(process.waitFor()).isZero();
        while (!Files.exists(text) || Files.size(text) == 0) {
            Thread.sleep(20);
        }
        assertThat(text).hasContent("137");
    }

    @Test
    void aDirectoryOfSomebodyElseIsNeitherUsedNorRemoved() throws Exception {
        Path file =
                Files.createFile(Files.createDirectory(folder.resolve("own")).resolve("precious"));

        Process process = launch("end");

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(process.errorReader().readAllAsString()).contains("has to be there and empty");
        assertThat(file).exists();
    }

    private Process launch(String how) throws IOException {
        return new ProcessBuilder(Stream.concat(withDefaultSignals().stream(), command(how).stream())
                        .toList())
                .start();
    }

    /** A build that runs in the background, or under nohup, ignores signals, and so would what it starts. */
    private static List<String> withDefaultSignals() {
        return Files.exists(Path.of("/proc/self")) ? List.of("env", "--default-signal=HUP,INT,TERM") : List.of();
    }

    private List<String> command(String how) throws IOException {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("own")),
                "-cp",
                System.getProperty("java.class.path"),
                Launcher.class.getName(),
                Program.class.getName(),
                how);
    }
}
