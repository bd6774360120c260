package io.quorate.membership;

import io.quorate.discovery.Discovery;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.IpText;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What gossip needs to know at its start.
 *
 * @param bind the address that is bound, TCP and UDP; the any-address for all
 * @param port 0: any free one
 * @param advertise the address that others are told; its port 0: the one that was bound
 * @param pool label of the pool; only members of one label sync
 * @param cluster absent while this agent belongs to none
 * @param folder for the known addresses and the incarnations used; absent: nothing is kept
 * @param keys 16, 24 or 32 bytes each, the first seals, any opens; empty: plain
 * @param verifyIncoming with keys: plain packets are dropped
 * @param verifyOutgoing with keys: packets are sealed
 * @param rejoinAfterLeave the known addresses outlive a graceful leave
 * @param servers the directory that follows this gossip's roster: who already has it looks there
 * @param loop owns all state; stays open when gossip closes
 */
public record GossipSettings(
        InetAddress bind,
        int port,
        InetAddress advertise,
        int advertisePort,
        NodeName name,
        NodeId id,
        String datacenter,
        String pool,
        SortedMap<String, String> tags,
        @Nullable ClusterRef cluster,
        @Nullable Path folder,
        List<byte[]> keys,
        boolean verifyIncoming,
        boolean verifyOutgoing,
        boolean rejoinAfterLeave,
        GossipTimings timings,
        ServerRoster servers,
        Discovery discovery,
        RandomGenerator random,
        Ticker ticker,
        InstantSource wall,
        EventLoop loop) {
    public static final int DEFAULT_PORT = 8301;

    public GossipSettings {
        if (advertise.isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    "advertise address " + IpText.of(advertise) + " is nobody's: give one that others can reach");
        }
        if (port < 0 || port > 65535 || advertisePort < 0 || advertisePort > 65535) {
            throw new IllegalArgumentException("gossip port must be 0 to 65535");
        }
        if (keys.size() > 8) {
            throw new IllegalArgumentException("8 gossip keys at most, not " + keys.size());
        }
        for (byte[] key : keys) {
            if (key.length != 16 && key.length != 24 && key.length != 32) {
                throw new IllegalArgumentException("gossip key must have 16, 24 or 32 bytes, not " + key.length);
            }
        }
        keys = List.copyOf(keys);
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    /** With everything else at its default: the local network's timings, no keys, no folder. */
    public static Builder builder(NodeName name, NodeId id, InetAddress bind, InetAddress advertise) {
        return new Builder(name, id, bind, advertise);
    }

    /** What others are told. */
    public Endpoint advertised(int boundPort) {
        return new Endpoint(advertise, advertisePort == 0 ? boundPort : advertisePort);
    }

    /** Collects settings. Not safe for several threads. */
    public static final class Builder {
        private final NodeName name;
        private final NodeId id;
        private final InetAddress bind;
        private final InetAddress advertise;
        private int port = DEFAULT_PORT;
        private int advertisePort;
        private String datacenter = "dc1";
        private String pool = "lan";
        private SortedMap<String, String> tags = new TreeMap<>();
        private @Nullable ClusterRef cluster;
        private @Nullable Path folder;
        private List<byte[]> keys = new ArrayList<>();
        private boolean verifyIncoming = true;
        private boolean verifyOutgoing = true;
        private boolean rejoinAfterLeave;
        private GossipTimings timings = GossipTimings.LAN;
        private ServerRoster servers = new ServerRoster();

        private Builder(NodeName name, NodeId id, InetAddress bind, InetAddress advertise) {
            this.name = name;
            this.id = id;
            this.bind = bind;
            this.advertise = advertise;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder advertisePort(int value) {
            advertisePort = value;
            return this;
        }

        public Builder datacenter(String value) {
            datacenter = value;
            return this;
        }

        public Builder pool(String value) {
            pool = value;
            return this;
        }

        public Builder tags(SortedMap<String, String> value) {
            tags = value;
            return this;
        }

        public Builder cluster(@Nullable ClusterRef value) {
            cluster = value;
            return this;
        }

        public Builder folder(@Nullable Path value) {
            folder = value;
            return this;
        }

        public Builder keys(List<byte[]> value) {
            keys = value;
            return this;
        }

        public Builder verify(boolean incoming, boolean outgoing) {
            verifyIncoming = incoming;
            verifyOutgoing = outgoing;
            return this;
        }

        public Builder rejoinAfterLeave(boolean value) {
            rejoinAfterLeave = value;
            return this;
        }

        public Builder timings(GossipTimings value) {
            timings = value;
            return this;
        }

        public Builder servers(ServerRoster value) {
            servers = value;
            return this;
        }

        /** The rest cannot be guessed. */
        public GossipSettings build(
                Discovery discovery, RandomGenerator random, Ticker ticker, InstantSource wall, EventLoop loop) {
            return new GossipSettings(
                    bind,
                    port,
                    advertise,
                    advertisePort,
                    name,
                    id,
                    datacenter,
                    pool,
                    tags,
                    cluster,
                    folder,
                    keys,
                    verifyIncoming,
                    verifyOutgoing,
                    rejoinAfterLeave,
                    timings,
                    servers,
                    discovery,
                    random,
                    ticker,
                    wall,
                    loop);
        }
    }
}
