package io.quorate.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which member a server id stands for. */
class ServerRosterTest {
    private static final ServerId SELF = new ServerId(new UUID(1, 1));
    private static final ServerId OTHER = new ServerId(new UUID(1, 2));
    private static final Endpoint B = FakeServers.endpoint("10.0.0.2", 8300);
    private static final Endpoint EVIL = FakeServers.endpoint("10.0.0.66", 8300);

    private final ServerRoster servers = new ServerRoster();
    private final Map<ServerId, NodeName> letIn = new HashMap<>();
    private final List<ServerId> moved = new ArrayList<>();

    ServerRosterTest() {
        servers.remember(letIn::get);
        servers.listen(moved::add);
    }

    private void roster(Member... others) {
        List<Member> all = new ArrayList<>(List.of(others));
        Member self = server("a", SELF, "10.0.0.1", MemberState.ALIVE);
        all.add(self);
        servers.follow(new Roster(self, all));
    }

    private static Member b(MemberState state) {
        return server("b", OTHER, "10.0.0.2", state);
    }

    private static Member evil() {
        return server("a-evil", OTHER, "10.0.0.66", MemberState.ALIVE);
    }

    private static ServerRoster.Claim claim() {
        return new ServerRoster.Claim(OTHER, new NodeName("a-evil"), EVIL);
    }

    private void isB(boolean alive) {
        assertThat(servers.find(OTHER)).hasValueSatisfying(found -> {
            assertThat(found.name()).isEqualTo(new NodeName("b"));
            assertThat(found.isAlive()).isEqualTo(alive);
        });
        assertThat(servers.endpoint(OTHER)).contains(B);
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a second member claims the id of a living server: a copied directory, or a stranger",
            seen = "the one that was there first stays, and the other one is not even asked")
    void whoClaimsALivingServersIdDoesNotTakeItsPlace() {
        roster(b(MemberState.ALIVE));
        roster(evil(), b(MemberState.ALIVE));
        isB(true);
        assertThat(servers.isHolder(evil())).isFalse();
        assertThat(servers.questions()).isEmpty();
        assertThat(servers.disbelieved()).isOne();
        servers.proven(claim());
        isB(true);
        assertThat(servers.all()).extracting(s -> s.name().value()).containsExactly("a", "b");
        assertThat(moved).containsExactlyInAnyOrder(SELF, OTHER);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a server is gone, in whatever way gossip tells it, and another member claims its id",
            seen =
                    "the other one is believed when it answers under that id, asked at its address; until then the last address stays")
    void whoClaimsTheIdOfOneThatIsGoneIsAskedFirst() {
        for (MemberState state : List.of(MemberState.FAILED, MemberState.LEAVING, MemberState.LEFT)) {
            roster(b(MemberState.ALIVE));
            roster(evil(), b(state));
            isB(false);
            assertThat(servers.questions()).as("%s", state).containsExactly(claim());
        }
        roster(evil());
        assertThat(servers.find(OTHER)).as("gossip has forgotten it").isEmpty();
        assertThat(servers.endpoint(OTHER)).contains(B);
        assertThat(servers.questions()).containsExactly(claim());
        moved.clear();

        servers.proven(claim());
        assertThat(servers.endpoint(OTHER)).contains(EVIL);
        assertThat(servers.isHolder(evil())).isTrue();
        assertThat(moved).containsExactly(OTHER);
        roster(evil(), b(MemberState.ALIVE));
        assertThat(servers.endpoint(OTHER)).as("it was there first now").contains(EVIL);
    }

    @Test
    void anAnswerThatComesTooLateOrFromElsewhereProvesNothing() {
        roster(b(MemberState.ALIVE));
        roster(evil(), b(MemberState.FAILED));
        servers.proven(new ServerRoster.Claim(OTHER, new NodeName("a-evil"), B));
        isB(false);
        roster(server("a-evil", OTHER, "10.0.0.66", MemberState.FAILED), b(MemberState.FAILED));
        servers.proven(claim());
        isB(false);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "an agent is started while a stranger claims the id of a server",
            seen = "the server is known by the name under which it was let in; where no name is known, none is believed"
                    + " before it was asked")
    void whoStartsGoesByTheNameThatIsCommittedOrAsks() {
        letIn.put(OTHER, new NodeName("b"));
        roster(evil(), b(MemberState.ALIVE));
        isB(true);
        assertThat(servers.questions()).isEmpty();

        ServerRoster client = new ServerRoster();
        Member self = server("c", SELF, "10.0.0.3", MemberState.ALIVE);
        client.follow(new Roster(self, List.of(evil(), b(MemberState.ALIVE), self)));
        assertThat(client.find(OTHER)).isEmpty();
        assertThat(client.questions()).containsExactly(claim(), new ServerRoster.Claim(OTHER, new NodeName("b"), B));
        client.proven(new ServerRoster.Claim(OTHER, new NodeName("b"), B));
        assertThat(client.endpoint(OTHER)).contains(B);
    }

    @Test
    void whoCameFirstByChanceBeforeTheNamesWereKnownGivesWay() {
        roster(evil());
        assertThat(servers.endpoint(OTHER)).contains(EVIL);
        letIn.put(OTHER, new NodeName("b"));
        assertThat(servers.questions()).containsExactly(claim());
        assertThat(servers.endpoint(OTHER)).isEmpty();
        roster(evil(), b(MemberState.ALIVE));
        isB(true);
    }

