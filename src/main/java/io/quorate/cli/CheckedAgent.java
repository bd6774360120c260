package io.quorate.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

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
 * @param catalog names of the nodes in the catalog; not asked for while it knows no leader
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

    private static final String JSON = "application/json";

    /**
     * One voter as an agent sees it.
     *
     * @param name its node name; its server id while no name is known
     * @param failed the leader had no answer from it for some seconds; false where that is not known
     */
    record Voter(String name, boolean failed) {}

    /**
     * Asks it. Nothing that is asked waits for a leader: how it is without one is what must be told then.
     *
     * @param client for one question, with the time that is left for it
     * @throws CommandException when it does not answer, or not as an agent does
     */
    static CheckedAgent ask(Supplier<AgentClient> client, String address) {
        Json info = json(client, "/info");
        boolean server = info.get("agent").text("role").equals("server");
        Json why = json(client, "/why");
        Json peers = peers(client);
        boolean led = !peers.get("leader").text("server_id").isEmpty();
        AgentClient.Answer readiness = client.get().get("/actuator/health/readiness", JSON);
        Set<String> catalog = new TreeSet<>();
        String noCatalog = led ? catalog(client, catalog) : "";
        Map<String, String> alive = new LinkedHashMap<>();
        Set<String> failed = new TreeSet<>();
        for (Json member : json(client, "/members").elements()) {
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
                voters(peers, led),
                (int) number(peers.text("failure_tolerance"), 0),
                (int) number(info.get("cluster").text("expect"), 0),
                server ? number(info.get("raft").text("last_log_index"), 0) : -1,
                readiness.isOk() && why.isTrue("ready") ? "" : unready(why, readiness),
                catalog,
                noCatalog,
                alive,
                failed);
    }

    private static Json json(Supplier<AgentClient> client, String path) {
        AgentClient once = client.get();
        return once.ok(once.get(path, JSON)).json();
    }

    /** A client asks servers for them: while none of them answers, nothing is known of peers. */
    private static Json peers(Supplier<AgentClient> client) {
        try {
            return client.get().get("/peers", JSON).json();
        } catch (CommandException e) {
            return Json.parse("{}");
        }
    }

    /** Its own copy: another one waits for a leader that may have just gone. Returns why there is none, empty when there is. */
    private static String catalog(Supplier<AgentClient> client, Set<String> into) {
        try {
            AgentClient.Answer nodes = client.get().get("/v1/catalog/nodes?stale", JSON);
            if (!nodes.isOk()) {
                return nodes.reason();
            }
            nodes.json().elements().forEach(node -> into.add(node.text("Node")));
            return "";
        } catch (CommandException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String unready(Json why, AgentClient.Answer readiness) {
        return why.isTrue("ready")
                ? "its health is " + readiness.status()
                : why.text("code") + ": " + why.text("message") + "; next step: " + why.text("next_step");
    }

    private static List<Voter> voters(Json peers, boolean led) {
        List<Voter> voters = new ArrayList<>();
        // Without a leader each server calls itself unhealthy, and that is no failure of a voter.
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
