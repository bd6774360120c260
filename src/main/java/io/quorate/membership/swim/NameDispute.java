package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this member's name belongs to another process. Somebody says so, and it may be anybody: so some members are asked, on
 * connections that are opened here, whom they hold under the name (as Serf asks a majority). Only when more of those that know
 * hold another process, and that one answers for the name at its own address, this member stops claiming it. Until then it goes
 * on refuting; silence of those asked decides nothing.
 */
final class NameDispute {
    private static final int ASKED = 5;
    private static final long GAP_MS = 10_000;

    private final Core core;
    private final Myself myself;
    private final StreamIds streams;
    private long askedMs = Long.MIN_VALUE / 2;

    NameDispute(Core core, Myself myself, StreamIds streams) {
        this.core = core;
        this.myself = myself;
        this.streams = streams;
    }

    /** Somebody says that the name is another's. */
    void heard(Message.Conflict message) {
        boolean meant = message.instance() == core.me.record.instance()
                && message.name().equals(core.me.name());
        if (!meant || myself.isLeaving() || core.now() - askedMs < GAP_MS) {
            return;
        }
        askedMs = core.now();
        List<Peer> asked = core.table.pick(core.random, ASKED, Peer::isAlive);
        Votes votes = new Votes(asked.size());
        for (Peer peer : asked) {
            streams.open(peer.record.address(), core.question(false), votes);
        }
    }

    private final class Votes implements StreamIds.Answers {
        private int waiting;
        private int ours;
        private int theirs;
        private @Nullable Endpoint rival;

        private Votes(int asked) {
            waiting = asked;
        }

        @Override
        public @Nullable Message answered(Message answer) {
            if (answer instanceof Message.Same) {
                ours++;
            } else if (answer instanceof Message.State state) {
                state.entries().stream()
                        .filter(e -> e.record().name().equals(core.me.name()))
                        .forEach(this::count);
            }
            ended();
            return null;
        }

        private void count(Message.Entry entry) {
            boolean lives = entry.state() == MemberState.ALIVE || entry.state() == MemberState.SUSPECT;
            if (entry.record().instance() == core.me.record.instance()) {
                ours++;
            } else if (lives && !entry.record().address().equals(core.me.record.address())) {
                theirs++;
                rival = entry.record().address();
            }
        }

        @Override
        public void failed(Hindrance hindrance) {
            ended();
        }

        private void ended() {
            waiting--;
            if (waiting > 0) {
                return;
            }
            if (rival != null && theirs > ours) {
                ask(rival);
            } else {
                core.counters.add(Tally.REJECTED_CONFLICT);
            }
        }
    }

    private void ask(Endpoint rival) {
        long seq = core.random.nextLong();
        PeerRecord me = core.me.record;
        streams.open(rival, new Message.StreamPing(seq, me.name(), me.name(), me.instance()), new StreamIds.Answers() {
            @Override
            public @Nullable Message answered(Message answer) {
                boolean another = answer instanceof Message.Ack ack
                        && ack.seq() == seq
                        && ack.instance() != me.instance()
                        && ack.instance() != 0;
                if (another) {
                    myself.yieldNameTo(rival);
                } else {
                    core.counters.add(Tally.REJECTED_CONFLICT);
                }
                return null;
            }

            @Override
            public void failed(Hindrance hindrance) {
                core.counters.add(Tally.REJECTED_CONFLICT);
            }
        });
    }
}
