package io.quorate.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "reload",
        description = "Make an agent read its settings again, as SIGHUP does. Settings that need a restart are named.",
        footer = {
            "",
            "Exit codes: 0 done; 1 no answer, or refused: then nothing has changed.",
            "",
            "Example: quorate reload"
        })
final class ReloadCommand extends HttpCommand {
    ReloadCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        Json done = agent.ok(agent.put("/reload", "")).json();
        if (isJson()) {
            print(done);
            return QuorateCli.OK;
        }
        String changed = names(done.get("changed"));
        String restart = names(done.get("needs_restart"));
        print(changed.isEmpty() ? "Settings reloaded; nothing has changed" : "Settings reloaded: " + changed);
        if (!restart.isEmpty()) {
            print("Takes effect after a restart: " + restart);
        }
        return QuorateCli.OK;
    }

    private static String names(Json list) {
        return list.elements().stream().map(Json::text).collect(Collectors.joining(", "));
    }
}
