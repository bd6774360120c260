package io.quorate.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "why",
        description = "Show whether an agent is ready, what it waits for, and what to do about it.",
        footer = {
            "",
            "Exit codes: 0 ready; 1 no answer; 2 not ready (1 with -probe).",
            "",
            "Example: until quorate why; do sleep 1; done"
        })
final class WhyCommand extends HttpCommand {
    @Option(
            names = {"-probe", "--probe"},
            description = "For health checks of containers: one line, and exit code 1 when not ready.")
    private boolean probe;

    WhyCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        Json why = agent.ok(agent.get("/why", "application/json")).json();
        // Container engines keep 2 for themselves.
        int notReady = probe ? QuorateCli.FAILED : QuorateCli.NOT_READY;
        int code = why.isTrue("ready") ? QuorateCli.OK : notReady;
        if (isJson()) {
            print(why);
            return code;
        }
        print(why.text("code") + ": " + why.text("message"));
        if (probe) {
            return code;
        }
        String next = why.text("next_step");
        if (!next.isEmpty()) {
            print("Next step: " + next);
        }
        print(servers(why));
        if (code != QuorateCli.OK) {
            print(attempts(why));
            print(joins(why));
        }
        return code;
    }

    private void print(Table table) {
        if (!table.isEmpty()) {
            print(table.toString());
        }
    }

    private static Table servers(Json why) {
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
        return table;
    }

    private static Table attempts(Json why) {
        Table table = new Table("Looked for members in", "At", "Found", "Error", "Next");
        for (Json attempt : why.get("discovery").elements()) {
            List<String> found =
                    attempt.get("answers").elements().stream().map(Json::text).toList();
            table.row(
                    attempt.text("source"),
                    attempt.text("at"),
                    String.join(" ", found),
                    attempt.text("error"),
                    attempt.text("next"));
        }
        return table;
    }

    private static Table joins(Json why) {
        Table table = new Table("Joins with", "Outcome", "Ago", "What was met");
        for (Json join : why.get("joins").elements()) {
            table.row(
                    join.text("address"),
                    join.text("direction").equals("asked") ? join.text("outcome") : "turned away",
                    seconds(join.text("age_ms")) + " s",
                    join.text("message"));
        }
        return table;
    }

    private static String seconds(String ms) {
        return ms.isEmpty() ? "0" : String.valueOf(Long.parseLong(ms) / 1000);
    }
}
