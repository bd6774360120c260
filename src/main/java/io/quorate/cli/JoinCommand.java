package io.quorate.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "join",
        description = "Make an agent join the agents at the given addresses, all in one request.",
        footer = {
            "",
            "Exit codes: 0 at least one was contacted; 1 none was.",
            "",
            "Example: quorate join 10.0.0.2 10.0.0.3:8301"
        })
final class JoinCommand extends HttpCommand {
    @Parameters(arity = "1..*", paramLabel = "<address>", description = "Address, host:port or name of a member.")
    private List<String> addresses = List.of();

    JoinCommand(Console console) {
        super(console);
    }

    @Override
    Duration timeout() {
        return Duration.ofSeconds(60);
    }

    @Override
    int run(AgentClient agent) {
        String body = Json.write(Map.of("addresses", addresses));
        AgentClient.Answer answer = agent.put("/join", body);
        boolean isReport = answer.isOk() || answer.status() == 502;
        if (!isReport) {
            agent.ok(answer);
        }
        Json report = answer.json();
        if (isJson()) {
            print(report);
            return answer.isOk() ? QuorateCli.OK : QuorateCli.FAILED;
        }
        for (Json failure : report.get("failures").elements()) {
            complain("Error joining address '" + failure.text("address") + "': " + failure.text("reason"));
        }
        if (!answer.isOk()) {
            complain(report.get("failures").elements().isEmpty() ? answer.reason() : "Failed to join any nodes.");
            return QuorateCli.FAILED;
        }
        print(report.text("message"));
        return QuorateCli.OK;
    }
}
