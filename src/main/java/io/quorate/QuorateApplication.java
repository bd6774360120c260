package io.quorate;

import io.quorate.cli.QuorateCli;
import org.springframework.modulith.Modulithic;

/** Where the process begins. */
@Modulithic(systemName = "Quorate")
public final class QuorateApplication {
    private QuorateApplication() {}

    public static void main(String[] arguments) {
        System.exit(QuorateCli.run(arguments));
    }
}
