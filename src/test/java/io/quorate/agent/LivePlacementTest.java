package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.membership.Roster;
import io.quorate.membership.ServerRoster;
import io.quorate.testing.Fixtures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which servers a client asks. */
class LivePlacementTest {
    private final ServerRoster directory = new ServerRoster();
    private final LivePlacement placement = new LivePlacement(directory, null);

    private void roster(Member... servers) {
        Member self = Fixtures.client("c1");
        List<Member> all = new ArrayList<>(List.of(servers));
        all.add(self);
        directory.follow(new Roster(self, all));
    }

    private static Member failed(Member member) {
        return new Member(
                member.name(),
                member.id(),
                member.instance(),
                member.incarnation(),
                member.address(),
                member.cluster(),
                member.tags(),
                MemberState.FAILED,
                member.since());
    }

    private static Endpoint at(ServerId id) {
        return Fixtures.rpc(id);
    }

    @Test
    void itAsksMembersThatKnowTheLeaderElseMembersElseAnybody() {
        assertThat(placement.servers()).isEmpty();
        Member blank = Fixtures.server("s1", Fixtures.S1, null, false);
        roster(blank);
        assertThat(placement.servers()).containsExactly(at(Fixtures.S1));
        Member cutOff = Fixtures.server("s2", Fixtures.S2, null, true);
        roster(blank, cutOff);
        assertThat(placement.servers()).containsExactly(at(Fixtures.S2));
        Member led = Fixtures.server("s3", Fixtures.S3, Fixtures.S3, true);
        roster(blank, cutOff, led);
        assertThat(placement.servers()).containsExactly(at(Fixtures.S3));
        assertThat(placement.leaderByGossip()).contains(at(Fixtures.S3));
        roster(blank, cutOff, failed(led));
        assertThat(placement.servers()).containsExactly(at(Fixtures.S2));
        assertThat(placement.leaderByGossip()).isEmpty();
    }

    @Test
    void theChoiceIsMadeOncePerChangeOfAServer() {
        Member led = Fixtures.server("s3", Fixtures.S3, Fixtures.S3, true);
        roster(led);
        List<Endpoint> chosen = placement.servers();
        roster(led, Fixtures.client("c2"));
        assertThat(placement.servers()).isSameAs(chosen);
    }
}
