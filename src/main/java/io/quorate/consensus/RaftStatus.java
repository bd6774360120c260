package io.quorate.consensus;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one server knows of its raft group at one moment. Without a group everything is empty or 0 and the role is
 * {@link Role#NONE}.
 *
 * @param leader absent when none is known
 * @param term 0 before the first election
 * @param voters in the configuration's order
 * @param lastContactMs since the leader was heard, -1 before any; on the leader 0, or since a majority answered when that is
 *     longer ago than its lease
 * @param followers on the leader: what it knows of each other peer; empty elsewhere
 * @param error why the node stopped working; absent while it works
 * @param disk what is wrong with the disk under log and votes; absent while it takes what is written
 * @param outdated the error is an entry of the log that this version does not know
 */
public record RaftStatus(
        @Nullable ClusterRef cluster,
        Role role,
        @Nullable ServerId leader,
        long term,
        long lastLogIndex,
        long lastLogTerm,
        long commitIndex,
        long appliedIndex,
        long lastSnapshotIndex,
        long lastSnapshotTerm,
        List<ServerId> voters,
        List<ServerId> learners,
        long lastContactMs,
        Map<ServerId, Follower> followers,
        @Nullable String error,
        @Nullable Disk disk,
        boolean outdated) {
    public static final RaftStatus NONE =
            new RaftStatus(null, Role.NONE, null, 0, 0, 0, 0, 0, 0, 0, List.of(), List.of(), -1, Map.of(), null);

    /** With a disk that takes what is written. */
    public RaftStatus(
            @Nullable ClusterRef cluster,
            Role role,
            @Nullable ServerId leader,
            long term,
            long lastLogIndex,
            long lastLogTerm,
            long commitIndex,
            long appliedIndex,
            long lastSnapshotIndex,
            long lastSnapshotTerm,
            List<ServerId> voters,
            List<ServerId> learners,
            long lastContactMs,
            Map<ServerId, Follower> followers,
            @Nullable String error) {
        this(
                cluster,
                role,
                leader,
                term,
                lastLogIndex,
                lastLogTerm,
                commitIndex,
                appliedIndex,
                lastSnapshotIndex,
                lastSnapshotTerm,
                voters,
                learners,
                lastContactMs,
                followers,
                error,
                null,
                false);
    }

    /** The same figures with another part in the group and newer news of the others. */
    public RaftStatus as(Role part, @Nullable ServerId led, long contactMs, Map<ServerId, Follower> seen) {
        return with(part, led, contactMs, seen, disk);
    }

    /** The same with what is known of the disk now. */
    public RaftStatus disk(@Nullable Disk now) {
        return Objects.equals(disk, now) ? this : with(role, leader, lastContactMs, followers, now);
    }

    private RaftStatus with(
            Role part, @Nullable ServerId led, long contactMs, Map<ServerId, Follower> seen, @Nullable Disk itsDisk) {
        return new RaftStatus(
                cluster,
                part,
                led,
                term,
                lastLogIndex,
                lastLogTerm,
                commitIndex,
                appliedIndex,
                lastSnapshotIndex,
                lastSnapshotTerm,
                voters,
                learners,
                contactMs,
                seen,
                error,
                itsDisk,
                outdated);
    }

    public boolean isLeader() {
        return role == Role.LEADER;
    }

    /** Voters other than itself: what {@code raft.num_peers} shows. */
    public int otherVoters(ServerId self) {
        return (int) voters.stream().filter(v -> !v.equals(self)).count();
    }

    /** How many voters decide: 0 when there are none. */
    public int quorumSize() {
        return voters.isEmpty() ? 0 : voters.size() / 2 + 1;
    }

    /** A server's part in the group. {@link #ERROR}: its log or state machine failed; a restart is needed. */
    public enum Role {
        NONE,
        LEADER,
        CANDIDATE,
        FOLLOWER,
        LEARNER,
        ERROR
    }

    /**
     * A disk that does not take what raft writes.
     *
     * @param words what is wrong, in the system's own words where it said any
     * @param file the file or folder concerned
     * @param stopped raft stopped working here because of it, and does not go on by itself when the disk is back
     * @param underWay a write hangs still: raft can neither go on nor be ended before it returns
     */
    public record Disk(String words, String file, boolean stopped, boolean underWay) {}

    /**
     * @param lastLogIndex the last entry known to be stored there
     * @param lastContactMs since it answered; -1 never. One whose disk hangs goes on answering heartbeats
     * @param stuckMs since it stored anything, while it has not all that the leader has; 0 while it has
     */
    public record Follower(long lastLogIndex, long lastContactMs, boolean connected, long stuckMs) {
        /** One that is not stuck. */
        public Follower(long lastLogIndex, long lastContactMs, boolean connected) {
            this(lastLogIndex, lastContactMs, connected, 0);
        }
    }
}
