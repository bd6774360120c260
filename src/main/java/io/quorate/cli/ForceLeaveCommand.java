package io.quorate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "force-leave",
        description = {
            "Mark a failed member as left: it will not come back.",
            "A living member stays, and the command fails.",
            "A server that no longer answers anybody is removed from the voters, even if another agent has its name by now."
        },
        footer = {
            "",
            "Exit codes: 0 done; 1 no answer, refused, or the member is alive.",
            "",
            "Example: quorate force-leave -prune server-3"
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
        String member = agent.ok(agent.put(path("/v1/agent/force-leave/", node, "prune", prune), ""))
                .member();
        if (member.equals("alive")) {
            throw new CommandException(
                    node + " is alive and stays a member. Stop it first; if it has just stopped, try again once"
                            + " \"quorate members\" shows it as failed");
        }
        boolean removed = member.equals("removed");
        if (isJson()) {
            print("{\"forced\": true, \"removed_from_voters\": " + removed + "}");
        } else {
            print(removed ? "Removed " + node + " from the voters" : "Force leave of " + node + " is under way");
        }
        return QuorateCli.OK;
    }
}
