package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters.Tally;

/** What a message of a datagram asks to be done. */
final class Arrived implements Message.Cases<Runnable> {
    private final Core core;
    private final Prober prober;
    private final Pings pings;
    private final Hearing hearing;
    private final NameDispute dispute;
    private final UserEvents events;
    private final Endpoint from;
    private final boolean forThis;

    /** @param forThis whether the datagram was meant for this process, and not for an earlier one at its address */
    Arrived(
            Core core,
            Prober prober,
            Pings pings,
            Hearing hearing,
            NameDispute dispute,
            UserEvents events,
            Endpoint from,
            boolean forThis) {
        this.core = core;
        this.prober = prober;
        this.pings = pings;
        this.hearing = hearing;
        this.dispute = dispute;
        this.events = events;
        this.from = from;
        this.forThis = forThis;
    }

    @Override
    public Runnable ping(Message.Ping ping) {
        return () -> prober.onPing(from, ping);
    }

    @Override
    public Runnable pingReq(Message.PingReq request) {
        return () -> prober.onPingReq(from, request);
    }

    @Override
    public Runnable ack(Message.Ack ack) {
        return () -> pings.onAck(ack);
    }

    @Override
    public Runnable nack(Message.Nack nack) {
        return () -> pings.onNack(nack);
    }

    @Override
    public Runnable alive(Message.Alive alive) {
        return news(() -> hearing.alive(alive.record(), Hearing.Word.BROUGHT));
    }

    @Override
    public Runnable suspect(Message.Suspect suspect) {
        return news(
                () -> hearing.suspect(suspect.name(), suspect.incarnation(), suspect.accuser(), Hearing.Word.BROUGHT));
    }

    @Override
    public Runnable failed(Message.Failed failed) {
        return news(() -> hearing.failed(failed.name(), failed.incarnation(), failed.accuser()));
    }

    @Override
    public Runnable leave(Message.Leave leave) {
        return news(() -> hearing.leave(leave));
    }

    @Override
    public Runnable conflict(Message.Conflict conflict) {
        return news(() -> dispute.heard(conflict));
    }

    @Override
    public Runnable event(Message.Event event) {
        return news(() -> events.heard(event.event()));
    }

    @Override
    public Runnable sync(Message.Sync sync) {
        return this::ofStreams;
    }

    @Override
    public Runnable same(Message.Same same) {
        return this::ofStreams;
    }

    @Override
    public Runnable state(Message.State state) {
        return this::ofStreams;
    }

    @Override
    public Runnable refused(Message.Refused refused) {
        return this::ofStreams;
    }

    @Override
    public Runnable streamPing(Message.StreamPing ping) {
        return this::ofStreams;
    }

    /** Meant for an earlier process at this address, or come back to its sender, it tells nothing. */
    private Runnable news(Runnable hear) {
        return forThis ? hear : () -> core.counters.add(Tally.REJECTED_INSTANCE);
    }

    private void ofStreams() {
        core.counters.add(Tally.REJECTED_TYPE);
    }
}
