package io.quorate.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "peers",
        description = "Show the servers that take part in consensus. What only the leader knows is \"-\" on others.",
        footer = {"", "Exit codes: 0 shown; 1 no answer, or no server known.", "", "Example: quorate peers"})
final class PeersCommand extends HttpCommand {
    PeersCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        JsonNode answer = agent.ok(agent.get("/peers", "application/json")).json();
        if (isJson()) {
            print(answer);
            return QuorateCli.OK;
        }
        String cluster = Texts.of(answer, "cluster_id");
        if (cluster.isEmpty()) {
            print("cluster: none yet (quorate why)");
            return QuorateCli.OK;
        }
        print("cluster: " + cluster + ", incarnation " + Texts.of(answer, "incarnation"));
        String leader = Texts.of(answer, "leader");
        print("leader:  " + (leader.isEmpty() ? "none" : leader) + ", term " + Texts.of(answer, "term"));
        print("voters:  " + Texts.of(answer, "voters") + ", quorum " + Texts.of(answer, "quorum_size") + ", survives "
                + Texts.of(answer, "failure_tolerance") + " more failures");
        Table table =
                new Table("Node", "ID", "Address", "Role", "Voter", "Healthy", "Last contact", "Last index", "Lag");
        for (JsonNode peer : answer.path("peers")) {
            String contact = Texts.of(peer, "last_contact_ms");
            table.row(
                    Texts.of(peer, "node"),
                    Texts.of(peer, "server_id"),
                    Texts.of(peer, "address"),
                    Texts.of(peer, "role"),
                    Texts.yesNo(peer, "voter"),
                    Texts.yesNo(peer, "healthy"),
                    contact.isEmpty() ? "" : contact + " ms",
                    Texts.of(peer, "last_log_index"),
                    Texts.of(peer, "lag"));
        }
        print(table.toString());
        return QuorateCli.OK;
    }
}
