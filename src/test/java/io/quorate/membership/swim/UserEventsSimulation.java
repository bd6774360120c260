package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.UserEvent;
import io.quorate.membership.swim.World.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What members say to all: told once in each process, whatever the network does. */
class UserEventsSimulation {
    private static List<Node> pool(World world, int members) {
        List<Node> nodes = world.add(members);
        nodes.get(0).join(nodes.subList(1, members));
        assertThat(world.runUntil(() -> world.allSee(nodes), 30_000)).isTrue();
        return nodes;
    }

    private static List<UUID> told(Node node) {
        return node.told.stream().map(UserEvent::id).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 30, 100})
    void everybodyIsToldEachEventOnceWhileTheNetworkLosesAndDoubles(int members) {
        Seeds.each(3, seed -> {
            World world = new World(seed);
            world.encoded = true;
            List<Node> nodes = pool(world, members);
            world.loss = 0.1;
            world.doubled = 0.3;
            Set<UUID> fired = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                fired.add(nodes.get(world.random.nextInt(members))
                        .fire(new byte[i * 12])
                        .id());
                world.run(world.random.nextInt(600));
            }
            assertThat(world.runUntil(() -> world.everybody(nodes, node -> node.told.size() >= fired.size()), 20_000))
                    .isTrue();
            world.run(10_000);
            for (Node node : nodes) {
                assertThat(told(node)).doesNotHaveDuplicates().hasSameElementsAs(fired);
            }
        });
    }

    @Test
    void timesOrderWhatOneMemberSaysAfterItHeardAnother() {
        World world = new World(4);
        List<Node> nodes = pool(world, 3);
        UserEvent first = nodes.get(0).fire((byte) 1);
        assertThat(nodes.get(0).told).extracting(UserEvent::id).containsExactly(first.id());
        assertThat(world.runUntil(() -> !nodes.get(2).told.isEmpty(), 5_000)).isTrue();
        assertThat(nodes.get(2).fire((byte) 2).time()).isGreaterThan(first.time());
    }

    @Test
    void aNewProcessIsNotToldWhatWentRoundBeforeItCame() {
        Seeds.each(10, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 5);
            Node again = nodes.get(4);
            List<UserEvent> before = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                before.add(nodes.get(i % 4).fire((byte) i));
                world.run(10);
            }
            assertThat(world.runUntil(() -> again.told.size() == before.size(), 5_000))
                    .isTrue();
            again.restart(world.freshAddress(), 1000);
            again.told.clear();
            again.join(nodes.get(0));
            assertThat(world.runUntil(() -> world.allSee(nodes), 30_000)).isTrue();
            // As if one of them still waited somewhere.
            UserEvent late = before.get(before.size() - 1);
            world.inject(nodes.get(1).address, again.address, again.instance, List.of(new Message.Event(late)));
            world.run(2_000);
            assertThat(again.told).isEmpty();
            UserEvent after = nodes.get(1).fire((byte) 9);
            assertThat(world.runUntil(() -> told(again).equals(List.of(after.id())), 5_000))
                    .isTrue();
        });
    }

    @Test
    void whatIsRepeatedLateIsToldNoMore() {
        World world = new World(8);
        List<Node> nodes = pool(world, 3);
        Node one = nodes.get(0);
        Node other = nodes.get(1);
        UserEvent old = one.fire((byte) 1);
        world.run(2_000);
        for (int i = 0; i < UserEvents.KEPT + 100; i++) {
            one.fire((byte) 2);
            world.run(i % 10 == 0 ? 200 : 1);
        }
        world.run(5_000);
        int toldSoFar = other.told.size();
        Endpoint from = one.address;
        world.inject(from, other.address, other.instance, List.of(new Message.Event(old)));
        world.inject(
                from, other.address, other.instance, List.of(new Message.Event(one.told.get(one.told.size() - 1))));
        world.run(2_000);
        assertThat(other.told).hasSize(toldSoFar);
        assertThat(told(other)).doesNotHaveDuplicates();
    }

    @Test
    void aTimeFarOffIsIgnoredAndDeafensNobody() {
        World world = new World(9);
        List<Node> nodes = pool(world, 3);
        Node victim = nodes.get(1);
        UserEvent forged = new UserEvent(LamportClock.LEAP * 4, new UUID(1, 2), new byte[0]);
        world.inject(nodes.get(0).address, victim.address, victim.instance, List.of(new Message.Event(forged)));
        world.run(1_000);
        assertThat(victim.told).isEmpty();
        assertThat(victim.counters.get(Tally.REJECTED_CLOCK)).isEqualTo(1);
        UserEvent honest = nodes.get(2).fire((byte) 1);
        assertThat(world.runUntil(() -> told(victim).contains(honest.id()), 5_000))
                .isTrue();
    }

    @Test
    void aFloodIsBoundedAndHidesNoFailure() {
        World world = new World(10);
        List<Node> nodes = pool(world, 5);
        Node loud = nodes.get(0);
        nodes.get(4).kill();
        for (int i = 0; i < 3000; i++) {
            loud.fire(new byte[UserEvent.MAX_BODY]);
            if (i % 20 == 0) {
                world.run(50);
            }
        }
        assertThat(loud.counters.get(Tally.USER_EVENTS_DROPPED)).isPositive();
        assertThat((Integer) loud.swim.gauges().get("event_queue")).isLessThanOrEqualTo(UserEvents.QUEUED);
        List<Node> living = nodes.subList(0, 4);
        assertThat(world.runUntil(() -> world.everybody(living, node -> !node.seesAlive(nodes.get(4))), 20_000))
                .isTrue();
        Set<Integer> sizes = living.stream().map(node -> node.swim.aliveCount()).collect(Collectors.toSet());
        assertThat(sizes).containsExactly(4);
    }
}
