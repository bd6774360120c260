package io.quorate.membership.net;

import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership.Trouble;
import io.quorate.membership.Roster;
import io.quorate.membership.ServerRoster;
import io.quorate.membership.UserEvent;
import io.quorate.membership.swim.Swim;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What others in this process see of gossip. Written on the gossip loop; read by any thread. */
final class Publication {
    private final GossipCounters counters;
    private final List<Consumer<MemberEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<UserEvent>> eventListeners = new CopyOnWriteArrayList<>();
    private final List<MemberEvent> events = new ArrayList<>();
    private long version = -1;
    private volatile Roster roster;
    private volatile List<ForeignCluster> foreign = List.of();
    private volatile @Nullable String nameConflict;
    private volatile Map<String, Object> gauges = Map.of();
    private volatile long loopLagMs;
    private final Meetings meetings = new Meetings();
    private final ServerRoster servers;

    Publication(GossipCounters counters, Roster roster, ServerRoster servers) {
        this.counters = counters;
        this.roster = roster;
        this.servers = servers;
        servers.follow(roster);
    }

    // ---- on the loop ----

    /** Told with the next {@link #publish}. */
    void add(MemberEvent event) {
        events.add(event);
    }

    void tell(UserEvent event) {
        for (Consumer<UserEvent> listener : eventListeners) {
            Failures.guarded(Duty.VITAL, "listener to events", () -> listener.accept(event))
                    .run();
        }
    }

    /** The roster first, and only then whoever listens for a change in it. */
    void publish(Swim swim) {
        foreign = swim.foreignClusters();
        nameConflict = swim.nameConflict();
        if (swim.version() != version) {
            version = swim.version();
            roster = swim.roster();
            servers.follow(roster);
        }
        if (events.isEmpty()) {
            return;
        }
        List<MemberEvent> told = List.copyOf(events);
        events.clear();
        for (MemberEvent event : told) {
            for (Consumer<MemberEvent> listener : listeners) {
                Failures.guarded(Duty.VITAL, "listener to gossip", () -> listener.accept(event))
                        .run();
            }
        }
    }

    void gauge(Swim swim) {
        gauges = Collections.unmodifiableMap(swim.gauges());
    }

    void wokeLate(long lagMs) {
        loopLagMs = Math.max(0, lagMs);
    }

    // ---- for any thread ----

    void listen(Consumer<MemberEvent> listener) {
        listeners.add(listener);
    }

    void listenToEvents(Consumer<UserEvent> listener) {
        eventListeners.add(listener);
    }

    Roster roster() {
        return roster;
    }

    ServerRoster servers() {
        return servers;
    }

    Meetings meetings() {
        return meetings;
    }

    List<ForeignCluster> foreign() {
        return foreign;
    }

    /** The caller's own. */
    Map<String, Object> stats() {
        Map<String, Object> stats = new TreeMap<>(gauges);
        stats.put("coordinate_resets", 0);
        stats.put("loop_lag_ms", loopLagMs);
        stats.put("disbelieved_servers", servers.disbelieved());
        for (Tally key : Tally.values()) {
            String name = key.meter().replace('.', '_');
            stats.put(key.value().isEmpty() ? name : name + "_" + key.value(), counters.get(key));
        }
        return stats;
    }

    @Nullable
    Trouble trouble() {
        String conflict = nameConflict;
        if (conflict != null) {
            return new Trouble(
                    Trouble.Kind.NAME_CONFLICT,
                    conflict,
                    "give this agent another node name, or stop the other one; it asks again every 30 s");
        }
        if (roster.members().size() > 1) {
            return null;
        }
        String seen;
        if (counters.get(Tally.REJECTED_KEY) > 0) {
            seen = "gossip arrives sealed under a key that this agent does not have";
        } else if (counters.get(Tally.REJECTED_SEALED) + counters.get(Tally.REJECTED_PLAIN) > 0) {
            seen = "gossip arrives from members that seal when this agent does not, or the other way round";
        } else if (meetings.all().stream().anyMatch(m -> m.outcome() == Meeting.Outcome.HUNG_UP)
                && meetings.all().stream().noneMatch(m -> m.outcome() == Meeting.Outcome.JOINED)) {
            seen = "the members that were joined hung up without a word, as they do when the key is another";
        } else {
            return null;
        }
        return new Trouble(
                Trouble.Kind.KEY_MISMATCH,
                seen + ", and nobody is known",
                "give this agent the gossip key of its pool (encrypt)");
    }
}
