package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member that is thought alive shows up at another address: it moves only when the old address no longer answers for its
 * name. So a pod that returns is followed within seconds, and a second machine of the same name takes nothing away.
 */
final class Challenges {
    private static final int MAX = 1024;
    private static final long KEPT_MS = 5_000;

    private final Core core;
    private final Pings pings;
    private final StreamIds streams;
    private final Map<NodeName, Challenge> running = new HashMap<>();
    private final Map<NodeName, Kept> kept = new HashMap<>();

    Challenges(Core core, Pings pings, StreamIds streams) {
        this.core = core;
        this.pings = pings;
        this.streams = streams;
    }

    void begin(Peer peer, PeerRecord claim, Hearing hearing) {
        Challenge present = running.get(peer.name());
        if (present != null) {
            if (claim.instance() == present.claim.instance() && claim.isNewerThan(present.claim)) {
                present.claim = claim;
            }
            return;
        }
        Kept recent = kept.get(peer.name());
        boolean answered = recent != null && recent.instance == claim.instance() && recent.untilMs > core.now();
        if (answered || running.size() >= MAX) {
            return;
        }
        Challenge challenge = new Challenge(peer, claim, hearing);
        running.put(peer.name(), challenge);
        core.after(SwimSettings.CHALLENGE_RETRY_MS, challenge::askAgain);
        core.after(SwimSettings.CHALLENGE_MS, challenge::unanswered);
        challenge.ask();
    }

    void sweep() {
        kept.values().removeIf(k -> k.untilMs <= core.now());
    }

    private record Kept(long instance, long untilMs) {}

    private final class Challenge {
        private final NodeName name;
        private final Endpoint address;
        private final long instance;
        private final Hearing hearing;
        private final long seq;
        private PeerRecord claim;
        private boolean over;

        private Challenge(Peer peer, PeerRecord claim, Hearing hearing) {
            this.name = peer.name();
            this.address = peer.record.address();
            this.instance = peer.record.instance();
            this.claim = claim;
            this.hearing = hearing;
            this.seq = pings.open(this::onAck, null);
        }

        private void ask() {
            core.sendBare(address, instance, new Message.Ping(seq, name, core.me.name(), core.me.record.instance()));
        }

        private void askAgain() {
            if (over) {
                return;
            }
            ask();
            streams.open(
                    address,
                    new Message.StreamPing(seq, name, core.me.name(), core.me.record.instance()),
                    new StreamIds.Answers() {
                        @Override
                        public @Nullable Message answered(Message answer) {
                            if (answer instanceof Message.Ack ack) {
                                onAck(ack);
                            }
                            return null;
                        }

                        @Override
                        public void failed(Hindrance hindrance) {
                            // Silence is what moves the name; the timer decides.
                        }
                    });
        }

        private void onAck(Message.Ack ack) {
            if (over || ack.instance() == claim.instance()) {
                return;
            }
            finish();
            kept.put(name, new Kept(claim.instance(), core.now() + KEPT_MS));
            core.counters.add(Tally.CONFLICT);
            core.emit(new Effect.Warn(
                    "name-conflict " + name,
                    "Node name " + name + " conflicts with another node at " + claim.address()
                            + ". Names must be unique! The one at " + address + " still answers and keeps it"));
            core.sendBare(claim.address(), claim.instance(), new Message.Conflict(name, claim.instance()));
            Peer peer = core.table.find(name);
            if (peer != null) {
                core.publish(new MemberEvent.Conflict(core.view(peer), claim.address()));
            }
        }

        private void unanswered() {
            if (over) {
                return;
            }
            finish();
            Peer peer = core.table.find(name);
            if (peer == null) {
                hearing.alive(claim, Hearing.Word.BROUGHT);
            } else if ((claim.isNewerThan(peer.record) || Leaps.isSpoilt(peer)) && core.admits(claim, peer)) {
                if (core.table.find(name) == peer && peer.isAlive()) {
                    core.calm(peer);
                    core.table.setState(peer, MemberState.FAILED, peer.claim, core.now());
                    core.publish(new MemberEvent.Failed(core.view(peer)));
                    // Only this step calls it failed: the new process may well speak at the same incarnation.
                    peer.hearsay = true;
                }
                hearing.accept(peer, claim);
            }
        }

        private void finish() {
            over = true;
            pings.close(seq);
            running.remove(name);
        }
    }
}
