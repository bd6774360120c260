package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Incarnation;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.swim.World.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol among many members under a bad network: each row of the design's table, with its bound in virtual time. */
class GossipSimulation {
    private static final ClusterRef ONE = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));
    private static final ClusterRef TWO = ClusterRef.founded(ClusterId.of("22222222-2222-2222-2222-222222222222"));

    @Test
    void threeLoneNodesAreOnePoolAfterOneCallToJoin() {
        Seeds.each(10, seed -> {
            World world = new World(seed);
            world.encoded = true;
            List<Node> nodes = world.add(3);
            world.run(world.random.nextInt(3_000));
            long join = nodes.get(0).join(nodes.get(1), nodes.get(2));

            within(world, 2_000, () -> world.allSee(nodes));
            assertThat(nodes.get(0).report(join).contacted()).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.15})
    void aHundredNodesThatJoinWithinHalfASecondAgreeWithinFifteen(double loss) {
        Seeds.each(2, seed -> {
            World world = new World(seed);
            world.loss = loss;
            List<Node> nodes = joining(world, 100, 500);
            within(world, 15_000, () -> world.allSee(nodes));
        });
    }

    @ParameterizedTest
    @CsvSource({"30, 12000", "100, 15000"})
    void threeCrashesAreKnownToAllAndNobodyElseIsCalledFailed(int members, long boundMs) {
        crashes(3, members, boundMs);
    }

    /** Who probes whom first is chance, so single runs may take longer than the bound; most must not. */
    private static void crashes(int few, int members, long boundMs) {
        List<Long> times = new ArrayList<>();
        Seeds.each(few, seed -> times.add(crashThree(new World(seed), members, boundMs)));
        Collections.sort(times);
        assertThat(times.get(times.size() / 2)).as("of %s", times).isLessThanOrEqualTo(boundMs);
    }

    @Test
    void threeCrashesAmongAThousandAreKnownToAllInTwentySeconds() {
        crashes(1, 1000, 20_000);
    }

    private static long crashThree(World world, int members, long boundMs) {
        List<Node> nodes = joining(world, members, 5_000);
        within(world, 60_000, () -> world.allSee(nodes));
        nodes.forEach(node -> node.events.clear());
        List<Node> dead = nodes.subList(members - 3, members);
        List<Node> living = nodes.subList(0, members - 3);
        dead.forEach(Node::kill);
        long from = world.now();

        within(
                world,
                boundMs + 8_000,
                () -> living.stream()
                        .allMatch(node -> dead.stream().allMatch(d -> node.sees(d) == MemberState.FAILED)));
        long took = world.now() - from;
        living.forEach(node -> assertThat(node.failuresTold()).isEqualTo(3));
        return took;
    }

    @Test
    void aHundredIdleNodesAtFifteenPercentLossCallNobodyFailed() {
        Seeds.each(1, seed -> {
            World world = new World(seed);
            world.loss = 0.15;
            world.doubled = 0.05;
            world.maxLatencyMs = 40;
            List<Node> nodes = joining(world, 100, 500);
            within(world, 20_000, () -> world.allSee(nodes));
            world.run(120_000);
            nodes.forEach(node -> assertThat(node.failuresTold()).isZero());
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {30_000, 120_000})
    void halvesThatWereApartAreOneAgain(long apartMs) {
        Seeds.each(3, seed -> apart(new World(seed), 27, apartMs));
    }

    @Test
    @EnabledIfSystemProperty(named = "quorate.long", matches = "true")
    void halvesThatWereApartForSeventyHoursAreOneAgain() {
        Seeds.of(1)
                .limit(3)
                .forEach(seed -> apart(new World(seed), 6, Duration.ofHours(70).toMillis()));
    }

    private static void apart(World world, int members, long apartMs) {
        List<Node> nodes = pool(world, members);
        nodes.forEach(node -> node.keepsEvents = false);
        List<Node> left = nodes.subList(0, members / 2);
        List<Node> right = nodes.subList(members / 2, members);
        world.cut(left, right);
        world.run(apartMs);
        world.heal();
        // One reconnect interval until somebody tries, and then what merging takes.
        within(world, 30_000 + 30_000, () -> world.allSee(nodes));
    }

    @Test
    void oneCutOffFromTwoComesBackWithoutBeingTold() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 3);
            world.cut(nodes.subList(0, 1), nodes.subList(1, 3));
            within(
                    world,
                    30_000,
                    () -> nodes.get(0).swim.aliveCount() == 1
                            && nodes.get(1).sees(nodes.get(0)) == MemberState.FAILED
                            && nodes.get(2).sees(nodes.get(0)) == MemberState.FAILED);
            world.heal();
            within(world, 65_000, () -> world.allSee(nodes));
        });
    }

    @Test
    void aNodeThatCannotBeHeardByOneOtherIsNotCalledFailed() {
        Seeds.each(3, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 10);
            nodes.forEach(node -> node.events.clear());
            world.cutOneWay(nodes.get(0), nodes.get(1));
            world.run(60_000);
            nodes.forEach(node -> assertThat(node.failuresTold()).isZero());
        });
    }

    @Test
    void aNameThatCrashedAndReturnsAtAnotherAddressIsFollowed() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 30);
            Node pod = nodes.get(7);
            Endpoint fresh = world.freshAddress();
            long incarnation = pod.bound;
            pod.kill();
            world.run(500);
            pod.restart(fresh, incarnation);
            pod.join(nodes.get(3));
            within(world, 6_000, () -> world.everybody(nodes, n -> n.seesAt(pod, fresh) && n.seesAlive(pod)));
        });
    }

    @Test
    void aNameThatReturnsElsewhereWithAnEmptyFolderIsFollowedToo() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 30);
            Node pod = nodes.get(7);
            Endpoint fresh = world.freshAddress();
            pod.kill();
            world.run(500);
            pod.restart(fresh, 1);
            pod.join(nodes.get(3));
            within(world, 10_000, () -> world.everybody(nodes, n -> n.seesAt(pod, fresh) && n.seesAlive(pod)));
        });
    }

    @Test
    void ofTwoWithOneNameTheFirstKeepsItAndTheSecondIsTold() {
        Seeds.each(3, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 9);
            Node owner = nodes.get(4);
            Endpoint home = owner.address;
            // A copy with a folder of its own: its incarnation is above the owner's.
            Node twin = world.add(
                    "twin",
                    owner.name.value(),
                    UUID.randomUUID(),
                    world.freshAddress(),
                    500,
                    null,
                    new TreeMap<>(),
                    Extras.NONE);
            twin.join(nodes.get(0));
            for (int i = 0; i < 60; i++) {
                world.run(1_000);
                nodes.forEach(node -> assertThat(node.seesAt(owner, home)).isTrue());
            }
            assertThat(twin.swim.nameConflict()).contains("Names must be unique!");
            assertThat(nodes.stream().flatMap(n -> n.events.stream())).anyMatch(e -> e instanceof MemberEvent.Conflict);
            assertThat(world.allSee(nodes)).isTrue();

            owner.kill();
            within(
                    world,
                    90_000,
                    () -> world.everybody(
                            nodes.stream().filter(n -> n != owner).toList(), n -> n.seesAt(twin, twin.address)));
            within(world, 20_000, () -> twin.swim.nameConflict() == null);
        });
    }

    @Test
    void aDeadMemberThatIsForcedOutLeavesAndALivingOneRefutes() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 12);
            Node dead = nodes.get(11);
            List<Node> living = nodes.subList(0, 11);
            dead.kill();
            // Before its failure is known everywhere: the intent is remembered until then.
            world.run(3_000);
            living.get(0).forceLeave(dead, false);
            within(world, 40_000, () -> world.everybody(living, n -> n.sees(dead) == MemberState.LEFT));

            living.get(1).forceLeave(living.get(2), false);
            world.run(30_000);
            assertThat(world.allSee(living)).isTrue();
        });
    }

    @Test
    void aPrunedMemberStaysAwayThoughOthersStillKnowIt() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 12);
            Node dead = nodes.get(11);
            List<Node> living = nodes.subList(0, 11);
            Node apart = living.get(10);
            dead.kill();
            within(world, 30_000, () -> world.everybody(living, n -> n.sees(dead) == MemberState.FAILED));
            world.cut(List.of(apart), living.subList(0, 10));
            living.get(0).forceLeave(dead, true);
            within(world, 10_000, () -> world.everybody(living.subList(0, 10), n -> n.sees(dead) == null));
            world.heal();
            for (int i = 0; i < 90; i++) {
                world.run(1_000);
                living.subList(0, 10).forEach(n -> assertThat(n.sees(dead)).isNull());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void slowNodesMakeNobodyCallAHealthyOneFailed(boolean timersFirst) {
        Seeds.each(1, seed -> {
            World world = new World(seed);
            world.timersFirst = timersFirst;
            List<Node> nodes = pool(world, 64);
            nodes.forEach(node -> node.events.clear());
            List<Node> slow = nodes.subList(0, 16);
            for (long at = 0; at < 120_000; at += 1_000) {
                for (Node node : slow) {
                    if (world.random.nextInt(20) == 0) {
                        world.at(world.now() + at, () -> node.pause(1_000 + world.random.nextInt(13_000)));
                    }
                }
            }
            world.run(150_000);
            List<String> healthy =
                    nodes.subList(16, 64).stream().map(n -> n.name.value()).toList();
            for (Node node : nodes) {
                for (MemberEvent event : node.events) {
                    if (event instanceof MemberEvent.Failed failed) {
                        assertThat(healthy)
                                .doesNotContain(failed.member().name().value());
                    }
                }
            }
        });
    }

    @Test
    void recordedPacketsTellNothingNew() {
        Seeds.each(3, seed -> {
            World world = new World(seed);
            world.recording = new ArrayList<>();
            List<Node> nodes = pool(world, 8);
            nodes.get(5).setTags(new TreeMap<>(Map.of("v", "1")));
            world.run(5_000);
            Node gone = nodes.get(7);
            gone.beginLeave();
            world.run(2_000);
            gone.finishLeave();
            world.run(8_000);
            gone.kill();
            Node again = nodes.get(6);
            again.restart(again.address, again.bound);
            again.join(nodes.get(0));
            nodes.get(5).setTags(new TreeMap<>(Map.of("v", "2")));
            world.run(20_000);
            List<Node> living = nodes.subList(0, 7);
            assertThat(world.allSee(living)).isTrue();
            living.forEach(node -> node.events.clear());
            List<World.Recorded> recorded = world.recording;
            world.recording = null;

            for (World.Recorded packet : recorded) {
                // To whom it went, and back to whoever sent it.
                world.inject(packet.from(), packet.to(), packet.forInstance(), packet.messages());
                world.inject(packet.to(), packet.from(), packet.forInstance(), packet.messages());
            }
            world.run(30_000);

            assertThat(world.allSee(living)).isTrue();
            living.forEach(node -> assertThat(node.events).isEmpty());
            living.forEach(node -> assertThat(node.sees(gone)).isEqualTo(MemberState.LEFT));
        });
    }

    @Test
    void aHundredNodesRestartedInPlaceAreOnePoolAgain() {
        Seeds.each(1, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 100);
            for (Node node : nodes) {
                world.at(world.now() + world.random.nextInt(5_000), () -> {
                    node.restart(node.address, node.bound);
                    node.join(nodes.get(world.random.nextInt(100)), nodes.get(world.random.nextInt(100)));
                });
            }
            world.run(5_000);
            within(
                    world,
                    30_000,
                    () -> world.allSee(nodes)
                            && nodes.stream()
                                    .allMatch(n -> nodes.stream().allMatch(o -> instanceSeen(n, o) == o.instance)));
        });
    }

    private static long instanceSeen(Node node, Node other) {
        PeerRecord record = node.swim.recordOf(other.name);
        return record == null ? 0 : record.instance();
    }

    @Test
    void unknownExtrasAreCarriedOnUnreadAndThePoolStaysWhole() {
        Seeds.each(3, seed -> {
            World world = new World(seed);
            world.encoded = true;
            List<Node> nodes = new ArrayList<>(world.add(10));
            Extras extras = Extras.of(new byte[] {0, 77, 3, 1, 2, 3});
            Node newer = world.add(
                    "newer", "newer", UUID.randomUUID(), world.freshAddress(), 1, null, new TreeMap<>(), extras);
            nodes.add(newer);
            nodes.forEach(node -> node.join(nodes.get(0)));
            within(world, 10_000, () -> world.allSee(nodes));
            assertThat(nodes.get(9).swim.recordOf(newer.name)).isNotNull();
            nodes.forEach(node -> assertThat(extrasSeen(node, newer)).isEqualTo(extras));
        });
    }

    private static Extras extrasSeen(Node node, Node other) {
        PeerRecord record = node.swim.recordOf(other.name);
        return record == null ? Extras.NONE : record.extras();
    }

    @Test
    void afterAGracefulLeaveNobodyCallsItFailed() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 20);
            nodes.forEach(node -> node.events.clear());
            Node leaver = nodes.get(19);
            long begun = leaver.beginLeave();
            within(world, 6_000, () -> leaver.leaves.contains(begun));
            long finished = leaver.finishLeave();
            within(world, 7_000, () -> leaver.leaves.contains(finished));
            leaver.kill();
            List<Node> others = nodes.subList(0, 19);
            within(world, 5_000, () -> world.everybody(others, n -> n.sees(leaver) == MemberState.LEFT));
            world.run(40_000);
            others.forEach(node -> assertThat(node.failuresTold()).isZero());
        });
    }

    @Test
    void clustersJoinedByMistakeDoNotMixAndBothSayIt() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> ones = members(world, "a", ONE, 4);
            List<Node> twos = members(world, "b", TWO, 4);
            // The last of each has no cluster of its own, as a client.
            long refused = ones.get(1).join(twos.get(1));
            ones.get(3).join(twos.get(0));
            twos.get(3).join(ones.get(3));
            world.run(90_000);
            for (Node one : ones) {
                twos.forEach(two -> assertThat(one.sees(two)).isNull());
            }
            for (Node two : twos) {
                ones.forEach(one -> assertThat(two.sees(one)).isNull());
            }
            assertThat(ones.get(1).swim.foreignClusters())
                    .anyMatch(f -> f.cluster().equals(TWO));
            assertThat(twos.get(1).swim.foreignClusters())
                    .anyMatch(f -> f.cluster().equals(ONE));
            assertThat(ones.get(1).report(refused).failures().get(0).reason())
                    .contains(ONE.toString())
                    .contains(TWO.toString());
            assertThat(world.allSee(ones)).isTrue();
            assertThat(world.allSee(twos)).isTrue();
        });
    }

    @Test
    void membersThatBecomeTwoClustersPartAndNobodyCarriesBoth() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = pool(world, 9);
            nodes.subList(0, 3).forEach(node -> node.setCluster(ONE));
            nodes.subList(3, 6).forEach(node -> node.setCluster(TWO));
            world.run(180_000);
            for (Node node : nodes) {
                boolean seesOne = nodes.subList(0, 3).stream().anyMatch(o -> node.sees(o) != null);
                boolean seesTwo = nodes.subList(3, 6).stream().anyMatch(o -> node.sees(o) != null);
                assertThat(seesOne && seesTwo).as(node.key).isFalse();
            }
        });
    }

    @Test
    void clientsGoAlongWithALaterLifeOfTheirCluster() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = members(world, "a", ONE, 5);
            Node client = nodes.get(4);
            Node survivor = nodes.get(0);
            nodes.subList(1, 4).forEach(Node::kill);
            within(world, 40_000, () -> client.sees(nodes.get(3)) == MemberState.FAILED);
            survivor.setCluster(new ClusterRef(ONE.id(), new Incarnation(2, UUID.randomUUID())));
            within(
                    world,
                    60_000,
                    () -> client.seesAlive(survivor)
                            && survivor.seesAlive(client)
                            && client.sees(nodes.get(1)) == null);
        });
    }

    @Test
    void equalSeedsGiveEqualRuns() {
        assertThat(fingerprint(42)).isEqualTo(fingerprint(42)).isNotEqualTo(fingerprint(43));
    }

    private static String fingerprint(long seed) {
        World world = new World(seed);
        world.loss = 0.1;
        world.maxLatencyMs = 60;
        List<Node> nodes = joining(world, 20, 2_000);
        world.run(20_000);
        nodes.get(3).kill();
        world.run(20_000);
        StringBuilder print = new StringBuilder();
        for (Node node : nodes) {
            print.append(node.swim.digest())
                    .append(' ')
                    .append(node.counters.get(Tally.PACKETS_OUT))
                    .append('\n');
        }
        return print.toString();
    }

    /** All but the last belong to the cluster. */
    private static List<Node> members(World world, String prefix, ClusterRef cluster, int count) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(world.add(prefix + i, world.freshAddress(), 1, i == count - 1 ? null : cluster, new TreeMap<>()));
        }
        nodes.forEach(node -> node.join(nodes.get(0)));
        within(world, 15_000, () -> world.allSee(nodes));
        return nodes;
    }

    private static List<Node> pool(World world, int members) {
        List<Node> nodes = joining(world, members, 1_000);
        within(world, 30_000, () -> world.allSee(nodes));
        world.run(5_000);
        assertThat(world.allSee(nodes)).isTrue();
        return nodes;
    }

    private static List<Node> joining(World world, int members, int withinMs) {
        List<Node> nodes = world.add(members);
        for (Node node : nodes.subList(1, members)) {
            world.at(
                    world.now() + world.random.nextInt(withinMs),
                    () -> node.join(nodes.get(0), nodes.get(1 + world.random.nextInt(Math.min(4, members - 1)))));
        }
        return nodes;
    }

    private static void within(World world, long ms, java.util.function.BooleanSupplier condition) {
        long from = world.now();
        assertThat(world.runUntil(condition, ms))
                .as("came true within %d ms, from %d", ms, from)
                .isTrue();
    }
}
