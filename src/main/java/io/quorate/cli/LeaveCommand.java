package io.quorate.cli;

import java.time.Duration;
import picocli.CommandLine.Command;

@Command(
        name = "leave",
        description =
                "Make an agent leave its datacenter for good and stop. A server is removed from the voters first.",
        footer = {"", "Exit codes: 0 it leaves; 1 no answer, or refused.", "", "Example: quorate leave"})
final class LeaveCommand extends HttpCommand {
    LeaveCommand(Console console) {
        super(console);
    }

    @Override
    Duration timeout() {
        return Duration.ofSeconds(60);
    }

    @Override
    int run(AgentClient agent) {
        agent.ok(agent.put("/v1/agent/leave", ""));
        print(isJson() ? "{\"left\": true}" : "Graceful leave complete");
        return QuorateCli.OK;
    }
}
