package io.quorate.cli;

import picocli.CommandLine.Command;

@Command(
        name = "peers",
        description =
                "Show the servers that take part in consensus. What only the leader knows is \"-\" on others. Servers that the"
                        + " cluster does not add because their version is too old are shown below, with the reason.",
        footer = {"", "Exit codes: 0 shown; 1 no answer, or no server known.", "", "Example: quorate peers"})
final class PeersCommand extends HttpCommand {
    PeersCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        Json answer = agent.ok(agent.get("/peers", "application/json")).json();
        if (isJson()) {
            print(answer);
            return QuorateCli.OK;
        }
        String cluster = answer.text("cluster_id");
        if (cluster.isEmpty()) {
            print("cluster: none yet (quorate why)");
            return QuorateCli.OK;
        }
        print("cluster: " + cluster + ", incarnation " + answer.text("incarnation"));
        String tolerance = answer.text("failure_tolerance");
        String leader = leader(answer);
        print("leader:  " + (leader.isEmpty() ? "none" : leader) + ", term " + answer.text("term"));
        print("voters:  " + answer.text("voters") + ", quorum " + answer.text("quorum_size") + ", survives " + tolerance
                + (tolerance.equals("1") ? " more failure" : " more failures"));
        Table table =
                new Table("Node", "ID", "Address", "Role", "Voter", "Healthy", "Last contact", "Last index", "Lag");
        for (Json peer : answer.get("peers").elements()) {
            String contact = peer.text("last_contact_ms");
            table.row(
                    peer.text("node"),
                    peer.text("server_id"),
                    peer.text("address"),
                    peer.text("role"),
                    peer.yesNo("voter"),
                    peer.yesNo("healthy"),
                    contact.isEmpty() ? "" : contact + " ms",
                    peer.text("last_log_index"),
                    peer.text("lag"));
        }
        print(table.toString());
        for (Json server : answer.get("not_added").elements()) {
            String line = "not added: " + server.text("node") + " (" + server.text("server_id") + ", "
                    + server.text("address") + "): " + server.text("reason");
            print(line.replaceAll("\\p{Cntrl}", "?"));
        }
        return QuorateCli.OK;
    }

    /** Node name of the leader; its server id while its name is not known; empty when there is none. */
    static String leader(Json peers) {
        Json leader = peers.get("leader");
        return leader.text("node").isEmpty() ? leader.text("server_id") : leader.text("node");
    }
}
