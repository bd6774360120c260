package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.NodeName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuspicionTest {
    private static final NodeName FIRST = new NodeName("first");

    @ParameterizedTest
    @CsvSource({"3, 4000, 4000", "4, 24000, 4000", "30, 35450, 5908", "1000, 72000, 12000"})
    void theTimeGoesFromTheLongestToTheShortestWithTwoMoreAccusers(int members, long longest, long shortest) {
        Suspicion suspicion = new Suspicion(0, FIRST, members, 4, 1000);
        assertThat(suspicion.timeoutMs()).isCloseTo(longest, org.assertj.core.data.Offset.offset(3L));
        suspicion.accuse(new NodeName("second"));
        long between = suspicion.timeoutMs();
        assertThat(between).isBetween(shortest, longest);
        suspicion.accuse(new NodeName("third"));
        assertThat(suspicion.timeoutMs()).isCloseTo(shortest, org.assertj.core.data.Offset.offset(3L));
    }

    @Test
    void onlyNewAccusersAreNewsAndOnlySoMany() {
        Suspicion suspicion = new Suspicion(0, FIRST, 30, 4, 1000);
        assertThat(suspicion.accuse(FIRST)).isFalse();
        assertThat(suspicion.accuse(new NodeName("b"))).isTrue();
        assertThat(suspicion.accuse(new NodeName("b"))).isFalse();
        assertThat(suspicion.accuse(new NodeName("c"))).isTrue();
        assertThat(suspicion.accuse(new NodeName("d"))).isFalse();
    }

    @Test
    void newsIsSentLeastSentFirstAndNewestFirstAndOnlySoOften() {
        Broadcasts<NodeName> queue = new Broadcasts<>();
        List<String> spent = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            queue.add(new NodeName(name), suspect(name, 1), () -> spent.add(name));
        }
        queue.add(new NodeName("a"), suspect("a", 2), () -> spent.add("a2"));
        int two = 2 * Wire.size(suspect("a", 1));
        List<Message> packet = new ArrayList<>();
        queue.fill(packet, two, 2, true);
        assertThat(packet).containsExactly(suspect("a", 2), suspect("c", 1));
        List<Message> next = new ArrayList<>();
        queue.fill(next, two, 2, true);
        assertThat(next).containsExactly(suspect("b", 1), suspect("a", 2));
        assertThat(spent).containsExactly("a2");
        List<Message> uncounted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            queue.fill(uncounted, 10_000, 2, false);
        }
        assertThat(queue.size()).isEqualTo(2);
        queue.fill(new ArrayList<>(), 10_000, 2, true);
        assertThat(queue.size()).isZero();
        assertThat(spent).containsExactlyInAnyOrder("a2", "c", "b");
    }

    private static Message suspect(String name, long incarnation) {
        return new Message.Suspect(new NodeName(name), incarnation, FIRST);
    }
}
