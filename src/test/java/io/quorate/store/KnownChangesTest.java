package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a list of all changes, which is asked by walking through it. */
class KnownChangesTest {
    private static final String[] LETTERS = {"a", "b", "/", "ä"};

    /** All changes there were. */
    private static final class Oracle {
        private final Map<Topic, Long> changes = new HashMap<>();

        private long changed(Topic asked) {
            return changes.entrySet().stream()
                    .filter(change -> touches(change.getKey(), asked))
                    .mapToLong(Map.Entry::getValue)
                    .max()
                    .orElse(0);
        }
    }

    /** The rule, once more and in words: a key is in each prefix that it begins with. */
    static boolean touches(Topic changed, Topic asked) {
        if (changed instanceof Topic.Whole || asked instanceof Topic.Whole) {
            return changed.equals(asked);
        }
        String of = space(changed);
        if (!of.equals(space(asked))) {
            return false;
        }
        boolean all = changed instanceof Topic.Prefix;
        boolean many = asked instanceof Topic.Prefix;
        return text(changed).equals(text(asked))
                || (many && text(changed).startsWith(text(asked)))
                || (all && text(asked).startsWith(text(changed)));
    }

    private static String space(Topic topic) {
        return topic instanceof Topic.Key key ? key.space() : ((Topic.Prefix) topic).space();
    }

    private static String text(Topic topic) {
        return topic instanceof Topic.Key key ? key.key() : ((Topic.Prefix) topic).prefix();
    }

    static Topic any(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        String space = random.nextBoolean() ? "one" : "two";
        return switch (random.nextInt(5)) {
            case 0 -> Topic.whole("w" + random.nextInt(3));
            case 1 -> Topic.prefix(space, text.toString());
            default -> Topic.key(space, text.toString());
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsNotForgottenIsExact(long seed) {
        Random random = new Random(seed);
        Oracle oracle = new Oracle();
        KnownChanges known = new KnownChanges(Map.of(), 0);
        for (long index = 1; index <= 300; index++) {
            Topic changed = any(random);
            known.raise(changed, index);
            oracle.changes.put(changed, index);
            for (int i = 0; i < 10; i++) {
                Topic asked = any(random);
                assertThat(known.changed(asked))
                        .as("%s after %s, seed %d", asked, changed, seed)
                        .isEqualTo(oracle.changed(asked));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverIsForgottenNothingIsSaidToBeOlderThanItIs(long seed) {
        Random random = new Random(seed);
        Oracle oracle = new Oracle();
        KnownChanges known = new KnownChanges(Map.of("w0", 3L), 5, 40 * (1 + (int) seed));
        oracle.changes.put(Topic.whole("w0"), 3L);
        long forgotten = 0;
        for (long index = 6; index <= 2000; index++) {
            Topic changed = any(random);
            known.raise(changed, index);
            oracle.changes.put(changed, index);
            Topic asked = any(random);
            long truth = oracle.changed(asked);
            long floor = known.floor(asked);
            assertThat(known.changed(asked)).as("%s, seed %d", asked, seed).isBetween(truth, index);
            if (truth > floor || asked instanceof Topic.Whole) {
                assertThat(known.changed(asked)).as("%s, seed %d", asked, seed).isEqualTo(truth);
            }
            forgotten = Math.max(forgotten, floor);
        }
        assertThat(forgotten).as("it did forget").isGreaterThan(1000);
    }

    @Test
    void aBusySpaceMakesNobodyElseForget() {
        KnownChanges known = new KnownChanges(Map.of(), 0, 1000);
        known.raise(Topic.key("quiet", "a"), 1);
        for (int i = 2; i < 5000; i++) {
            known.raise(Topic.key("busy", "key-" + i), i);
        }
        assertThat(known.changed(Topic.key("quiet", "a"))).isEqualTo(1);
        assertThat(known.floor(Topic.key("busy", "key-2"))).isGreaterThan(4000);
    }

    @Test
    void oneKeyThatChangesAgainAndAgainMakesNothingForgotten() {
        KnownChanges known = new KnownChanges(Map.of(), 0, 1000);
        known.raise(Topic.key("kv", "a"), 1);
        for (int i = 2; i < 5000; i++) {
            known.raise(Topic.key("kv", "b"), i);
        }
        assertThat(known.changed(Topic.key("kv", "a"))).isEqualTo(1);
    }

    @Test
    void namesThatAreMadeOfDataAreRefused() {
        KnownChanges known = new KnownChanges(Map.of(), 0);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 2000; i++) {
                        known.raise(Topic.whole("node " + i), i);
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("names of topics");
        assertThatThrownBy(() -> Topic.key("kv", "k".repeat(5000))).isInstanceOf(IllegalArgumentException.class);
    }
}
