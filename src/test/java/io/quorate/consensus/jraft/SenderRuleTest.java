package io.quorate.consensus.jraft;

import static io.quorate.consensus.jraft.SenderRule.Verdict.ASK;
import static io.quorate.consensus.jraft.SenderRule.Verdict.PASS;
import static io.quorate.consensus.jraft.SenderRule.Verdict.REFUSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.jraft.Claim.Kind;
import io.quorate.consensus.jraft.SenderRule.Verdict;
import io.quorate.kernel.ServerId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SenderRuleTest {
    private static final ServerId SELF = new ServerId(new UUID(0, 1));
    private static final ServerId LEADER = new ServerId(new UUID(0, 2));
    private static final ServerId VOTER = new ServerId(new UUID(0, 3));
    private static final ServerId STRANGER = new ServerId(new UUID(0, 4));
    private static final Set<ServerId> VOTERS = Set.of(SELF, LEADER, VOTER);
    private static final long TERM = 7;
    private static final long FAR = TERM + SenderRule.MAX_AHEAD + 1;

    private static final SenderRule FOLLOWING = new SenderRule(SELF, TERM, LEADER, VOTERS, true);
    private static final SenderRule LEADING = new SenderRule(SELF, TERM, SELF, VOTERS, true);
    /** Leader and lease are gone. */
    private static final SenderRule LEADERLESS = new SenderRule(SELF, TERM, null, VOTERS, false);

    private static final SenderRule BLANK = new SenderRule(SELF, 0, null, Set.of(), false);

    private static Verdict of(SenderRule rule, Kind kind, @Nullable ServerId sender, long term) {
        return rule.of(new Claim(kind, "group", SELF + ":8300", sender, term));
    }

    @Test
    void noKindOfRequestIsTakenFromAStrangerWhileThereIsALeader() {
        for (SenderRule rule : Set.of(FOLLOWING, LEADING)) {
            for (Kind kind : new Kind[] {Kind.VOTE, Kind.LEAD, Kind.STAND}) {
                for (long term : new long[] {TERM, TERM + 1, FAR}) {
                    assertThat(of(rule, kind, STRANGER, term))
                            .as("%s %s", kind, term)
                            .isEqualTo(REFUSE);
                    assertThat(of(rule, kind, null, term))
                            .as("%s %s", kind, term)
                            .isEqualTo(REFUSE);
                    assertThat(of(rule, kind, SELF, term))
                            .as("%s %s", kind, term)
                            .isEqualTo(REFUSE);
                }
            }
        }
    }

    @Test
    void whoHearsFromALeaderAsksAVoterThatStandsOrLeadsInALaterTerm() {
        for (SenderRule rule : Set.of(FOLLOWING, LEADING)) {
            assertThat(of(rule, Kind.VOTE, VOTER, TERM + 1)).isEqualTo(ASK);
            assertThat(of(rule, Kind.VOTE, VOTER, TERM)).isEqualTo(ASK);
            assertThat(of(rule, Kind.LEAD, VOTER, TERM + 1)).isEqualTo(ASK);
        }
    }

    @Test
    void whileNobodyLeadsVotersAreTakenAtTheirWordSoThatAnElectionNeedsNothingElse() {
        assertThat(of(LEADERLESS, Kind.VOTE, VOTER, TERM + 1)).isEqualTo(PASS);
        assertThat(of(LEADERLESS, Kind.LEAD, VOTER, TERM + 1)).isEqualTo(PASS);
        assertThat(of(LEADERLESS, Kind.LEAD, VOTER, TERM)).isEqualTo(PASS);
        assertThat(of(LEADERLESS, Kind.VOTE, STRANGER, TERM + 1)).isEqualTo(REFUSE);
    }

    @Test
    void anUnknownLeaderIsAskedByWhoseConfigurationMayBeBehind() {
        assertThat(of(LEADERLESS, Kind.LEAD, STRANGER, TERM + 1)).isEqualTo(ASK);
        assertThat(of(LEADERLESS, Kind.LEAD, STRANGER, TERM)).isEqualTo(ASK);
        assertThat(of(BLANK, Kind.LEAD, STRANGER, TERM)).isEqualTo(ASK);
        assertThat(of(BLANK, Kind.VOTE, STRANGER, TERM)).isEqualTo(REFUSE);
        SenderRule taught = new SenderRule(SELF, TERM, STRANGER, Set.of(), true);
        assertThat(of(taught, Kind.LEAD, STRANGER, TERM))
                .as("once it is its leader")
                .isEqualTo(PASS);
    }

    /** SOFAJRaft makes both step down. */
    @Test
    void noTermHasASecondLeader() {
        assertThat(of(FOLLOWING, Kind.LEAD, LEADER, TERM)).isEqualTo(PASS);
        assertThat(of(FOLLOWING, Kind.LEAD, VOTER, TERM)).isEqualTo(REFUSE);
        assertThat(of(LEADING, Kind.LEAD, VOTER, TERM)).isEqualTo(REFUSE);
        SenderRule justLost = new SenderRule(SELF, TERM, LEADER, VOTERS, false);
        assertThat(of(justLost, Kind.LEAD, VOTER, TERM)).isEqualTo(REFUSE);
    }

    @Test
    void onlyTheLeaderOfThisTermMayHaveItStandAndIsAsked() {
        assertThat(of(FOLLOWING, Kind.STAND, LEADER, TERM)).isEqualTo(ASK);
        assertThat(of(FOLLOWING, Kind.STAND, VOTER, TERM)).isEqualTo(REFUSE);
        assertThat(of(FOLLOWING, Kind.STAND, LEADER, TERM + 1)).isEqualTo(REFUSE);
        assertThat(of(FOLLOWING, Kind.STAND, LEADER, TERM - 1)).isEqualTo(REFUSE);
        assertThat(of(LEADERLESS, Kind.STAND, LEADER, TERM)).isEqualTo(REFUSE);
    }

    @Test
    void earlierTermsAndQuestionsAreRaftsOwnMatter() {
        assertThat(of(FOLLOWING, Kind.VOTE, VOTER, TERM - 1)).isEqualTo(PASS);
        assertThat(of(FOLLOWING, Kind.LEAD, VOTER, TERM - 1)).isEqualTo(PASS);
        assertThat(of(FOLLOWING, Kind.LEAD, STRANGER, TERM - 1)).isEqualTo(PASS);
        assertThat(of(FOLLOWING, Kind.QUESTION, STRANGER, TERM + 1)).isEqualTo(PASS);
    }

    @Test
    void aTermThatNoElectionReachesIsRefusedOrAskedAbout() {
        for (SenderRule rule : Set.of(FOLLOWING, LEADING, LEADERLESS, BLANK)) {
            for (Kind kind : Kind.values()) {
                for (ServerId sender : Set.of(LEADER, VOTER, STRANGER)) {
                    for (long term : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, SenderRule.MAX_TERM + 1}) {
                        assertThat(of(rule, kind, sender, term))
                                .as("%s %s %s", kind, sender, term)
                                .isEqualTo(REFUSE);
                    }
                }
            }
        }
        // A group whose term was raised so far once must still let in who starts at 0, or was away.
        assertThat(of(LEADERLESS, Kind.VOTE, VOTER, FAR)).isEqualTo(ASK);
        assertThat(of(LEADERLESS, Kind.LEAD, VOTER, FAR)).isEqualTo(ASK);
        assertThat(of(BLANK, Kind.LEAD, VOTER, FAR)).isEqualTo(ASK);
        assertThat(of(LEADERLESS, Kind.VOTE, VOTER, FAR - 1)).isEqualTo(PASS);
    }
}
