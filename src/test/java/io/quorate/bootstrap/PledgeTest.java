package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a server that hears a proposal pledges, and when it refuses for ever. */
class PledgeTest {
    private static final Datacenter DC = new Datacenter("dc1");
    private static final ClusterRef LIVING = ClusterRef.founded(new ClusterId(new UUID(7, 7)));
    private static final ServerId ASKER = new ServerId(new UUID(-1, 2));

    private final FoundingCore core = new FoundingCore(
            new Terms(new NodeName("a"), DC, new Expect(3), List.of(), false), Later.TIMING, Fresh.from(new Random(1)));
    private final State blank = core.start(Optional.empty(), Folder.NONE).state();
    private final Charter charter = new Charter(
            new ClusterId(new UUID(3, 3)),
            DC,
            List.of(
                    new Founder(blank.record().id(), new NodeName("a")),
                    new Founder(ASKER, new NodeName("b")),
                    new Founder(new ServerId(new UUID(-1, 3)), new NodeName("c"))));

    private Step asked(State state) {
        Word pledged = new Word(
                ASKER,
                new NodeName("b"),
                DC,
                new Expect(3),
                1,
                FoundingState.PLEDGED,
                charter,
                null,
                false,
                null,
                null);
        return core.on(state, new Event.Heard(pledged), 0);
    }

    private static Word member(@Nullable Charter founded) {
        return new Word(
                new ServerId(new UUID(-1, 9)),
                new NodeName("m"),
                DC,
                new Expect(3),
                1,
                FoundingState.MEMBER,
                founded,
                LIVING,
                false,
                null,
                null);
    }

    private void isRefused(State state) {
        Step step = asked(state);
        assertThat(step.state().standing()).isInstanceOf(Standing.Blank.class);
        assertThat(step.state().record().refused()).containsExactly(charter.id());
        assertThat(step.effects().get(0))
                .isEqualTo(new Effect.Persist(step.state().record()));
        assertThat(step.effects().get(1)).isEqualTo(new Effect.Tell(step.state().record()));
    }

    @Test
    void aServerThatKnowsOfNoClusterPledges() {
        assertThat(asked(blank).state().standing()).isEqualTo(new Standing.Pledged(charter));
    }

    @Fault(
            line = "C",
            fault = "a server that knows of a cluster is asked to pledge to another",
            seen = "it refuses for ever, whether gossip or a member told it of the cluster, or it was a member itself")
    @Test
    void aServerThatKnowsOfAClusterRefuses() {
        for (Peer.Presence presence : List.of(Peer.Presence.ALIVE, Peer.Presence.FAILED)) {
            Peer peer = new Peer(
                    new NodeName("m"),
                    new ServerId(new UUID(-1, 9)),
                    null,
                    presence,
                    new Expect(3),
                    LIVING,
                    FoundingState.MEMBER,
                    1);
            isRefused(core.on(blank, new Event.PeersChanged(List.of(peer)), 0).state());
        }
        isRefused(core.on(blank, new Event.Heard(member(null)), 0).state());
        FoundingRecord formerly = blank.record().standing(new Standing.Blank(LIVING));
        isRefused(core.start(Optional.of(formerly), Folder.NONE).state());
    }

    @Test
    void aServerThatPledgedElsewhereRefuses() {
        State pledged = asked(blank).state();
        Charter second = new Charter(new ClusterId(new UUID(4, 4)), DC, charter.founders());
        Word other = new Word(
                ASKER, new NodeName("b"), DC, new Expect(3), 1, FoundingState.PLEDGED, second, null, false, null, null);
        Step step = core.on(pledged, new Event.Heard(other), 0);
        assertThat(step.state().charter()).isEqualTo(charter);
        assertThat(step.state().record().refused()).containsExactly(second.id());
    }
}
