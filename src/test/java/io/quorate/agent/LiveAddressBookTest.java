package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ServerId;
import io.quorate.membership.Member;
import io.quorate.membership.ServerRoster;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveAddressBookTest {
    private final FakeMembership membership = Fixtures.everybody("s1", Fixtures.S3);
    private final ServerRoster servers = new ServerRoster();
    private final LiveAddressBook book = new LiveAddressBook(servers);
    private final List<ServerId> moved = new ArrayList<>();

    @Test
    void itHasTheOtherServersAndTellsWhenOneMoves() {
        book.onMove(moved::add);
        assertThat(book.known()).isEmpty();
        servers.follow(membership.roster());
        assertThat(book.known()).containsExactlyInAnyOrder(Fixtures.S2, Fixtures.S3);
        assertThat(book.find(Fixtures.S1)).isEmpty();
        assertThat(book.find(Fixtures.S2)).contains(FakeServers.endpoint("127.77.0.12", 8300));
        assertThat(moved).containsExactlyInAnyOrder(Fixtures.S2, Fixtures.S3);
        moved.clear();

        for (String name : List.of("s1", "s2")) {
            Member before = membership.roster().members().stream()
                    .filter(m -> m.name().value().equals(name))
                    .findFirst()
                    .orElseThrow();
            membership.replace(new Member(
                    before.name(),
                    before.id(),
                    before.instance(),
                    before.incarnation(),
                    FakeServers.endpoint("127.77.0.99", 8301),
                    before.cluster(),
                    before.tags(),
                    before.state(),
                    before.since()));
        }
        servers.follow(membership.roster());
        assertThat(moved).containsExactly(Fixtures.S2);
        assertThat(book.find(Fixtures.S2)).contains(FakeServers.endpoint("127.77.0.99", 8300));
    }
}
