package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Twin;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for another process that answers under this server's own id: on a copy of its data directory, or on one that was put back from
 * a backup. Everybody known is asked where he sees that id, and whoever is there is asked who he is. Owned by the founding loop.
 */
final class Twins {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    /** Silence refuses nobody: raft does not wait longer for an answer. */
    static final Duration LIMIT = Duration.ofSeconds(2);

    private static final int MAX_ASKED = 64;

    private final FoundingSettings settings;
    private final Steps steps;
    private final Attesting attesting;
    private final Inquiry inquiry;
    private @Nullable Search search;
    private @Nullable RefusedCopy refused;
    private boolean said;

    Twins(FoundingSettings settings, Steps steps, Attesting attesting, Inquiry inquiry) {
        this.settings = settings;
        this.steps = steps;
        this.attesting = attesting;
        this.inquiry = inquiry;
    }

    /** Asks whoever is known by now and was not asked yet. */
    void ask() {
        Search running = search;
        if (running == null) {
            running = new Search(settings.ticker().nanos());
            search = running;
        }
        running.ask();
    }

    /** Whether raft may start: all that were asked have answered or failed to, or the time for it is over. */
    boolean isOver(boolean everybodyIsKnown) {
        Search running = search;
        if (running == null) {
            return false;
        }
        boolean late = settings.ticker().nanos() - running.sinceNanos >= LIMIT.toNanos();
        return late || (everybodyIsKnown && running.open == 0);
    }

    /** While raft runs: looks again, once the look before has ended and a round of questions takes its turn. To be called often. */
    void again() {
        Search running = search;
        Duration least = running != null && running.open > 0
                ? LIMIT.multipliedBy(2)
                : settings.timing().round();
        if (running == null || settings.ticker().nanos() - running.sinceNanos >= least.toNanos()) {
            search = null;
            ask();
        }
    }

    /** Of a server that was refused as a copy: whether the other one is still there. To be called often. */
    void watchTheOther() {
        RefusedCopy copy = refused;
        if (copy != null) {
            copy.askIfDue();
        }
    }

    private final class Search {
        private final long sinceNanos;
        private final Set<Endpoint> asked = new HashSet<>();
        private final ServerId self = steps.told().id();
        private final UUID challenge = inquiry.challenge();
        private int open;

        Search(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        void ask() {
            for (Peer peer : List.copyOf(steps.state().peers().values())) {
                Endpoint address = peer.address();
                // Whoever bears this id is asked whatever gossip says of it.
                boolean asked =
                        peer.presence() != Peer.Presence.LEFT || peer.id().equals(self);
                if (address != null && asked) {
                    askAt(address, answer -> heard(peer, address, answer));
                }
            }
        }

        private void heard(Peer peer, Endpoint address, Attestation answer) {
            if (answer.by().equals(self)) {
                met(answer, peer.name() + " at " + address, address);
                return;
            }
            Endpoint seen = answer.seen();
            if (seen != null) {
                askAt(seen, there -> {
                    if (there.by().equals(self)) {
                        met(there, "the server at " + seen, seen);
                    }
                });
            }
        }

        private void askAt(Endpoint address, Consumer<Attestation> then) {
            if (asked.size() >= MAX_ASKED || !asked.add(address)) {
                return;
            }
            open++;
            inquiry.whenAsked(address, challenge, null, answer -> {
                open--;
                if (answer != null && search == this) {
                    then.accept(answer);
                }
            });
        }

        private void met(Attestation other, String where, Endpoint at) {
            Attestation own = attesting.own();
            if (other.instance().equals(own.instance())
                    || other.phase() == Attestation.Phase.STOPPED
                    || own.phase() == Attestation.Phase.STOPPED
                    || !own.by().equals(self)) {
                return;
            }
            if (own.phase() != Attestation.Phase.RUNNING || others().isEmpty()) {
                decide(own, other, where, at, 0);
            } else {
                countThoseWhoKnow(at, count -> decide(attesting.own(), other, where, at, count));
            }
        }

        /** How many of the other voters have this server's id at that address. */
        private void countThoseWhoKnow(Endpoint at, Consumer<Integer> then) {
            inquiry.ask(
                    peer -> others().contains(peer.id()),
                    answers -> then.accept((int) answers.values().stream()
                            .filter(a -> at.equals(a.seen()))
                            .count()));
        }

        private List<ServerId> others() {
            return settings.consensus().status().voters().stream()
                    .filter(v -> !v.equals(self))
                    .toList();
        }

        private void decide(Attestation own, Attestation other, String where, Endpoint at, int count) {
            boolean votersUnknown = own.phase() == Attestation.Phase.RUNNING
                    && settings.consensus().status().voters().isEmpty();
            boolean proven = FolderProof.holds(steps.told(), challenge, other);
            // Where the voters are not known yet it is asked again once they are.
            if (own.phase() == Attestation.Phase.STOPPED
                    || votersUnknown
                    || !rank(own).givesWayTo(rank(other), proven, others().size(), count)) {
                say(other, where);
                return;
            }
            RefusedCopy copy = new RefusedCopy(settings, steps, inquiry, challenge, where, at);
            refused = copy;
            steps.fail(copy.reason());
        }

        private void say(Attestation other, String where) {
            if (!said) {
                said = true;
                LOG.atWarn()
                        .addKeyValue("where", where)
                        .addKeyValue("instance", other.instance())
                        .log("another process answers under this server's id, on a copy of its data directory: stop"
                                + " that one and move its data directory away");
            }
        }
    }

    private static Twin rank(Attestation of) {
        Twin.Phase phase = switch (of.phase()) {
            case STOPPED, OUTSIDE -> Twin.Phase.OUTSIDE;
            case STARTING -> Twin.Phase.STARTING;
            case RUNNING -> Twin.Phase.RUNNING;
        };
        return new Twin(phase, of.starts(), of.instance());
    }
}
