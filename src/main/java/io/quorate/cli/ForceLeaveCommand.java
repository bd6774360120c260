package io.quorate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "force-leave",
        description = {
            "Mark a failed member as left: it will not come back.",
            "A server that no longer answers anybody is removed from the voters, even if another agent has its name by now."
        },
        footer = {"", "Exit codes: 0 done; 1 no answer, or refused.", "", "Example: quorate force-leave -prune server-3"
        })
final class ForceLeaveCommand extends DepartureCommand {
    @Option(
            names = {"-prune", "--prune"},
            description = "Forget the member instead of listing it as left.")
    private boolean prune;

    @Parameters(index = "0", paramLabel = "<node>", description = "Name of the member; of a server also its id.")
    private String node = "";

    ForceLeaveCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        agent.ok(agent.put(path("/v1/agent/force-leave/", node, "prune", prune), ""));
        print(isJson() ? "{\"forced\": true}" : "Force leave of " + node + " is under way");
        return QuorateCli.OK;
    }
}
