package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.util.Describer;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what a node knows of its group. Reading asks the node and may wait for its lock, so it is done by one thread of
 * its own and published; the setters come from raft's threads.
 */
final class GroupView {
    private final GroupStart start;
    private final Ticker ticker;
    private final Progress progress;
    private final Predicate<ServerId> connected;
    private final DiskView disk;
    private volatile @Nullable NodeImpl node;
    private volatile @Nullable DurableLog log;
    private volatile List<ServerId> votersSeen = List.of();
    private volatile @Nullable LocalSnapshotStorage snapshots;
    private volatile long term;
    /** The term in which this server leads and has applied all that earlier leaders committed; 0 while it does not. */
    private volatile long ledTerm;

    private volatile long snapshotIndex;
    private volatile long snapshotTerm;
    private volatile @Nullable String error;
    private volatile long leaderHeardNanos;
    private volatile boolean leaderHeard;
    private volatile @Nullable ServerId leader;
    private @Nullable ServerId leaderSeen;
    private long termOfIndex;
    private long lastLogTerm;

    /** @param stallMs how long a write may take before the disk counts as one that stalls */
    GroupView(GroupStart start, Ticker ticker, Progress progress, Predicate<ServerId> connected, long stallMs) {
        disk = new DiskView(start.folder(), stallMs);
        this.start = start;
        this.ticker = ticker;
        this.progress = progress;
        this.connected = connected;
    }

    void running(NodeImpl started) {
        node = started;
    }

    void snapshots(LocalSnapshotStorage storage) {
        snapshots = storage;
    }

    void log(DurableLog storage) {
        log = storage;
        disk.log(storage);
    }

    String token() {
        return start.token();
    }

    /** What is known of the node's disk. */
    DiskView disk() {
        return disk;
    }

    /** For the rule about a leader whose disk stalls. Takes no lock. */
    StallRule.Look stallLook() {
        NodeImpl present = node;
        State state = present == null ? State.STATE_UNINITIALIZED : present.getNodeState();
        boolean leading = state == State.STATE_LEADER || state == State.STATE_TRANSFERRING;
        Map<ServerId, Long> stored = new HashMap<>();
        if (leading) {
            for (ServerId voter : votersSeen) {
                if (voter.equals(start.self())) {
                    continue;
                }
                RaftStatus.Follower seen = progress.of(voter, connected);
                long heardMs = seen.lastContactMs();
                if (seen.connected() && heardMs >= 0 && heardMs <= disk.stallMs()) {
                    stored.put(voter, seen.lastLogIndex());
                }
            }
        }
        return new StallRule.Look(leading, disk.onDisk(), stored);
    }

    void term(long newTerm) {
        term = Math.max(term, newTerm);
    }

    void leading(long newTerm) {
        term(newTerm);
        ledTerm = newTerm;
    }

    void notLeading() {
        ledTerm = 0;
    }

    void leader(@Nullable ServerId present) {
        leader = present;
    }

    void snapshotAt(long index, long itsTerm) {
        snapshotIndex = index;
        snapshotTerm = itsTerm;
    }

    void failed(String why) {
        error = why;
    }

    void heard(ServerId from) {
        if (from.equals(leader)) {
            leaderHeardNanos = ticker.nanos();
            leaderHeard = true;
        }
    }

    /** Whether listeners are to hear of it; figures that only grow are asked for. */
    static boolean tells(RaftStatus before, RaftStatus now) {
        return before.role() != now.role()
                || !java.util.Objects.equals(before.leader(), now.leader())
                || !java.util.Objects.equals(before.cluster(), now.cluster())
                || before.term() != now.term()
                || !before.voters().equals(now.voters())
                || !before.learners().equals(now.learners())
                || (before.commitIndex() == 0) != (now.commitIndex() == 0);
    }

    /** For one thread. Takes what it can get of a node that is in error or stopping. */
    RaftStatus read() {
        NodeImpl present = node;
        if (present == null) {
            return failedOrNone();
        }
        State state = present.getNodeState();
        if (error != null || state == State.STATE_ERROR) {
            return failedOrNone();
        }
        try {
            return read(present, state);
        } catch (RuntimeException e) {
            // Between two of our questions the node failed or stopped.
            return failedOrNone();
        }
    }

    private RaftStatus failedOrNone() {
        RaftStatus.Role role = error == null ? RaftStatus.Role.NONE : RaftStatus.Role.ERROR;
        return new RaftStatus(
                start.cluster(),
                role,
                null,
                term,
                0,
                0,
                0,
                0,
                snapshotIndex,
                snapshotTerm,
                List.of(),
                List.of(),
                -1,
                Map.of(),
                error);
    }

