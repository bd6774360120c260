package io.quorate.cli;

import io.quorate.runtime.Chance;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "keygen",
        description = "Generate a key for -encrypt: 32 random bytes in base64. Contacts no agent.",
        footer = {"", "Exit codes: 0 printed.", "", "Example: QUORATE_ENCRYPT=$(quorate keygen)"})
final class KeygenCommand extends HelpOption implements Callable<Integer> {
    private static final int BYTES = 32;

    private final Console console;

    KeygenCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        byte[] key = new byte[BYTES];
        Chance.secure().nextBytes(key);
        console.out().println(Base64.getEncoder().encodeToString(key));
        return QuorateCli.OK;
    }
}
