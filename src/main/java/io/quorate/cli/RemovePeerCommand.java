package io.quorate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove-peer",
        description = {
            "Remove a server from the voters, or from the learners.",
            "Refused if most of the remaining voters would not answer. A server that still runs stays out until it is restarted."
        },
        footer = {"", "Exit codes: 0 removed; 1 no answer, or refused.", "", "Example: quorate remove-peer server-3"})
final class RemovePeerCommand extends DepartureCommand {
    @Option(
            names = {"-force", "--force"},
            description =
                    "Remove it even if most of the remaining voters do not answer. The cluster may then lose its leader and"
                            + " accept no writes until enough of them are back; if their disks are gone, so is the data.")
    private boolean force;

    @Parameters(index = "0", paramLabel = "<name|id>", description = "Node name or server id of the peer.")
    private String peer = "";

    RemovePeerCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        Json removed =
                agent.ok(agent.delete(path("/peers/", peer, "force", force))).json();
        if (isJson()) {
            print(removed);
        } else {
            String node = removed.text("node");
            print("Removed " + (node.isEmpty() ? "" : node + " ") + "(" + removed.text("server_id") + ")");
        }
        return QuorateCli.OK;
    }
}
