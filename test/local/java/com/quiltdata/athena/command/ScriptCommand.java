package com.quiltdata.athena.command;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** What the commands behind the scripts in {@code test} have in common. */
public final class ScriptCommand {
    private ScriptCommand() {}

    /** Prepares a command: wrong arguments are two lines, of which the second tells where the options are listed. */
    public static CommandLine of(String script, Object command, Output output, PrintWriter errors) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(output.printer())
                .setErr(errors)
                .setParameterExceptionHandler((e, parsed) -> {
                    errors.println(e.getMessage());
                    errors.println(script + " --help lists the options.");
                    return ExitCode.USAGE;
                });
    }
}
