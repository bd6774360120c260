package io.quorate.operator;

import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers that came back on older data than they had. A server counts the starts of its data directory and tells the number in its
 * tags; the number never falls, unless the directory was put back from a backup, or is a copy. This agent remembers the highest
 * that it saw, as long as it runs, and tells while that server is there. It only tells: gossip is no proof. Safe for any thread.
 */
final class OlderData {
    private static final Logger LOG = LoggerFactory.getLogger(OlderData.class);
    private static final int MAX = 256;

    private final Map<ServerId, Seen> servers = new LinkedHashMap<>();

    private record Seen(String name, long highest, long now) {
        boolean isOlder() {
            return now < highest;
        }

        /** It is not there, or has another id now: nothing is to be told, and what it had counted is still known. */
        Seen away() {
            return new Seen(name, highest, highest);
        }
    }

    void heard(MemberEvent event) {
        look(event.member());
    }

    synchronized void look(Member member) {
        AgentTags tags = member.agent();
        ServerId id = tags == null ? null : tags.serverId();
        String name = member.name().value();
        boolean alive = member.state().isAlive();
        servers.replaceAll(
                (server, seen) -> seen.name.equals(name) && !(alive && server.equals(id)) ? seen.away() : seen);
        if (tags == null || id == null || !alive) {
            return;
        }
        Seen before = servers.get(id);
        if (before == null && servers.size() >= MAX) {
            servers.remove(servers.keySet().iterator().next());
        }
        long highest = before == null ? tags.starts() : Math.max(before.highest, tags.starts());
        Seen seen = new Seen(name, highest, tags.starts());
        servers.put(id, seen);
        if (seen.isOlder() && !seen.equals(before)) {
            LOG.atWarn()
                    .addKeyValue("server", id)
                    .addKeyValue("node", seen.name)
                    .addKeyValue("start", seen.now)
                    .addKeyValue("before", seen.highest)
                    .log(
                            "a server came back on older data: its data directory was put back from a backup, or is a copy; if so,"
                                    + " and while the others have a majority, stop it and move its data directory away, one server at"
                                    + " a time: it rejoins as a new server");
        }
    }

    /** In words, by server id; those that are on older data now. */
    synchronized Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        servers.forEach((id, seen) -> {
            if (seen.isOlder()) {
                texts.put(
                        id.toString(),
                        "server " + seen.name + " runs on older data: it counts " + seen.now
                                + " starts of its data directory,"
                                + " and had counted " + seen.highest
                                + "; the directory was put back from a backup, or is a"
                                + " copy, and what this server had acknowledged since may be lost");
            }
        });
        return texts;
    }
}
