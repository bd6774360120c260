package io.quorate.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "force-leave",
        description = {
            "Say that a failed member will not come back: it counts as left.",
            "A server that nobody hears any more is taken out of the voters, also when another agent bears its name by now."
        },
        footer = {"", "Exit codes: 0 done; 1 no answer, or refused.", "", "Example: quorate force-leave -prune server-3"
        })
final class ForceLeaveCommand extends HttpCommand {
    @Option(
            names = {"-prune", "--prune"},
            description = "Forget it altogether, instead of listing it as left.")
    private boolean prune;

    @Parameters(index = "0", paramLabel = "<node>", description = "Name of the member; of a server also its id.")
    private String node = "";

    ForceLeaveCommand(Console console) {
        super(console);
    }

    /** The leader waits until it is certain that nobody hears a server. */
    @Override
    Duration timeout() {
        return Duration.ofSeconds(40);
    }

    @Override
    int run(AgentClient agent) {
        // A form encodes a space as plus, which a path takes literally.
        String name = URLEncoder.encode(node, StandardCharsets.UTF_8).replace("+", "%20");
        agent.ok(agent.put("/v1/agent/force-leave/" + name + (prune ? "?prune" : ""), ""));
        print(isJson() ? "{\"forced\": true}" : "Force leave of " + node + " is under way");
        return QuorateCli.OK;
    }
}
