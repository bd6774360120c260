package io.quorate.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "why",
        description = "Say whether an agent is ready, what it waits for, and what to do about it.",
        footer = {
            "",
            "Exit codes: 0 ready; 1 no answer; 2 not ready.",
            "",
            "Example: until quorate why; do sleep 1; done"
        })
final class WhyCommand extends HttpCommand {
    WhyCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        JsonNode why = agent.ok(agent.get("/why", "application/json")).json();
        int code = why.path("ready").booleanValue(false) ? QuorateCli.OK : QuorateCli.NOT_READY;
        if (isJson()) {
            print(why);
            return code;
        }
        print(Texts.of(why, "code") + ": " + Texts.of(why, "message"));
        String next = Texts.of(why, "next_step");
        if (!next.isEmpty()) {
            print("Next step: " + next);
        }
        Table table =
                new Table("Server", "Address", "Discovered", "Reachable", "State", "Expect", "Cluster", "Pledge", "ID");
        for (JsonNode server : why.path("evidence")) {
            int expect = server.path("expect").asInt(-1);
            table.row(
                    Texts.of(server, "server"),
                    Texts.of(server, "address"),
                    Texts.yesNo(server, "discovered"),
                    Texts.yesNo(server, "reachable"),
                    Texts.of(server, "state"),
                    expect < 0 ? "" : Integer.toString(expect),
                    Texts.of(server, "cluster"),
                    Texts.of(server, "pledge"),
                    Texts.of(server, "server_id"));
        }
        if (!table.isEmpty()) {
            print(table.toString());
        }
        return code;
    }
}
