package io.quorate.consensus;

import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.rpc.Tls;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What consensus needs of its agent.
 *
 * @param addresses where the other servers are now, without oneself
 * @param port open; stays open when a group stops
 * @param caller by which others are asked whether they sent what bears their id
 * @param families of every feature, without consensus' own
 * @param refused servers whose requests are refused beside the expelled ones; must not block
 * @param levels who understands what
 * @param faults of the log's disk: {@link LogFaults#NONE} outside tests
 */
public record ConsensusSettings(
        AddressBook addresses,
        RpcPort port,
        RpcCaller caller,
        Tls tls,
        List<CommandFamily<?, ?>> families,
        Timing timing,
        Predicate<ServerId> refused,
        Levels levels,
        LogFaults faults) {
    public ConsensusSettings {
        families = List.copyOf(families);
    }

    public static ConsensusSettings of(
            AddressBook addresses, RpcPort port, RpcCaller caller, List<CommandFamily<?, ?>> families, Timing timing) {
        return new ConsensusSettings(
                addresses,
                port,
                caller,
                Tls.NONE,
                families,
                timing,
                server -> false,
                Levels.NONE,
                LogFaults.ofProcess());
    }

    public ConsensusSettings levels(Levels told) {
        return new ConsensusSettings(addresses, port, caller, tls, families, timing, refused, told, faults);
    }

    /**
     * @param own of this agent, see {@link Level}
     * @param told what other servers say that they have, {@link #UNKNOWN} of one that nobody hears of; must not block
     */
    public record Levels(int own, ToIntFunction<ServerId> told) {
        public static final int UNKNOWN = 0;
        static final Levels NONE = new Levels(Level.PRESENT, server -> UNKNOWN);

        public int of(ServerId server) {
            return told.applyAsInt(server);
        }
    }

    /**
     * @param electionTimeoutMs without a word of the leader, until an election
     * @param electionDelayMs random addition to it, at most
     */
    public record Timing(int electionTimeoutMs, int electionDelayMs, Snapshots snapshots) {
        public static final Timing DEFAULT = multiplied(1);

        /** @param raftMultiplier 1 to 10: slower elections for slower machines */
        public static Timing multiplied(int raftMultiplier) {
            return new Timing(1000 * raftMultiplier, 500, Snapshots.DEFAULT);
        }

        public Timing snapshots(Snapshots bounds) {
            return new Timing(electionTimeoutMs, electionDelayMs, bounds);
        }
    }

    /**
     * How much log makes a snapshot due, whichever comes first; a server may let it grow by a quarter more.
     *
     * @param entries applied since the last snapshot
     * @param bytes of the commands in them
     */
    public record Snapshots(long entries, long bytes) {
        /** Consul's {@code raft_snapshot_threshold}. */
        public static final int ENTRIES = 16_384;
        /*
         * A server that was killed loads its snapshot and applies the log behind it: so much is read and applied in a few seconds
         * also on a slow disk. Twice as much, the log is cut to the snapshot before the last, is what it takes on disk beside RocksDB's own
         * files, whose lowest level is as large. The heap does not bear on it: entries are applied in batches of 4 MiB.
         */
        private static final long BYTES = 64L << 20;

        public static final Snapshots DEFAULT = after(ENTRIES);
        /** For tests. */
        public static final Snapshots ONLY_WHEN_ASKED = new Snapshots(0, 0);

        public static Snapshots after(long entries) {
            return new Snapshots(entries, BYTES);
        }

        public boolean isOnlyWhenAsked() {
            return equals(ONLY_WHEN_ASKED);
        }
    }
}
