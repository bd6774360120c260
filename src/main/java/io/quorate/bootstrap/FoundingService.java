package io.quorate.bootstrap;

import io.quorate.bootstrap.driver.Claims;
import io.quorate.bootstrap.driver.FoundingDriver;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Ticker;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Founding on one server: finds the others, founds one cluster with them or waits to be taken in, starts and stops raft, and while
 * this server leads keeps the set of peers. Safe for any thread; nothing blocks but {@link #open} and {@link #close}.
 */
public interface FoundingService extends Founding, AutoCloseable {
    /**
     * Reads the data directory and counts this start. {@link #view()} holds the server id afterwards; nothing is sent and raft does
     * not run before {@link #start}.
     *
     * @throws FoundingException when the folder cannot be used
     */
    static FoundingService open(FoundingSettings settings) {
        return FoundingDriver.open(settings);
    }

    /**
     * What a client has of it. Run once a round it asks whoever claims a server id that stands for nobody now whether it is that
     * server, and tells {@code servers}. Returns at once.
     */
    static Runnable identityQuestions(ServerRoster servers, RpcCaller rpc) {
        return new Claims(servers, rpc, Chance.secure(), Ticker.system(), FoundingSettings.Timing.DEFAULT.ask())::ask;
    }

    /** Methods for the server port: register them before {@link #start}, and open the port. */
    Map<String, RpcHandler> handlers();

    /** Begins, once the server port is open and membership runs with tags that name this server's id. */
    void start(Membership membership);

    /** The first round of joins is over, whatever came of it: with an expect of 1 and addresses to join, nothing is founded before. */
    void joinsEnded();

    /**
     * Takes this server out of the configuration, wherever the leader is. Say {@link Membership#beginLeave} first: a leader takes in
     * whoever is alive and not leaving. Completes at once when it is in none. Exceptionally, with a
     * text for people, when it is the last voter or there is no leader.
     */
    CompletableFuture<@Nullable Void> leave();

    /**
     * On the leader: takes a voter or learner out by hand. A server that still runs stays outside until it is started again.
     * Completes within 30 s, exceptionally with {@link RemovalRefusedException}, {@link io.quorate.consensus.NotCommittedException},
     * or, when it is not known what came of it, with anything else.
     */
    CompletableFuture<@Nullable Void> removePeer(ServerId peer, Removal how);

    /** What a removal takes into account. */
    enum Removal {
        /** Only if nobody hears the peer any more; waits a while until that is certain. */
        SILENT,
        /** Refused when most of the voters that stay would not answer. */
        SAFE,
        /** Whatever becomes of the cluster; only the last voter always stays. */
        FORCED
    }

    /** When this server leads: hands leadership to the live voter with the longest log. Completes within 5 s, whatever came of it. */
    CompletableFuture<@Nullable Void> handOverLeadership();

    /** Stops raft and the loop. Membership of the cluster is untouched. */
    @Override
    void close();
}
