package io.quorate.answer;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Level;
import java.util.List;
import java.util.Optional;

/**
 * Where a question can be answered at this moment: here, by the leader, by which servers. Asked for each request. Safe for any thread,
 * never blocks.
 */
public interface Placement {
    boolean isServer();

    /** True on a server that leads and has applied what earlier leaders committed. */
    boolean isLeader();

    /** RPC endpoint of the leader, itself included; empty when none is known, or its address is not. On a client always empty. */
    Optional<Endpoint> leader();

    /** RPC endpoints of the other servers of this datacenter that are alive, in an order that only changes when they do. */
    default List<Endpoint> servers() {
        return servers(Level.FIRST);
    }

    /** Those of them that say that they have that {@link Level}. */
    List<Endpoint> servers(int level);

    /** What the leader says that it has, {@link Level#FIRST} while that is not known; on a client always. */
    int leaderLevel();

    /** Whether this server ever knew a leader since it started: before that its store may be empty. */
    boolean everHadLeader();

    /**
     * Milliseconds since the leader was heard, -1 before any. On the leader 0 while its lease runs, else since a majority
     * answered it: also right when this process stood still meanwhile.
     */
    long lastContactMs();
}
