package io.quorate.operator;

import io.quorate.consensus.RaftStatus;
import java.util.Locale;

/** Raft's numbers in the words that people know. */
public final class RaftNumbers {
    /** Entries that may be committed and not yet applied on a server that is caught up: a busy second's worth. */
    private static final long CAUGHT_UP = 1_000;

    private RaftNumbers() {}

    /** {@code Leader}, {@code Follower}, {@code Candidate}, {@code Learner}, {@code Error}; {@code None} without a group. */
    public static String state(RaftStatus raft) {
        String name = raft.role().name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    /** {@code 0} on a leader whose lease runs, {@code never} before any, else as {@code 19ms}. */
    public static String lastContact(RaftStatus raft) {
        if (raft.isLeader() && raft.lastContactMs() <= 0) {
            return "0";
        }
        return raft.lastContactMs() < 0 ? "never" : raft.lastContactMs() + "ms";
    }

    /** Voters other than itself. */
    public static int otherVoters(AgentParts.ServerParts server, RaftStatus raft) {
        return raft.otherVoters(server.founding().view().self());
    }

    /** Committed and not yet applied. */
    public static long pending(RaftStatus raft) {
        return Math.max(0, raft.commitIndex() - raft.appliedIndex());
    }

    /**
     * Whether its state is as new as what is known to be committed; a learner is still fetching by its nature.
     *
     * @param committed {@link ShownServers#committed}
     */
    public static boolean isCaughtUp(RaftStatus raft, long committed) {
        boolean takesPart = raft.role() == RaftStatus.Role.LEADER || raft.role() == RaftStatus.Role.FOLLOWER;
        return takesPart
                && raft.leader() != null
                && raft.commitIndex() > 0
                && committed - raft.appliedIndex() <= CAUGHT_UP;
    }
}