    private RaftStatus read(NodeImpl present, State state) {
        Configuration current = present.getCurrentConf();
        Configuration configuration = current == null ? new Configuration() : current;
        List<ServerId> voters = Peers.servers(configuration.getPeers());
        List<ServerId> learners = Peers.servers(configuration.getLearners());
        votersSeen = voters;
        ServerId known = Peers.server(present.getLeaderId()).orElse(null);
        boolean changed = !java.util.Objects.equals(leaderSeen, known);
        leaderSeen = known;
        leader = known;
        boolean elected = start.self().equals(known);
        if (known == null || changed) {
            // Elections raise the term without a callback, and a new leader's comes after it leads.
            term(describedTerm(present));
        }
        // Between election and onLeaderStart entries of earlier terms may not be applied yet: who read then could miss
        // one
        // that was acknowledged.
        boolean leading = elected && ledTerm > 0 && ledTerm == term;
        lookAtSnapshots();
        long lastIndex = present.getLastLogIndex();
        return new RaftStatus(
                start.cluster(),
                role(state, leading, learners.contains(start.self())),
                elected && !leading ? null : known,
                term,
                lastIndex,
                termOf(lastIndex),
                present.getLastCommittedIndex(),
                present.getLastAppliedLogIndex(),
                snapshotIndex,
                snapshotTerm,
                voters,
                learners,
                contactMs(leading),
                leading ? followers(voters, learners) : Map.of(),
                null);
    }

    /** One that was saved here: its entry is still in the log, which is cut to the snapshot before it only. */
    private void lookAtSnapshots() {
        LocalSnapshotStorage storage = snapshots;
        LogStorage entries = log;
        if (storage == null || entries == null) {
            return;
        }
        long index = storage.getLastSnapshotIndex();
        if (index > snapshotIndex) {
            long itsTerm = RaftStorage.term(entries, index);
            // 0: it was installed, and the state machine tells of it when it has loaded it.
            if (itsTerm > 0) {
                snapshotAt(index, itsTerm);
            }
        }
    }

    private static RaftStatus.Role role(State state, boolean leading, boolean learner) {
        return switch (state) {
            case STATE_LEADER, STATE_TRANSFERRING -> leading ? RaftStatus.Role.LEADER : RaftStatus.Role.CANDIDATE;
            case STATE_CANDIDATE -> RaftStatus.Role.CANDIDATE;
            case STATE_FOLLOWER -> learner ? RaftStatus.Role.LEARNER : RaftStatus.Role.FOLLOWER;
            case STATE_ERROR -> RaftStatus.Role.ERROR;
            default -> RaftStatus.Role.NONE;
        };
    }

    private long termOf(long lastIndex) {
        LogStorage storage = log;
        if (lastIndex == 0 || storage == null) {
            return 0;
        }
        if (lastIndex == snapshotIndex) {
            return snapshotTerm;
        }
        if (lastIndex != termOfIndex || lastLogTerm == 0) {
            // Entries reach the storage a moment after the log manager counts them: 0 means ask again.
            lastLogTerm = RaftStorage.term(storage, lastIndex);
            termOfIndex = lastIndex;
        }
        return lastLogTerm == 0 ? term : lastLogTerm;
    }

    private long contactMs(boolean leading) {
        if (leading) {
            return 0;
        }
        return leaderHeard ? TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - leaderHeardNanos) : -1;
    }

    private Map<ServerId, RaftStatus.Follower> followers(List<ServerId> voters, List<ServerId> learners) {
        Map<ServerId, RaftStatus.Follower> all = new HashMap<>();
        for (List<ServerId> some : List.of(voters, learners)) {
            for (ServerId server : some) {
                if (!server.equals(start.self())) {
                    all.put(server, progress.of(server, connected));
                }
            }
        }
        return Map.copyOf(all);
    }

    /** SOFAJRaft has no getter for it: it is the line {@code term: n} of its description, which is left as soon as it was seen. */
    private static long describedTerm(NodeImpl present) {
        TermLine line = new TermLine();
        try {
            present.describe(line);
        } catch (TermFound found) {
            return found.term;
        }
        return 0;
    }

    private static final class TermLine implements Describer.Printer {
        private boolean next;

        @Override
        public Describer.Printer print(Object text) {
            next = "term: ".equals(text);
            return this;
        }

        @Override
        public Describer.Printer println(Object text) {
            if (next) {
                throw new TermFound(Long.parseLong(String.valueOf(text)));
            }
            return this;
        }
    }

    private static final class TermFound extends RuntimeException {
        private final long term;

        TermFound(long term) {
            super(null, null, false, false);
            this.term = term;
        }
    }
}
