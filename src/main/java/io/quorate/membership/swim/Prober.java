package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one member after the other whether it is there: directly, then through others and over TCP (SWIM section 3.1; the
 * health of the asker and the answers of the helpers as in Lifeguard section IV-A).
 */
final class Prober {
    private final Core core;
    private final Pings pings;
    private final StreamIds streams;
    private final Consumer<Peer> silent;
    private final Consumer<Endpoint> strange;
    private final List<Peer> order = new ArrayList<>();
    private int next;
    private @Nullable Round round;
    private int relays;
    /** A round is due and waits for the end of the present one. */
    private boolean late;

    /**
     * @param silent told of a member that gave no sign of life
     * @param strange told of an address where another process answers than the one that was asked
     */
    Prober(Core core, Pings pings, StreamIds streams, Consumer<Peer> silent, Consumer<Endpoint> strange) {
        this.core = core;
        this.pings = pings;
        this.streams = streams;
        this.silent = silent;
        this.strange = strange;
    }

    void add(Peer peer) {
        if (peer.listed) {
            return;
        }
        peer.listed = true;
        int place = core.random.nextInt(order.size() + 1);
        order.add(place, peer);
        if (place < next) {
            next++;
        }
    }

    void tick() {
        if (round != null) {
            late = true;
            return;
        }
        late = false;
        Peer target = target();
        if (target != null) {
            round = new Round(target);
            round.begin();
        }
    }

    private @Nullable Peer target() {
        for (int looked = 0; looked <= order.size(); looked++) {
            if (next >= order.size()) {
                if (order.isEmpty()) {
                    return null;
                }
                next = 0;
                for (int i = order.size() - 1; i > 0; i--) {
                    Collections.swap(order, i, core.random.nextInt(i + 1));
                }
            }
            Peer peer = order.get(next);
            if (peer.isGone() || core.table.find(peer.name()) != peer) {
                peer.listed = false;
                order.remove(next);
                looked--;
            } else {
                next++;
                return peer;
            }
        }
        return null;
    }

    void onPing(Endpoint from, Message.Ping ping) {
        if (!ping.target().equals(core.me.name())) {
            return;
        }
        Message.Ack ack = new Message.Ack(ping.seq(), core.me.record.instance());
        Peer source = core.table.find(ping.source());
        if (source == null && core.hasMoved(ping.source())) {
            // It has not heard yet that it and this one are of different clusters; the refusal of a sync tells both.
            strange.accept(from);
        }
        Message word = source == null || source == core.me || source.hearsay ? null : obituary(source);
        if (word != null) {
            // One that starts in an empty folder learns at once that it is thought dead, and refutes.
            core.sendBare(from, ping.sourceInstance(), ack, word);
        } else if (core.table.knows(from)) {
            core.send(from, ping.sourceInstance(), List.of(ack), false);
        } else {
            core.sendBare(from, ping.sourceInstance(), ack);
        }
    }

    private @Nullable Message obituary(Peer peer) {
        return switch (peer.state) {
            case FAILED -> new Message.Failed(peer.name(), peer.claim, core.me.name());
            case LEFT -> new Message.Leave(Message.Phase.LEFT, peer.name(), peer.claim, peer.record.instance(), false);
            default -> null;
        };
    }

    void onPingReq(Endpoint from, Message.PingReq request) {
        if (!core.table.knows(from) || relays >= SwimSettings.INDIRECT_RELAYS) {
            core.counters.add(Tally.REJECTED_STRANGER);
            return;
        }
        relays++;
        Peer target = core.table.find(request.target());
        long instance =
                target != null && target.record.address().equals(request.address()) ? target.record.instance() : 0;
        boolean[] open = {true};
        long seq = pings.open(
                ack -> {
                    if (open[0]) {
                        open[0] = false;
                        core.sendBare(from, request.sourceInstance(), new Message.Ack(request.seq(), ack.instance()));
                    }
                },
                null);
        core.after(Core.ms(core.settings.timings().probeTimeout()), () -> {
            relays--;
            pings.close(seq);
            if (open[0]) {
                core.sendBare(from, request.sourceInstance(), new Message.Nack(request.seq()));
            }
        });
        core.sendBare(request.address(), instance, ping(seq, request.target()));
    }

