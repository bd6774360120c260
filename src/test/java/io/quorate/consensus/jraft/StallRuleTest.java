package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.jraft.StallRule.Deed;
import io.quorate.consensus.jraft.StallRule.Look;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StallRuleTest {
    private static final ServerId A = new ServerId(new UUID(0, 1));
    private static final ServerId B = new ServerId(new UUID(0, 2));
    private static final long TIMEOUT = 1000;

    private final StallRule rule = new StallRule(TIMEOUT);

    /** The same look each 100 ms: what is done, and after how many. */
    private List<String> over(int looks, Look look) {
        List<String> deeds = new ArrayList<>();
        for (int i = 0; i < looks; i++) {
            Deed deed = rule.look(look, 100);
            if (!(deed instanceof Deed.Nothing)) {
                deeds.add(i + " " + deed);
            }
        }
        return deeds;
    }

    private static Look leading(long onDisk, Map<ServerId, Long> stored) {
        return new Look(true, onDisk, stored);
    }

    @Test
    void aLeaderBehindAFollowerForATimeoutHandsOverToTheOneThatHasMostAndFailsAnotherTimeoutLater() {
        assertThat(over(100, leading(5, Map.of(A, 6L, B, 7L))))
                .containsExactly("10 " + new Deed.HandOver(B), "20 " + new Deed.FailNode());
    }

    @Test
    void ofTwoThatHaveTheSameTheFirstByIdTakesOver() {
        assertThat(over(12, leading(5, Map.of(B, 7L, A, 7L)))).containsExactly("10 " + new Deed.HandOver(A));
    }

    @Test
    void withoutAFollowerThatIsAheadItStays() {
        assertThat(over(100, leading(5, Map.of(A, 5L, B, 4L)))).isEmpty();
        assertThat(over(100, leading(5, Map.of()))).isEmpty();
        assertThat(over(100, new Look(false, 5, Map.of(A, 9L)))).isEmpty();
    }

    @Test
    void aSlowDiskThatWritesWhatWasWaitedForInTimeIsNoReason() {
        for (long i = 0; i < 100; i++) {
            assertThat(over(10, leading(10 * i, Map.of(A, 10 * i + 10)))).isEmpty();
        }
    }

    /** It moves, but never reaches in time what a follower has. */
    @Test
    void aDiskThatFallsFurtherAndFurtherBehindIsAReason() {
        List<String> deeds = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            deeds.addAll(over(1, leading(i, Map.of(A, 100L + 10L * i))));
        }
        assertThat(deeds).hasSize(1);
        assertThat(deeds.get(0)).contains("HandOver");
    }

    @Test
    void onceTheDiskIsLevelOrAnotherLeadsTheWaitBeginsAnew() {
        assertThat(over(9, leading(5, Map.of(A, 6L)))).isEmpty();
        assertThat(over(1, leading(6, Map.of(A, 6L)))).isEmpty();
        assertThat(over(9, leading(6, Map.of(A, 7L)))).isEmpty();
        assertThat(over(1, new Look(false, 6, Map.of()))).isEmpty();
        assertThat(over(9, leading(6, Map.of(A, 7L)))).isEmpty();
    }

    @Test
    void aDiskThatComesBackWhileLeadershipIsHandedOverDoesNotFailTheNode() {
        assertThat(over(15, leading(5, Map.of(A, 6L)))).hasSize(1);
        assertThat(over(1, leading(6, Map.of(A, 9L)))).isEmpty();
        assertThat(over(9, leading(6, Map.of(A, 9L)))).isEmpty();
    }
}