    @Test
    @Fault(
            line = "A7",
            fault = "the name of a copy is committed while the original lives",
            seen = "the original, which had the id first and under its committed name, stays")
    void aLivingServerThatHadItsCommittedNameStaysWhoeverIsCommittedLater() {
        letIn.put(OTHER, new NodeName("b"));
        roster(b(MemberState.ALIVE));
        isB(true);
        letIn.put(OTHER, new NodeName("a-evil"));
        roster(evil(), b(MemberState.ALIVE));
        isB(true);
    }

    @Test
    void aServerUnderANewNameIsBelievedOnceItAnswered() {
        letIn.put(OTHER, new NodeName("b"));
        roster(evil());
        assertThat(servers.find(OTHER)).isEmpty();
        servers.proven(claim());
        assertThat(servers.endpoint(OTHER)).contains(EVIL);
        roster(evil());
        assertThat(servers.endpoint(OTHER)).contains(EVIL);
        letIn.put(OTHER, new NodeName("a-evil"));
        roster(evil());
        assertThat(servers.endpoint(OTHER)).contains(EVIL);
    }

    @Test
    void thisServerIsWhoItIsWhoeverClaimsItsId() {
        letIn.put(SELF, new NodeName("formerly"));
        roster(server("a-evil", SELF, "10.0.0.66", MemberState.ALIVE));
        assertThat(servers.find(SELF))
                .hasValueSatisfying(found -> assertThat(found.name().value()).isEqualTo("a"));
        assertThat(servers.questions()).isEmpty();
    }

    @Test
    void whoTookANewIdLeavesItsLastAddressToTheOldOne() {
        roster(b(MemberState.ALIVE));
        ServerId next = new ServerId(new UUID(4, 4));
        roster(server("b", next, "10.0.0.2", MemberState.ALIVE));
        assertThat(servers.find(OTHER)).isEmpty();
        assertThat(servers.endpoint(OTHER)).contains(B);
        assertThat(servers.find(next)).isPresent();
    }

    @Test
    void aServerThatMovesIsFoundAtItsNewAddressAndSaysSo() {
        roster(b(MemberState.ALIVE));
        moved.clear();
        roster(server("b", OTHER, "10.0.0.9", MemberState.ALIVE));
        roster(server("b", OTHER, "10.0.0.9", MemberState.FAILED));
        assertThat(servers.endpoint(OTHER)).contains(FakeServers.endpoint("10.0.0.9", 8300));
        assertThat(moved).containsExactly(OTHER);
    }

    @Test
    void idsThatCameAndWentAreForgottenInTheEndButNotThoseThatWereLetIn() {
        letIn.put(OTHER, new NodeName("b"));
        roster(b(MemberState.ALIVE));
        for (int i = 0; i < 1_000; i++) {
            roster(server("x", new ServerId(new UUID(9, i)), "10.0.1.1", MemberState.ALIVE));
        }
        assertThat(servers.elsewhere()).contains(OTHER).hasSizeLessThan(300);
    }

    @Test
    void aClientIsNoServer() {
        roster(client());
        assertThat(servers.all()).hasSize(1);
    }

    @Test
    void whoNamesNoPortTakesNoIdAndLosesNoAddress() {
        roster(silent("x"));
        assertThat(servers.find(OTHER)).isEmpty();
        assertThat(servers.questions()).isEmpty();
        roster(b(MemberState.ALIVE));
        roster(silent("b"));
        assertThat(servers.find(OTHER)).isEmpty();
        assertThat(servers.endpoint(OTHER)).contains(B);
    }

    @Test
    void whatIsAskedForEachRequestIsWorkedOutOnceForEachChangeOfAServer() {
        roster(b(MemberState.ALIVE), client());
        List<ServerRoster.Server> all = servers.all();
        List<ServerRoster.Server> others = servers.others();
        assertThat(others).extracting(s -> s.name().value()).containsExactly("b");
        roster(b(MemberState.ALIVE));
        servers.questions();
        assertThat(servers.all()).isSameAs(all);
        assertThat(servers.others()).isSameAs(others);
        roster(b(MemberState.FAILED));
        assertThat(servers.others()).isEmpty();
        assertThat(servers.all()).hasSize(2);
        assertThat(servers.elsewhere()).containsExactly(OTHER);
        assertThat(servers.elsewhere(SELF)).isEmpty();
        assertThat(servers.endpoint(SELF)).isPresent();
    }

    private static Member client() {
        AgentTags tags = new AgentTags("dc1", null, Expect.NONE, FoundingState.UNKNOWN, 0, 0, 8500, "0", false, null);
        return member("c", tags, "10.0.0.3", MemberState.ALIVE);
    }

    private static Member silent(String name) {
        AgentTags tags = new AgentTags("dc1", OTHER, new Expect(3), FoundingState.MEMBER, 1, 0, 8500, "0", false, null);
        return member(name, tags, "10.0.0.2", MemberState.ALIVE);
    }

    private static Member server(String name, ServerId id, String address, MemberState state) {
        AgentTags tags = new AgentTags("dc1", id, new Expect(3), FoundingState.MEMBER, 1, 8300, 8500, "0", false, null);
        return member(name, tags, address, state);
    }

    private static Member member(String name, AgentTags tags, String address, MemberState state) {
        return new Member(
                new NodeName(name),
                new NodeId(new UUID(2, name.hashCode())),
                1,
                1,
                FakeServers.endpoint(address, 8301),
                null,
                tags.encode(),
                state,
                Instant.EPOCH);
    }
}