    Message.Ping ping(long seq, io.quorate.kernel.NodeName target) {
        return new Message.Ping(seq, target, core.me.name(), core.me.record.instance());
    }

    private final class Round {
        private final Peer target;
        private final long instance;
        private final Endpoint address;
        private final long startedMs;
        private final long seq;
        private int helpers;
        private int nacks;
        private boolean answeredOverTcp;
        private boolean over;

        private Round(Peer target) {
            this.target = target;
            instance = target.record.instance();
            address = target.record.address();
            startedMs = core.now();
            seq = pings.open(this::onAck, this::onNack);
        }

        private void begin() {
            List<Message> messages = new ArrayList<>();
            messages.add(ping(seq, target.name()));
            if (target.suspicion != null) {
                // The suspect hears of it from the very one that asks, and can refute at once.
                messages.add(new Message.Suspect(target.name(), target.claim, core.me.name()));
            }
            // The end first: a question that cannot be sent must not leave a round that never ends, and no other after
            // it.
            core.after(Core.ms(core.settings.timings().probeTimeout()), this::askOthers);
            core.after(core.health.scale(Core.ms(core.settings.timings().probeInterval())), this::end);
            core.send(address, instance, messages, true);
        }

        private void askOthers() {
            if (over) {
                return;
            }
            for (Peer helper : core.table.pick(
                    core.random,
                    core.settings.timings().indirectProbers(),
                    peer -> peer != target && peer.state == MemberState.ALIVE)) {
                helpers++;
                core.send(
                        helper,
                        List.of(new Message.PingReq(seq, core.me.record.instance(), target.name(), address)),
                        true);
            }
            streams.open(
                    address,
                    new Message.StreamPing(seq, target.name(), core.me.name(), core.me.record.instance()),
                    new StreamIds.Answers() {
                        @Override
                        public @Nullable Message answered(Message answer) {
                            if (answer instanceof Message.Ack ack && ack.instance() == instance) {
                                answeredOverTcp = true;
                            }
                            return null;
                        }

                        @Override
                        public void failed(Hindrance hindrance) {
                            // No answer over TCP: the end of the round decides.
                        }
                    });
        }

        private void onAck(Message.Ack ack) {
            if (ack.instance() != instance) {
                if (!over) {
                    strange.accept(address);
                }
                return;
            }
            if (!over) {
                core.health.change(-1);
                core.counters.probeTime(Duration.ofMillis(core.now() - startedMs));
                finish();
                nextIfDue();
            }
        }

        private void onNack() {
            nacks++;
        }

        private void end() {
            if (over) {
                return;
            }
            finish();
            judge();
            nextIfDue();
        }

        private void judge() {
            if (answeredOverTcp) {
                core.health.change(-1);
                if (!target.udpBlockedTold) {
                    target.udpBlockedTold = true;
                    core.counters.add(Tally.UDP_BLOCKED);
                    core.emit(new Effect.Warn(
                            "udp-blocked " + target.name(),
                            "member " + target.name() + " at " + address
                                    + " answers over TCP only: open its port for UDP too"));
                }
                return;
            }
            core.health.change(helpers > 0 ? Math.max(0, helpers - nacks) : 1);
            core.counters.add(Tally.PROBE_FAILED);
            if (!target.isGone() && core.table.find(target.name()) == target && target.record.instance() == instance) {
                silent.accept(target);
            }
        }

        private void finish() {
            over = true;
            pings.close(seq);
            round = null;
        }

        private void nextIfDue() {
            if (late) {
                tick();
            }
        }
    }
}
