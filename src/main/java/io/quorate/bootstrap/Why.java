package io.quorate.bootstrap;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is waiting for.
 *
 * @param message one sentence that names the servers and values concerned
 * @param nextStep what an operator can do; "nothing: ..." when it goes on by itself
 * @param evidence one line per server that is expected or known
 */
public record Why(Code code, String message, String nextStep, List<Evidence> evidence) {
    public Why {
        evidence = List.copyOf(evidence);
    }

    public boolean isReady() {
        return code == Code.READY;
    }

    /** Stable words: more may be added, none renamed. */
    public enum Code {
        STARTING,
        WAITING_FOR_SERVERS,
        EXPECT_MISMATCH,
        /** Declared founders that cannot all come: named otherwise than the nodes are, or not the same on every server. */
        FOUNDERS_MISMATCH,
        FOUNDING,
        ELECTION,
        QUORUM_LOST,
        WAITING_FOR_ADOPTION,
        FOREIGN_CLUSTER,
        DATA_LOST,
        NAME_CONFLICT,
        KEY_MISMATCH,
        DISK,
        /** Raft stopped at an entry that this version does not know; only a version that knows it goes on. */
        VERSION_TOO_OLD,
        /** A part of this agent stopped by an error of its own or does not answer, with nothing wrong around it. */
        FAILED,
        /** A client that knows no server. */
        NO_SERVERS,
        READY
    }

    /**
     * One server.
     *
     * @param state {@code blank}, {@code pledged}, {@code withdrawn}, {@code member}, {@code unknown};
     *     {@code failed} when it says itself that it takes no part
     * @param cluster absent when it has or says none
     * @param expect -1 unknown
     */
    public record Evidence(
            String server,
            @Nullable String serverId,
            @Nullable String address,
            boolean discovered,
            boolean reachable,
            String state,
            @Nullable String cluster,
            int expect,
            @Nullable String pledge) {}
}
