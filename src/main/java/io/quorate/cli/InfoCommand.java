package io.quorate.cli;

import picocli.CommandLine.Command;

@Command(
        name = "info",
        description = "Show what an agent knows about itself, in groups of key = value.",
        footer = {"", "Exit codes: 0 shown; 1 no answer.", "", "Example: quorate info -http-addr=10.0.0.2:8500"})
final class InfoCommand extends HttpCommand {
    InfoCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        if (isJson()) {
            print(agent.ok(agent.get("/info", "application/json")).json());
        } else {
            print(agent.ok(agent.get("/info", "text/plain")).body());
        }
        return QuorateCli.OK;
    }
}
