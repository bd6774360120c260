package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of a change of keys, and whether agents that have made one still understand those that have not. */
class KeyRotationTest {
    private static final List<String> RINGS = List.of("", "A", "B", "AB", "BA");

    /** Keys, and whether incoming and outgoing packets must be sealed: {@code AB true false}. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A true true|AB true true",
                "AB true true|BA true true",
                "BA true true|B true true",
                "- true true|A false false",
                "A false false|A false true",
                "A false true|A true true",
                "A true true|A false true",
                "A false true|A false false",
                "A false false|- true true",
            })
    void theStepsOfTheDocumentAreTaken(String running, String next) {
        assertThat(KeyRotation.problem(gossip(running), gossip(next))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A true true|B true true|the first key is new",
                "A true true|BA true true|the first key is new",
                "AB true true|B true true|cannot be dropped",
                "A true true|- true true|cannot be dropped",
                "- true true|A true true|no key yet",
                "- true true|A false true|no key yet",
                "A false false|A true true|may not encrypt yet",
                "- true true|A true false|may not encrypt yet",
                "A true true|A true false|may refuse what is not encrypted",
            })
    @Fault(
            line = "E1",
            fault = "a reload that exchanges the gossip key in one step",
            seen = "it is refused with the steps in which it can be done, and nothing changes")
    void whatWouldCutAnAgentOffIsRefused(String running, String next, String reason) {
        assertThat(KeyRotation.problem(gossip(running), gossip(next)))
                .hasValueSatisfying(text -> assertThat(text).contains(reason));
    }

    /** All agents of a pool go from one setting to the next, one after the other: every pair must understand each other. */
    @Test
    void agentsBeforeAndAfterAStepThatIsTakenUnderstandEachOther() {
        int taken = 0;
        for (AgentSettings.Gossip running : all()) {
            for (AgentSettings.Gossip next : all()) {
                if (KeyRotation.problem(running, next).isEmpty()) {
                    taken++;
                    assertThat(understands(running, next))
                            .as("%s hears %s", running, next)
                            .isTrue();
                    assertThat(understands(next, running))
                            .as("%s hears %s", next, running)
                            .isTrue();
                }
            }
        }
        assertThat(taken).isPositive();
    }

    /** Whatever two settings there are, some sequence of steps leads from one to the other. */
    @Test
    void everySettingCanBeReached() {
        List<AgentSettings.Gossip> all = all();
        for (AgentSettings.Gossip from : all) {
            Set<AgentSettings.Gossip> reached = new HashSet<>(Set.of(from));
            Deque<AgentSettings.Gossip> open = new ArrayDeque<>(reached);
            while (!open.isEmpty()) {
                AgentSettings.Gossip at = open.pop();
                all.stream()
                        .filter(next -> KeyRotation.problem(at, next).isEmpty())
                        .filter(reached::add)
                        .forEach(open::add);
            }
            assertThat(reached)
                    .containsAll(
                            all.stream().filter(KeyRotationTest::isHarmonious).toList());
        }
    }

    /** Agents that all have it understand each other. */
    private static boolean isHarmonious(AgentSettings.Gossip gossip) {
        return understands(gossip, gossip);
    }

    private static boolean understands(AgentSettings.Gossip hearer, AgentSettings.Gossip speaker) {
        if (speaker.seals()) {
            return hearer.keys().contains(speaker.keys().get(0));
        }
        return hearer.keys().isEmpty() || !hearer.verifyIncoming();
    }

    private static List<AgentSettings.Gossip> all() {
        List<AgentSettings.Gossip> all = new ArrayList<>();
        for (String ring : RINGS) {
            for (boolean incoming : new boolean[] {true, false}) {
                for (boolean outgoing : new boolean[] {true, false}) {
                    AgentSettings.Gossip one = gossip(ring, incoming, outgoing);
                    if (isHarmonious(one)) {
                        all.add(one);
                    }
                }
            }
        }
        return all;
    }

    private static AgentSettings.Gossip gossip(String text) {
        String[] words = text.split(" ", -1);
        return gossip(words[0].replace("-", ""), Boolean.parseBoolean(words[1]), Boolean.parseBoolean(words[2]));
    }

    private static AgentSettings.Gossip gossip(String ring, boolean incoming, boolean outgoing) {
        List<SharedKey> keys = ring.chars()
                .mapToObj(c -> {
                    byte[] bytes = new byte[16];
                    bytes[0] = (byte) c;
                    return SharedKey.ofBase64(Base64.getEncoder().encodeToString(bytes));
                })
                .toList();
        Duration any = Duration.ofSeconds(1);
        return new AgentSettings.Gossip(keys, incoming, outgoing, any, 3, any, any, 4, 4, Duration.ofDays(3));
    }
}
