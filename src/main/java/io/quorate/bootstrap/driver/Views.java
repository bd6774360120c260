package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.Founding.View;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Terms;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.CommittedServers;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.FoundingState;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What others in this process see of founding. {@link #publish} belongs to the founding loop, the rest is for any thread. */
final class Views {
    private final Terms terms;
    private final Steps steps;
    private final Reasons reasons;
    private final CommittedServers committed;
    private final Places places;
    private final List<Consumer<View>> listeners = new CopyOnWriteArrayList<>();
    private volatile View newest;

    Views(Terms terms, Steps steps, CommittedServers committed, Places places) {
        this.places = places;
        this.terms = terms;
        this.steps = steps;
        this.committed = committed;
        reasons = new Reasons(terms);
        newest = look(RaftStatus.NONE);
    }

    View newest() {
        return newest;
    }

    void listen(Consumer<View> listener) {
        listeners.add(listener);
    }

    /** Nobody is told of what has not changed. */
    void publish(RaftStatus raft) {
        View next = look(raft);
        if (!next.equals(newest)) {
            newest = next;
            // A step is under way: a listener that fails must not stop it in the middle.
            listeners.forEach(l -> Failures.guarded(Duty.VITAL, "listener to founding", () -> l.accept(next))
                    .run());
        }
    }

    private static Reasons.@Nullable Failure stopped(Steps steps) {
        if (steps.failure() == null && steps.held() != null) {
            return steps.held();
        }
        String why = steps.raftFailed();
        return steps.failure() == null && why != null ? Reasons.raftDoesNotStart(why) : steps.failure();
    }

    private View look(RaftStatus raft) {
        State state = steps.state();
        // Gossip carries it to other processes: a crash must not take back what they saw.
        FoundingRecord record = steps.told();
        Charter charter = record.standing().charter();
        Standing.Member member = record.standing() instanceof Standing.Member m ? m : null;
        FoundingState shown = steps.failure() != null
                ? FoundingState.FAILED
                : steps.isStarted() ? record.standing().state() : FoundingState.STARTING;
        return new View(
                record.id(),
                terms.name(),
                shown,
                member == null ? null : member.cluster(),
                member != null && member.led(),
                charter == null ? null : charter.id().toString(),
                raft.voters().contains(record.id()),
                charter == null ? terms.expect() : charter.expect(),
                charter == null
                        ? terms.founders()
                        : charter.founders().stream().map(Founder::name).toList(),
                record.starts(),
                Reasons.known(state),
                reasons.missing(state),
                why(state, record, raft));
    }

    /** A member speaks of voters: who only claims to be one is none. */
    private State believed(State state) {
        return state.standing() instanceof Standing.Member
                ? state.peers(places.holders(state.peers().values()))
                : state;
    }

    private Why why(State state, FoundingRecord record, RaftStatus raft) {
        if (!steps.isStarted() && steps.failure() == null) {
            return reasons.starting(state);
        }
        // Its own log tells: the removal was committed there before the configuration changed.
        boolean removed = committed.removed().getOrDefault(record.id(), -1L) >= record.starts();
        boolean outside = raft.leader() == null && stopped(steps) == null;
        return removed && outside && record.standing() instanceof Standing.Member member
                ? reasons.removed(state, member.cluster())
                : reasons.why(believed(state), raft, stopped(steps));
    }
}
