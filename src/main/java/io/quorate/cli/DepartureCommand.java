package io.quorate.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A command that has another agent taken out, for which the leader may have to make certain first that nobody hears it. */
abstract class DepartureCommand extends HttpCommand {
    DepartureCommand(Console console) {
        super(console);
    }

    @Override
    Duration timeout() {
        return Duration.ofSeconds(40);
    }

    /** @param flag of the query, when it was chosen */
    static String path(String prefix, String name, String flag, boolean chosen) {
        // A form encodes a space as plus, which a path takes literally.
        String segment = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return prefix + segment + (chosen ? "?" + flag : "");
    }
}
