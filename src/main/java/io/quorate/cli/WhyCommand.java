package io.quorate.cli;

import picocli.CommandLine.Command;

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
        Json why = agent.ok(agent.get("/why", "application/json")).json();
        int code = why.isTrue("ready") ? QuorateCli.OK : QuorateCli.NOT_READY;
        if (isJson()) {
            print(why);
            return code;
        }
        print(why.text("code") + ": " + why.text("message"));
        String next = why.text("next_step");
        if (!next.isEmpty()) {
            print("Next step: " + next);
        }
        Table table =
                new Table("Server", "Address", "Discovered", "Reachable", "State", "Expect", "Cluster", "Pledge", "ID");
        for (Json server : why.get("evidence").elements()) {
            String expect = server.text("expect");
            table.row(
                    server.text("server"),
                    server.text("address"),
                    server.yesNo("discovered"),
                    server.yesNo("reachable"),
                    server.text("state"),
                    expect.equals("-1") ? "" : expect,
                    server.text("cluster"),
                    server.text("pledge"),
                    server.text("server_id"));
        }
        if (!table.isEmpty()) {
            print(table.toString());
        }
        Table attempts = new Table("Looked for members in", "At", "Found", "Error", "Next");
        for (Json attempt : why.get("discovery").elements()) {
            attempts.row(
                    attempt.text("source"),
                    attempt.text("at"),
                    String.join(
                            " ",
                            attempt.get("answers").elements().stream()
                                    .map(Json::text)
                                    .toList()),
                    attempt.text("error"),
                    attempt.text("next"));
        }
        if (!attempts.isEmpty() && code != QuorateCli.OK) {
            print(attempts.toString());
        }
        return code;
    }
}
