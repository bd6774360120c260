package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.membership.MemberState;
import io.quorate.membership.swim.World.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The order of hearing does not matter. */
class MergeOrderTest {
    @Test
    void whateverTheOrderOfHearingTheRosterIsTheSame() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            List<Message> news = news(random);
            // Each member is introduced first: news about one that is not known is no news.
            Lab first = introduced();
            Lab second = introduced();
            news.forEach(first::hear);
            Collections.shuffle(news, random);
            news.forEach(second::hear);
            news.forEach(second::hear);
            assertThat(second.swim.digest())
                    .as("seed %d: %s and %s", seed, first.swim.roster(), second.swim.roster())
                    .isEqualTo(first.swim.digest());
        }
    }

    private static Lab introduced() {
        Lab lab = new Lab();
        for (int m = 2; m < 6; m++) {
            lab.hearAlive("m" + m, m, 1);
        }
        return lab;
    }

    /** Without what is meant to depend on order: a leaving member found dead, and a living one that moves. */
    private static List<Message> news(Random random) {
        List<Message> news = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int m = 2 + random.nextInt(4);
            String name = "m" + m;
            long incarnation = 1L + random.nextInt(4);
            news.add(
                    switch (random.nextInt(4)) {
                        case 0 -> new Message.Suspect(Lab.name(name), incarnation, Lab.name("x" + i));
                        case 1 -> new Message.Failed(Lab.name(name), incarnation, Lab.name("x" + i));
                        case 2 -> new Message.Leave(Message.Phase.LEFT, Lab.name(name), incarnation, m, false);
                        default ->
                            new Message.Alive(
                                    Lab.record(name, m, incarnation, m, null, Map.of("v", Long.toString(incarnation))));
                    });
        }
        return news;
    }

    @Test
    void rostersThatHeardDifferentThingsAreEqualAfterARoundOfSyncsAndItsSuspicions() {
        Seeds.each(5, seed -> {
            World world = new World(seed);
            List<Node> nodes = world.add(8);
            nodes.forEach(node -> node.join(nodes.get(0)));
            world.run(5_000);
            Node dead = nodes.get(7);
            Node left = nodes.get(6);
            List<Node> living = nodes.subList(0, 6);
            // Everybody hears something else, and nothing is passed on.
            for (Node node : living) {
                nodes.forEach(other -> world.cut(node, other));
            }
            left.kill();
            dead.kill();
            for (Node node : living) {
                for (int i = 0; i < 3; i++) {
                    int about = world.random.nextInt(8);
                    Node subject = nodes.get(about);
                    if (subject == node) {
                        continue;
                    }
                    Message word = world.random.nextBoolean()
                            ? new Message.Failed(subject.name, 1 + world.random.nextInt(2), node.name)
                            : new Message.Suspect(subject.name, 1 + world.random.nextInt(2), node.name);
                    world.inject(node.address, node.address, node.instance, List.of(word));
                }
            }
            nodes.get(world.random.nextInt(6)).setTags(new TreeMap<>(Map.of("seed", Long.toString(seed))));
            world.run(200);
            world.heal();
            List<Node> order = new ArrayList<>(living);
            Collections.shuffle(order, world.random);
            order.forEach(node -> node.join(living));
            world.run(40_000);
            assertThat(world.allAgree(living)).isTrue();
            living.forEach(node ->
                    living.forEach(other -> assertThat(node.seesAlive(other)).isTrue()));
            living.forEach(node -> assertThat(node.sees(dead)).isEqualTo(MemberState.FAILED));
        });
    }
}
