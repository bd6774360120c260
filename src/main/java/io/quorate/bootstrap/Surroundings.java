package io.quorate.bootstrap;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** What founding knows of the other servers, and how it speaks with them, for a {@link PeerSet}. For the loop alone, but for {@link #loop}. */
public interface Surroundings {
    /** The one that owns all of this, and all that a {@link PeerSet} keeps. */
    EventLoop loop();

    State state();

    /** The member that this id stands for; empty when nobody claims it, or nobody that is believed. */
    Optional<Peer> holder(ServerId server);

    /** The other servers of the datacenter, without those that claim to be a server which somebody else is. */
    List<Peer> holders();

    /** As the leader: tells a server without a cluster that it belongs to this one. */
    void adopt(Word server);

    /** As the leader: tells a server that its id was replaced while it was away. */
    void tellReplaced(Word server);

    /** Asks whoever answers there, meaning that server; exceptionally when nobody does. What is said is not taken in. */
    CompletableFuture<Word> ask(Endpoint place, ServerId server);

    /**
     * Whether a server that our directory knows made that request for a removal itself.
     *
     * @return completes on the loop
     */
    CompletableFuture<Boolean> asksFor(ServerId removal, ServerId by, UUID request);

    /** A round is wanted soon: something was committed that another step waits for. */
    void roundSoon();
}
