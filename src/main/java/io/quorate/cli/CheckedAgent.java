package io.quorate.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one agent said about itself and about the cluster, all in one look.
 *
 * @param address where it was asked
 * @param serverId empty on a client
 * @param cluster empty while it knows none
 * @param leader server id of the leader, empty while it knows none
 * @param voters as it sees them
 * @param tolerance how many more voters may fail, by its account
 * @param expect how many servers its cluster was bootstrapped with, 0 when it does not say
 * @param lastIndex of its own log, -1 on a client
 * @param unready empty when it is ready, else why it is not
 * @param catalog names of the nodes in the catalog
 * @param noCatalog empty, else why the catalog was not to be had
 * @param alive gossip address of each member that it holds for alive, by name
 * @param failed names of the members that it holds for failed
 */
record CheckedAgent(
        String address,
        String name,
        String id,
        boolean server,
        String serverId,
        String cluster,
        String leader,
        List<Voter> voters,
        int tolerance,
        int expect,
        long lastIndex,
        String unready,
        Set<String> catalog,
        String noCatalog,
        Map<String, String> alive,
        Set<String> failed) {

    /**
     * One voter as an agent sees it.
     *
     * @param name its node name; its server id while no name is known
     * @param failed the leader had no answer from it for some seconds; false where that is not known
     */
    record Voter(String name, boolean failed) {}

    /** Asks it. @throws CommandException when it does not answer, or not as an agent does */
    static CheckedAgent ask(AgentClient agent, String address) {
        Json info = agent.ok(agent.get("/info", "application/json")).json();
        boolean server = info.get("agent").text("role").equals("server");
        Json peers = agent.get("/peers", "application/json").json();
        AgentClient.Answer readiness = agent.get("/actuator/health/readiness", "application/json");
        AgentClient.Answer nodes = agent.get("/v1/catalog/nodes", "application/json");
        Set<String> catalog = new TreeSet<>();
        if (nodes.isOk()) {
            nodes.json().elements().forEach(node -> catalog.add(node.text("Node")));
        }
        Map<String, String> alive = new LinkedHashMap<>();
        Set<String> failed = new TreeSet<>();
        for (Json member :
                agent.ok(agent.get("/members", "application/json")).json().elements()) {
            if (member.text("status").equals("alive")) {
                alive.put(member.text("name"), member.text("address"));
            } else if (member.text("status").equals("failed")) {
                failed.add(member.text("name"));
            }
        }
        return new CheckedAgent(
                address,
                info.get("agent").text("name"),
                info.get("agent").text("id"),
                server,
                info.get("agent").text("server_id"),
                info.get("cluster").text("cluster_id"),
                peers.get("leader").text("server_id"),
                voters(peers),
                (int) number(peers.text("failure_tolerance"), 0),
                (int) number(info.get("cluster").text("expect"), 0),
                server ? number(info.get("raft").text("last_log_index"), 0) : -1,
                readiness.isOk() ? "" : info.get("cluster").text("why") + ", health " + readiness.status(),
                catalog,
                nodes.isOk() ? "" : nodes.reason(),
                alive,
                failed);
    }

    private static List<Voter> voters(Json peers) {
        List<Voter> voters = new ArrayList<>();
        // Without a leader each server calls itself unhealthy, and that is no failure of a voter.
        boolean led = !peers.get("leader").text("server_id").isEmpty();
        for (Json peer : peers.get("peers").elements()) {
            if (peer.isTrue("voter")) {
                String name = peer.text("node").isEmpty() ? peer.text("server_id") : peer.text("node");
                voters.add(new Voter(name, led && peer.yesNo("healthy").equals("no")));
            }
        }
        return voters;
    }

    /** Host of a member's gossip address, in brackets where it is an IPv6 one. */
    static String host(String gossipAddress) {
        String host = URI.create("//" + gossipAddress).getHost();
        return host == null ? gossipAddress : host;
    }

    private static long number(String text, long otherwise) {
        return text.isEmpty() ? otherwise : Long.parseLong(text);
    }
}
