package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "version",
        description = "Show the version. Contacts no agent.",
        footer = {"", "Exit codes: 0 shown.", "", "Example: quorate version"})
final class VersionCommand extends HelpOption implements Callable<Integer> {
    private final Console console;

    VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println("Quorate v" + Version.text());
        console.out().println("Java " + Runtime.version());
        return QuorateCli.OK;
    }
}
