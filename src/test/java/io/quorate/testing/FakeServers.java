package io.quorate.testing;

import io.quorate.answer.Placement;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who serves, as a test says. */
public final class FakeServers implements Placement {
    public volatile boolean server;
    public volatile boolean leads;
    public volatile boolean everHadLeader;
    public volatile long lastContactMs = -1;
    public volatile Optional<Endpoint> leader = Optional.empty();
    public volatile List<Endpoint> others = List.of();
    /** What they say; the first of those that are not named. */
    public volatile Map<Endpoint, Integer> levels = Map.of();

    public static FakeServers leading(Endpoint self) {
        FakeServers servers = new FakeServers();
        servers.server = true;
        servers.leads = true;
        servers.everHadLeader = true;
        servers.lastContactMs = 0;
        servers.leader = Optional.of(self);
        return servers;
    }

    /** A server that has never known a leader. */
    public static FakeServers alone() {
        FakeServers servers = new FakeServers();
        servers.server = true;
        return servers;
    }

    public static FakeServers client(Endpoint... servers) {
        FakeServers client = new FakeServers();
        client.others = List.of(servers);
        return client;
    }

    public static Endpoint endpoint(String address, int port) {
        try {
            return new Endpoint(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public boolean isServer() {
        return server;
    }

    @Override
    public boolean isLeader() {
        return leads;
    }

    @Override
    public Optional<Endpoint> leader() {
        return leader;
    }

    @Override
    public List<Endpoint> servers(int level) {
        return others.stream()
                .filter(server -> levels.getOrDefault(server, Level.FIRST) >= level)
                .toList();
    }

    @Override
    public int leaderLevel() {
        return leader.map(server -> levels.getOrDefault(server, Level.FIRST)).orElse(Level.FIRST);
    }

    @Override
    public boolean everHadLeader() {
        return everHadLeader;
    }

    @Override
    public long lastContactMs() {
        return lastContactMs;
    }
}
