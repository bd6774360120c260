package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what a node knows of its group. Reading asks the node unless its lock is held, in which case the figures stay as
 * they were and their {@link #ageMs() age} grows; it is done by one thread of its own and published. The setters come from raft's
 * threads.
 */
final class GroupView {
    /** What the lock is held for as a rule is shorter. */
    private static final long LOCK_WAIT_MS = 20;

    private final GroupStart start;
    private final long leaseMs;
    private final Ticker ticker;
    private final Progress progress;
    private final Predicate<ServerId> connected;
    private final DiskView disk;
    private final Standing standing;
    private final long electionTimeoutMs;
    private volatile @Nullable WatchedNode node;
    private volatile @Nullable DurableLog log;
    private volatile List<ServerId> votersSeen = List.of();
    private volatile @Nullable LocalSnapshotStorage snapshots;
    private volatile long term;
    /** The term in which this server leads and has applied all that earlier leaders committed; 0 while it does not. */
    private volatile long ledTerm;

    private volatile long snapshotIndex;
    private volatile long snapshotTerm;
    private volatile @Nullable String error;
    private volatile boolean outdated;
    private volatile long leaderHeardNanos;
    private volatile boolean leaderHeard;
    /** When a majority last answered this server as its leader; counts only once it led. */
    private volatile long ledUntilNanos;

    private volatile boolean hasLed;
    private volatile @Nullable ServerId leader;
    private volatile long askedNanos;
    private volatile long leadingSinceNanos;
    private RaftStatus last;
    private long termOfIndex;
    private long lastLogTerm;

    /**
     * @param leaseMs so long after a majority answered a leader is sure to be the only one
     * @param electionTimeoutMs so long after its last word a leader counts as alive; a write that takes longer makes the disk count as
     *     one that stalls
     */
    GroupView(
            GroupStart start,
            Standing standing,
            long leaseMs,
            Ticker ticker,
            Progress progress,
            Predicate<ServerId> connected,
            long electionTimeoutMs) {
        disk = new DiskView(start.folder(), electionTimeoutMs, ticker);
        this.standing = standing;
        this.electionTimeoutMs = electionTimeoutMs;
        this.start = start;
        this.leaseMs = leaseMs;
        this.last = RaftStatus.NONE;
        this.askedNanos = ticker.nanos();
        this.ticker = ticker;
        this.progress = progress;
        this.connected = connected;
    }

    void running(WatchedNode started) {
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
        WatchedNode present = node;
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
        return new StallRule.Look(leading, disk.keepsUp(), stored);
    }

    void term(long newTerm) {
        term = Math.max(term, newTerm);
    }

    /** Since the node was last asked: how old the figures of the last status are. */
    long ageMs() {
        return TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - askedNanos);
    }

    void leading(long newTerm) {
        term(newTerm);
        leadingSinceNanos = ticker.nanos();
        ledTerm = newTerm;
    }

    void notLeading() {
        ledTerm = 0;
        // What it has since then is as old as the word of its last majority, and no follower of anybody heard more.
        ledUntilNanos = ticker.nanos() - TimeUnit.MILLISECONDS.toNanos(majorityMs(votersSeen));
        hasLed = true;
    }

    void leader(@Nullable ServerId present) {
        leader = present;
    }

    void snapshotAt(long index, long itsTerm) {
        snapshotIndex = index;
        snapshotTerm = itsTerm;
    }

    /** @param unknown at an entry that this version does not know */
    void failed(String why, boolean unknown) {
        outdated = unknown;
        error = why;
    }

    /** What this server may be asked about requests that bear its name. */
    Standing standing() {
        return standing;
    }

    /**
     * By what a request's sender is judged; empty while the node is being started. May wait for the node's lock, as whoever handles
     * the request does.
     */
    Optional<SenderRule> senders() {
        WatchedNode present = node;
        if (present == null) {
            return Optional.empty();
        }
        Described now = Described.of(present);
        return Optional.of(new SenderRule(start.self(), now.term(), now.leader(), now.voters(), isLed()));
    }

    /** Whether a leader is heard, or this server is one whose lease runs. Takes no lock. */
    private boolean isLed() {
        WatchedNode present = node;
        State state = present == null ? State.STATE_UNINITIALIZED : present.getNodeState();
        if (state == State.STATE_LEADER || state == State.STATE_TRANSFERRING) {
            return majorityMs(votersSeen) <= leaseMs;
        }
        return leaderHeard && ticker.nanos() - leaderHeardNanos < TimeUnit.MILLISECONDS.toNanos(electionTimeoutMs);
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
        WatchedNode present = node;
        State state = present == null ? State.STATE_UNINITIALIZED : present.getNodeState();
        if (present == null || error != null || state == State.STATE_ERROR) {
            return answered(failedOrNone());
        }
        try {
            Optional<Answers> answers = present.unlessHeld(LOCK_WAIT_MS, () -> Answers.of(present));
            return answers.isPresent() ? answered(read(answers.get(), state)) : unchanged(state);
        } catch (RuntimeException e) {
            // Between two of our questions the node failed or stopped.
            return answered(failedOrNone());
        }
    }

    private RaftStatus answered(RaftStatus fresh) {
        askedNanos = ticker.nanos();
        last = fresh;
        return fresh;
    }

    /** Whether it leads, and when others were heard, is known without the lock. */
    private RaftStatus unchanged(State state) {
        boolean leads = state == State.STATE_LEADER || state == State.STATE_TRANSFERRING;
        boolean steppedDown = last.isLeader() && !leads;
        boolean leading = last.isLeader() && leads;
        return last.as(
                steppedDown ? RaftStatus.Role.FOLLOWER : last.role(),
                steppedDown ? null : last.leader(),
                contactMs(leading, last.voters()),
                leading ? followers(last.voters(), last.learners(), last.lastLogIndex()) : Map.of());
    }

    /** What the node says of itself in one moment, without a look at the disk. */
    private record Answers(
            Configuration configuration,
            @Nullable PeerId leader,
            long term,
            long lastIndex,
            long commit,
            long applied) {
        static Answers of(WatchedNode node) {
            Configuration current = node.getCurrentConf();
            return new Answers(
                    current == null ? new Configuration() : current,
                    node.getLeaderId(),
                    Described.term(node),
                    node.getLastLogIndex(),
                    node.getLastCommittedIndex(),
                    node.getLastAppliedLogIndex());
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
                error,
                null,
                outdated);
    }

    private RaftStatus read(Answers answers, State state) {
        List<ServerId> voters = Peers.servers(answers.configuration().getPeers());
        List<ServerId> learners = Peers.servers(answers.configuration().getLearners());
        votersSeen = voters;
        ServerId known = Peers.server(answers.leader()).orElse(null);
        leader = known;
        boolean elected = start.self().equals(known);
        // Elections raise the term without a callback, and a new leader's comes after it leads.
        term(answers.term());
        // Between election and onLeaderStart entries of earlier terms may not be applied yet: who read then could miss
        // one
        // that was acknowledged.
        boolean leading = elected && ledTerm > 0 && ledTerm == term;
        lookAtSnapshots();
        long lastIndex = answers.lastIndex();
        return new RaftStatus(
                start.cluster(),
                role(state, leading, learners.contains(start.self())),
                elected && !leading ? null : known,
                term,
                lastIndex,
                termOf(lastIndex),
                answers.commit(),
                answers.applied(),
                snapshotIndex,
                snapshotTerm,
                voters,
                learners,
                contactMs(leading, voters),
                leading ? followers(voters, learners, lastIndex) : Map.of(),
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

    /** On the leader of a majority: 0 while its lease runs. Elsewhere since the leader was heard, itself included when it led. */
    private long contactMs(boolean leading, List<ServerId> voters) {
        if (leading) {
            long contact = majorityMs(voters);
            return contact <= leaseMs ? 0 : contact;
        }
        long now = ticker.nanos();
        long heardMs = leaderHeard ? TimeUnit.NANOSECONDS.toMillis(now - leaderHeardNanos) : -1;
        long ledMs = hasLed ? TimeUnit.NANOSECONDS.toMillis(now - ledUntilNanos) : -1;
        return heardMs < 0 || (ledMs >= 0 && ledMs < heardMs) ? ledMs : heardMs;
    }

    /** Since so many voters answered that they are a majority with this one. */
    private long majorityMs(List<ServerId> voters) {
        long leadingMs = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - leadingSinceNanos);
        List<Long> answers = voters.stream()
                .filter(voter -> !voter.equals(start.self()))
                .map(voter -> progress.of(voter, connected).lastContactMs())
                // Who voted for it did so just before.
                .map(ms -> ms < 0 ? leadingMs : ms)
                .sorted()
                .toList();
        int others = voters.size() / 2;
        return others == 0 || others > answers.size() ? 0 : answers.get(others - 1);
    }

    private Map<ServerId, RaftStatus.Follower> followers(
            List<ServerId> voters, List<ServerId> learners, long lastIndex) {
        Map<ServerId, RaftStatus.Follower> all = new HashMap<>();
        for (List<ServerId> some : List.of(voters, learners)) {
            for (ServerId server : some) {
                if (!server.equals(start.self())) {
                    all.put(server, progress.of(server, connected, lastIndex));
                }
            }
        }
        return Map.copyOf(all);
    }
}
