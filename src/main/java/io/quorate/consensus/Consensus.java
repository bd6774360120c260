package io.quorate.consensus;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.store.StateReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This server's raft group: at most one at a time. {@link #start}, {@link #stop} and {@link #inspect} block and are called by one
 * thread, the founding driver's worker; everything else is safe for any thread and does not block.
 */
public interface Consensus extends CommandLog, AutoCloseable {
    /**
     * Makes every file in a group's folder that holds a promise and is not there yet, empty: from then on one that is missing was
     * lost. Returns once it would survive a power failure.
     *
     * @param token of the folder
     * @throws IOException when the folder cannot be written
     */
    void layOut(Path folder, String token) throws IOException;

    /**
     * Starts the group on a folder that exists. Returns when the node runs, not when there is a leader.
     *
     * @throws ConsensusException when log or store do not open, or the folder shows lost data: then the message names the file
     */
    void start(GroupStart group);

    /** Stops the node and closes its store; nothing happens without one. Waits 10 s at most. */
    void stop();

    /** What a folder's log and snapshot hold, looked at while no node runs on it. */
    StoredLog inspect(Path folder);

    RaftStatus status();

    /**
     * How long ago raft was last asked for what {@link #status()} says, in milliseconds: 200 at most as a rule. More when raft
     * does not answer, as while its disk hangs, or when this process stood still; then that status tells of the past.
     */
    long statusAgeMs();

    /** Called at each change of leader, role or configuration, and when the first entry was committed; must not block. */
    void listen(Consumer<RaftStatus> listener);

    /**
     * On the leader: one change of the configuration, one at a time. Completes when committed, exceptionally with
     * {@link NotCommittedException} (not leader, busy, not connected: try again later), its subclass
     * {@link NotUnderstoodException} for a server that is too old for the log, or {@link OutcomeUnknownException}.
     */
    CompletableFuture<@Nullable Void> change(PeerChange change);

    /** Hands leadership to that voter; completes when asked. */
    CompletableFuture<@Nullable Void> transferLeadership(ServerId to);

    /** True when the leader has an open connection to that peer: a change naming it can begin. */
    boolean isConnected(ServerId peer);

    /** Reads of the state that this server has applied; the same object over every start and stop. */
    StateReader state();

    /** Servers whose requests are refused for ever, with the name each had, as last applied here. Empty without a group. */
    Map<ServerId, NodeName> expelled();

    /** Under which node name each server was when it was taken in, as last applied here. Empty without a group. */
    Map<ServerId, NodeName> names();

    /** Servers that were removed by hand, with the count of starts that each had then, as last applied here. Empty without a group. */
    Map<ServerId, Long> removed();

    /**
     * Why that server cannot be let into the configuration: the log holds, or may, what its version does not know. Empty when nothing of
     * that kind stands in the way, and without a group.
     */
    Optional<String> tooOld(ServerId server);

    /** Saves a snapshot now, however little is new; exceptionally with {@link NotCommittedException} when that is refused. */
    CompletableFuture<@Nullable Void> snapshot();

    /**
     * Figures of the raft node: counters, gauges, and of each timer its count, mean and 99th percentile in milliseconds.
     * Empty without a group. For metrics: the names are SOFAJRaft's.
     */
    Map<Measurement, Double> measurements();

    /** How much was applied since the last snapshot; nothing without a group. */
    LogGrowth sinceSnapshot();

    /** How many requests are under way, and how many were refused or ended without an answer. */
    RequestFigures requests();

    /** Stops the group and ends the threads. */
    @Override
    void close();

    /**
     * @param folder holds the raft log, its metadata, snapshots and the store
     * @param token of the folder, written by who made it; a store that names another is thrown away
     * @param founders sorted; empty: start with an empty configuration and wait for a leader
     * @param led whether this server ever knew an entry committed: then an empty log is lost data
     */
    record GroupStart(
            ClusterRef cluster, ServerId self, Path folder, String token, List<ServerId> founders, boolean led) {}

    /** @param lastIndex of log or snapshot, the greater; 0 when empty */
    record StoredLog(long lastIndex, long lastTerm) {
        public boolean isEmpty() {
            return lastIndex == 0;
        }
    }

    /** One step of membership; as text it is what a log line says of it. */
    sealed interface PeerChange {
        <R> R match(Cases<R> cases);

        /** One method for each, so that no reader forgets one. */
        interface Cases<R> {
            R addLearner(AddLearner change);

            R addVoter(AddVoter change);

            R replaceVoter(ReplaceVoter change);

            R remove(Remove change);
        }

        record AddLearner(ServerId server) implements PeerChange {
            @Override
            public String toString() {
                return "add learner " + server;
            }

            @Override
            public <R> R match(Cases<R> cases) {
                return cases.addLearner(this);
            }
        }

        record AddVoter(ServerId server) implements PeerChange {
            @Override
            public String toString() {
                return "add voter " + server;
            }

            @Override
            public <R> R match(Cases<R> cases) {
                return cases.addVoter(this);
            }
        }

        /** In one change, so that there are never fewer voters. */
        record ReplaceVoter(ServerId old, ServerId by) implements PeerChange {
            @Override
            public String toString() {
                return "replace voter " + old + " by " + by;
            }

            @Override
            public <R> R match(Cases<R> cases) {
                return cases.replaceVoter(this);
            }
        }

        /** Voter or learner. */
        record Remove(ServerId server) implements PeerChange {
            @Override
            public String toString() {
                return "remove " + server;
            }

            @Override
            public <R> R match(Cases<R> cases) {
                return cases.remove(this);
            }
        }
    }
}
