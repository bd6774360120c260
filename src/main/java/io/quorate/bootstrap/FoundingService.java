package io.quorate.bootstrap;

import io.quorate.bootstrap.driver.Claims;
import io.quorate.bootstrap.driver.FoundingDriver;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Ticker;
import java.util.Map;

/**
 * Founding on one server: finds the others, founds one cluster with them or waits to be taken in, starts and stops raft. Safe for any
 * thread; nothing blocks but {@link #open} and {@link #close}.
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

    /** For whoever cares for the peer set. */
    Surroundings surroundings();

    /**
     * Begins, once the server port is open and membership runs with tags that name this server's id.
     *
     * @param peers told on founding's loop what concerns the peer set
     */
    void start(Membership membership, PeerSet peers);

    /** The first round of joins is over, whatever came of it: with an expect of 1 and addresses to join, nothing is founded before. */
    void joinsEnded();

    /** Stops raft and the loop. Membership of the cluster is untouched. */
    @Override
    void close();
}
