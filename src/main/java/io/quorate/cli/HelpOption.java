package io.quorate.cli;

import picocli.CommandLine.Option;

/** What every command understands. */
abstract class HelpOption {
    @Option(
            names = {"-h", "-help", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli sets and reads it
    private boolean help;
}
