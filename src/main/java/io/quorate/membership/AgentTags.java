package io.quorate.membership;

import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of itself in its tags: the one place that knows their keys. Decoded where a record of gossip becomes a
 * {@link Member}, once for each record; everybody else reads {@link Member#agent()}.
 *
 * @param serverId absent on a client
 * @param expect as configured or as its charter says; not set on a client
 * @param founding unknown on a client
 * @param starts count of starts of its data directory, from 1; 0 on a client
 * @param rpcPort 0 on a client
 * @param httpPort 0 when HTTP is off
 * @param leader server id of the leader that it knows
 * @param facts digest of what it tells the leader of its node beside gossip; empty: it tells nothing
 * @param asks the request that it has open with other agents now: who is said to have made one is looked up here
 * @param level what it understands of the others, see {@link Level}
 */
public record AgentTags(
        String datacenter,
        @Nullable ServerId serverId,
        Expect expect,
        FoundingState founding,
        long starts,
        int rpcPort,
        int httpPort,
        String version,
        boolean voter,
        @Nullable ServerId leader,
        String facts,
        @Nullable UUID asks,
        int level) {
    private static final String DATACENTER = "dc";
    private static final String SERVER_ID = "sid";
    private static final String EXPECT = "expect";
    private static final String FOUNDING = "founding";
    private static final String STARTS = "starts";
    private static final String RPC_PORT = "port";
    private static final String HTTP_PORT = "http";
    private static final String VERSION = "build";
    private static final String VOTER = "voter";
    private static final String LEADER = "leader";
    private static final String FACTS = "facts";
    private static final String ASKS = "asks";
    private static final String LEVEL = "level";

    /** Of an agent that tells nothing beside gossip and has no request open. */
    public AgentTags(
            String datacenter,
            @Nullable ServerId serverId,
            Expect expect,
            FoundingState founding,
            long starts,
            int rpcPort,
            int httpPort,
            String version,
            boolean voter,
            @Nullable ServerId leader) {
        this(
                datacenter,
                serverId,
                expect,
                founding,
                starts,
                rpcPort,
                httpPort,
                version,
                voter,
                leader,
                "",
                null,
                Level.PRESENT);
    }

    public AgentTags facts(String digest) {
        return with(digest, asks);
    }

    public AgentTags asks(@Nullable UUID request) {
        return with(facts, request);
    }

    private AgentTags with(String digest, @Nullable UUID request) {
        return new AgentTags(
                datacenter,
                serverId,
                expect,
                founding,
                starts,
                rpcPort,
                httpPort,
                version,
                voter,
                leader,
                digest,
                request,
                level);
    }

    public boolean isServer() {
        return serverId != null;
    }

    public SortedMap<String, String> encode() {
        TreeMap<String, String> tags = new TreeMap<>();
        tags.put(DATACENTER, datacenter);
        tags.put(HTTP_PORT, Integer.toString(httpPort));
        tags.put(VERSION, version);
        if (serverId != null) {
            tags.put(SERVER_ID, serverId.toString());
            tags.put(EXPECT, expect.toString());
            tags.put(FOUNDING, founding.word());
            tags.put(STARTS, Long.toString(starts));
            tags.put(RPC_PORT, Integer.toString(rpcPort));
            tags.put(VOTER, voter ? "1" : "0");
        }
        if (leader != null) {
            tags.put(LEADER, leader.toString());
        }
        if (!facts.isEmpty()) {
            tags.put(FACTS, facts);
        }
        if (level > Level.FIRST) {
            tags.put(LEVEL, Integer.toString(level));
        }
        if (asks != null) {
            tags.put(ASKS, asks.toString());
        }
        return Collections.unmodifiableSortedMap(tags);
    }

    /** Empty when the tags are not those of an agent of ours: they come from the network and may hold anything. */
    public static Optional<AgentTags> decode(Map<String, String> tags) {
        try {
            String serverId = tags.get(SERVER_ID);
            String leader = tags.get(LEADER);
            String asks = tags.get(ASKS);
            return Optional.of(new AgentTags(
                    tags.getOrDefault(DATACENTER, ""),
                    serverId == null ? null : ServerId.of(serverId),
                    new Expect(Integer.parseInt(tags.getOrDefault(EXPECT, "0"))),
                    FoundingState.of(tags.getOrDefault(FOUNDING, "")),
                    Long.parseLong(tags.getOrDefault(STARTS, "0")),
                    port(tags.getOrDefault(RPC_PORT, "0")),
                    port(tags.getOrDefault(HTTP_PORT, "0")),
                    tags.getOrDefault(VERSION, ""),
                    "1".equals(tags.get(VOTER)),
                    leader == null ? null : ServerId.of(leader),
                    tags.getOrDefault(FACTS, ""),
                    asks == null ? null : UUID.fromString(asks),
                    level(tags.getOrDefault(LEVEL, Integer.toString(Level.FIRST)))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int level(String text) {
        int level = Integer.parseInt(text);
        if (level < Level.FIRST) {
            throw new IllegalArgumentException("no level: " + text);
        }
        return level;
    }

    private static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("no port: " + text);
        }
        return port;
    }
}
