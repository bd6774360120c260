package io.quorate.membership.swim;

import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.UserEvent;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What members say to all others: each event is told once in this process and passed on as news of members is (SWIM, section 4.1; the
 * Lamport time and its buffer are those of Serf's user events). Owned by the gossip loop.
 */
final class UserEvents {
    /*
     * An event reaches a member several times, for whoever hears it passes it on. To tell it once, its id is remembered, and that cannot
     * last for ever. A memory by age in seconds would need clocks that agree; one of the last ids heard would be pushed out by a burst,
     * and the events of the burst would be told again. So ids are remembered by the Lamport time of their events: the buffer holds the
     * last KEPT times, and what is older than all of them is dropped unheard, because it cannot be known whether it was told.
     *
     * A process that has just come in holds no ids. What still goes round from before would be told to it, also what an earlier process
     * of its name was told already; so nothing counts that is not later than the clock in the first sync.
     *
     * seen: by time modulo KEPT; the entry of another time is an old one, for all times of the buffer lie within KEPT of the clock.
     * floor: the clock of the first sync; negative before it.
     */
    static final int KEPT = 512;
    /** Said by different members at one time, before they heard of each other. */
    static final int AT_ONE_TIME = 64;
    /** Waiting to be passed on; beyond, those go that were sent most often. */
    static final int QUEUED = 512;

    private final Core core;
    private final @Nullable Seen[] seen = new Seen[KEPT];
    private long floor = -1;

    UserEvents(Core core) {
        this.core = core;
    }

    private record Seen(long time, Set<UUID> ids) {}

    /** A sync told the clock of another member, and this one's stands past it. */
    void synced() {
        if (floor < 0) {
            floor = core.clock.time() - 1;
        }
    }

    /** Says it to everybody. @return its time */
    long fire(UUID id, byte[] body) {
        UserEvent event = new UserEvent(core.clock.tick(), id, body);
        if (remembers(event)) {
            passOn(event);
        }
        return event.time();
    }

    /** Somebody passed it on. */
    void heard(UserEvent event) {
        if (!core.clock.witness(event.time(), false)) {
            core.counters.add(Tally.REJECTED_CLOCK);
        } else if (event.time() > floor && event.time() > core.clock.time() - KEPT && remembers(event)) {
            passOn(event);
        }
    }

    /** Whether it is new here and there is room for its id. */
    private boolean remembers(UserEvent event) {
        int place = (int) (event.time() % KEPT);
        Seen known = seen[place];
        if (known == null || known.time != event.time()) {
            known = new Seen(event.time(), new HashSet<>());
            seen[place] = known;
        }
        if (known.ids.size() >= AT_ONE_TIME) {
            core.counters.add(Tally.USER_EVENTS_DROPPED);
            return false;
        }
        return known.ids.add(event.id());
    }

    private void passOn(UserEvent event) {
        core.counters.add(Tally.USER_EVENTS);
        core.emit(new Effect.Tell(event));
        core.events.add(event.id(), new Message.Event(event), null);
        while (core.events.size() > QUEUED) {
            core.events.dropMostSent();
            core.counters.add(Tally.USER_EVENTS_DROPPED);
        }
    }
}
