package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.swim.Message.Phase;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What this member says of itself, and how it answers what others say of it: nobody else raises its incarnation. */
final class Myself {
    private static final long BOUND_STEP = 1000;
    private static final long CONFLICT_OVER_MS = 10_000;

    private final Core core;
    private final Leaps leaps;
    private long bound;
    private boolean leaving;
    private long refutedMs = Long.MIN_VALUE / 2;
    private long heard;
    private TimerQueue.@Nullable Entry waitingRefute;
    /** Another process owns the name: it is not claimed for now. */
    private boolean silenced;

    private @Nullable String conflict;
    private long conflictMs;

    /** @param bound incarnations below it may be used */
    Myself(Core core, long bound) {
        this.core = core;
        this.bound = bound;
        leaps = new Leaps(core);
        reserve(core.me.record.incarnation());
    }

    Leaps leaps() {
        return leaps;
    }

    boolean isLeaving() {
        return leaving;
    }

    boolean isSilenced() {
        return silenced;
    }

    /** A sentence while another process owns the name; else absent. */
    @Nullable
    String conflict() {
        return conflict;
    }

    void announce() {
        if (!silenced && !leaving) {
            core.queue.add(core.me.name(), new Message.Alive(core.me.record), null);
        }
    }

    void setTags(SortedMap<String, String> tags) {
        if (!core.me.record.tags().equals(tags)) {
            say(core.me.record.saying(tags, core.me.record.cluster()));
        }
    }

    void setCluster(@Nullable ClusterRef cluster) {
        PeerRecord record = core.me.record;
        if (cluster == null ? record.cluster() == null : cluster.equals(record.cluster())) {
            return;
        }
        say(record.saying(record.tags(), cluster));
        if (cluster != null) {
            core.dropOthersThan(cluster);
        }
    }

    private void say(PeerRecord record) {
        raise(record, core.me.claim + 1);
        core.publish(new MemberEvent.Updated(core.view(core.me)));
    }

    private void raise(PeerRecord record, long incarnation) {
        reserve(incarnation);
        MemberState state = core.me.state;
        core.table.replaceRecord(core.me, record.at(incarnation));
        core.table.setState(core.me, state, incarnation, core.me.sinceMs);
        announce();
    }

    private void reserve(long incarnation) {
        if (incarnation >= bound) {
            bound = Math.min(incarnation + BOUND_STEP, Leaps.LAST);
            core.emit(new Effect.RaiseBound(bound));
        }
    }

    /**
     * Somebody says something untrue of this member at this incarnation.
     *
     * @param asked in the answer to a question of this member's
     */
    boolean refute(long incarnation, boolean doubt, boolean asked) {
        if (leaving || silenced || incarnation < core.me.claim || !leaps.answers(incarnation, asked)) {
            return false;
        }
        if (doubt) {
            core.health.change(1);
        }
        heard = Math.max(heard, incarnation);
        if (waitingRefute != null) {
            return true;
        }
        long earliest = refutedMs + SwimSettings.REFUTE_INTERVAL_MS;
        if (core.now() >= earliest) {
            refuteNow();
        } else {
            // Two owners of a name would answer each other without end.
            waitingRefute = core.timers.at(earliest, () -> {
                waitingRefute = null;
                if (heard >= core.me.claim) {
                    refuteNow();
                }
            });
        }
        return true;
    }

    private void refuteNow() {
        if (leaving || silenced) {
            return;
        }
        refutedMs = core.now();
        core.counters.add(Tally.REFUTE);
        raise(core.me.record, Math.max(core.me.claim, heard) + 1);
    }

    /** A record under this member's own name. */
    boolean heardOf(PeerRecord record, boolean asked) {
        PeerRecord own = core.me.record;
        boolean untrue = record.incarnation() > core.me.claim
                || (record.incarnation() == core.me.claim && !record.saysTheSameAs(own));
        return untrue && refute(record.incarnation(), false, asked);
    }

    /** The owner of the name still answers: stop claiming it, and ask again later. */
    void yieldNameTo(Endpoint owner) {
        if (leaving) {
            return;
        }
        core.counters.add(Tally.CONFLICT);
        conflictMs = core.now();
        conflict = "Node name " + core.me.name()
                + " conflicts with another node. Names must be unique! The other one, at " + owner
                + ", was there first and keeps it";
        core.emit(new Effect.Warn("name-conflict", conflict));
        if (!silenced) {
            silenced = true;
            core.queue.forget(core.me.name());
            core.after(SwimSettings.CLAIM_AGAIN_MS, this::claimAgain);
        }
    }

    private void claimAgain() {
        silenced = false;
        refuteNow();
        core.after(CONFLICT_OVER_MS, () -> {
            if (core.now() - conflictMs >= CONFLICT_OVER_MS) {
                conflict = null;
            }
        });
    }

    /** @param whenTold run once it was passed on often enough */
    void leave(Phase phase, Runnable whenTold) {
        long incarnation = leaving ? core.me.claim : core.me.claim + 1;
        leaving = true;
        reserve(incarnation);
        core.table.replaceRecord(core.me, core.me.record.at(incarnation));
        core.table.setState(
                core.me, phase == Phase.LEFT ? MemberState.LEFT : MemberState.LEAVING, incarnation, core.now());
        Message message = new Message.Leave(phase, core.me.name(), incarnation, core.me.record.instance(), false);
        core.queue.add(core.me.name(), message, whenTold);
    }
}
