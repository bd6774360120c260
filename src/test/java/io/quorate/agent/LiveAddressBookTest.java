package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LiveAddressBookTest {
    private static final ServerId SELF = new ServerId(new UUID(1, 1));
    private static final ServerId OTHER = new ServerId(new UUID(1, 2));

    private final LiveAddressBook book = new LiveAddressBook(() -> SELF);
    private final List<ServerId> moved = new ArrayList<>();

    @Test
    void aServerThatMovesIsFoundAtItsNewAddressAndSaysSo() throws UnknownHostException {
        book.onMove(moved::add);
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("b", OTHER, "10.0.0.9", 8310, MemberState.ALIVE));

        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.9"), 8310));
        assertThat(moved).containsExactly(OTHER, OTHER);
    }

    @Test
    void aFailedServerKeepsItsLastAddress() throws UnknownHostException {
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.FAILED));

        assertThat(book.find(OTHER)).isPresent();
    }

    @Test
    void anOldRecordOfADepartedNameDoesNotHideTheLivingServer() throws UnknownHostException {
        book.learn(server("b", OTHER, "10.0.0.9", 8300, MemberState.ALIVE));
        book.learn(server("b-old", OTHER, "10.0.0.2", 8300, MemberState.FAILED));

        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.9"), 8300));
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a second member claims the id of a living server: a copied directory, or a stranger",
            seen = "calls go on to the one that was there first, and to the other one only when that one is gone")
    void whoClaimsALivingServersIdDoesNotTakeItsPlace() throws UnknownHostException {
        book.onMove(moved::add);
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("copy", OTHER, "10.0.0.7", 8300, MemberState.ALIVE));
        book.learn(server("copy", OTHER, "10.0.0.7", 8300, MemberState.ALIVE));
        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.2"), 8300));

        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.FAILED));
        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.7"), 8300));
        assertThat(moved).containsExactly(OTHER, OTHER);

        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.7"), 8300));
    }

    @Test
    void whoTookANewIdLeavesTheOldOneToOthers() throws UnknownHostException {
        book.learn(server("b", OTHER, "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("b", new ServerId(new UUID(4, 4)), "10.0.0.2", 8300, MemberState.ALIVE));
        book.learn(server("c", OTHER, "10.0.0.3", 8300, MemberState.ALIVE));
        assertThat(book.find(OTHER)).contains(new Endpoint(InetAddress.getByName("10.0.0.3"), 8300));
    }

    @Test
    void oneselfAndClientsAreNotInTheBook() throws UnknownHostException {
        book.learn(server("a", SELF, "10.0.0.1", 8300, MemberState.ALIVE));
        book.learn(member("c", client().encode(), "10.0.0.3", MemberState.ALIVE));

        assertThat(book.known()).isEmpty();
    }

    private static AgentTags client() {
        return new AgentTags("dc1", null, Expect.NONE, "", 0, 0, 8500, "0", false, null);
    }

    private static Member server(String name, ServerId id, String address, int rpcPort, MemberState state)
            throws UnknownHostException {
        AgentTags tags = new AgentTags("dc1", id, new Expect(3), "blank", 1, rpcPort, 8500, "0", false, null);
        return member(name, tags.encode(), address, state);
    }

    private static Member member(
            String name, java.util.SortedMap<String, String> tags, String address, MemberState state)
            throws UnknownHostException {
        return new Member(
                new NodeName(name),
                new NodeId(new UUID(2, name.hashCode())),
                1,
                1,
                new Endpoint(InetAddress.getByName(address), 8301),
                null,
                new TreeMap<>(tags),
                state,
                Instant.EPOCH);
    }
}
