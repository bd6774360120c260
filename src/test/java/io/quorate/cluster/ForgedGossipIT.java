package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.MemberState;
import io.quorate.membership.net.GossipStranger;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.PeerRecord;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Gossip without a key listens to anybody: what a stranger says in it costs no server its vote, its id or its place. */
class ForgedGossipIT {
    private static final long FAR = (1L << 62) - 1;
    private static final Duration WATCHED = Duration.ofSeconds(8);
    /** Gossip asks one member a second: more take long until each was found to be silent. */
    private static final int FAKES = 6;

    /** Where nobody listens. */
    private static final String NOWHERE = "127.88.9.66";

    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1");
    private static final AgentProcess S2 = AGENTS.server("s2");
    private static final AgentProcess S3 = AGENTS.server("s3");
    private static final Whole ALL = Whole.of(S1, S2, S3);

    private static final SharedCluster SHARED = new SharedCluster(AGENTS, ALL);

    @BeforeEach
    void isWhole() {
        SHARED.begin();
    }

    @Test
    @Fault(
            line = "A6",
            fault =
                    "a stranger on gossip's port says of every server that it failed, left or moved, that its id has another name,"
                            + " that its own name is disputed; with common numbers and with numbers near 2^62; in datagrams and exchanges",
            seen =
                    "ids, votes and the leader's writes stay; once the stranger is silent all is as before, and each server can be"
                            + " restarted")
    void whatAStrangerSaysOfServersTakesNothingFromThem() throws IOException {
        GossipStranger stranger = new GossipStranger(endpoint(NOWHERE, 8301));
        List<String> ids = ids();
        Map<String, PeerRecord> before = stranger.members(gossip(S1));
        for (int round = 0; round < 3; round++) {
            for (AgentProcess victim : ALL.servers()) {
                PeerRecord record = record(before, victim);
                for (AgentProcess hearer : ALL.servers()) {
                    long instance = record(before, hearer).instance();
                    stranger.say(gossip(hearer), instance, lies(record, record.incarnation() + 5));
                    stranger.say(gossip(hearer), instance, lies(record, FAR));
                    stranger.tell(
                            gossip(hearer),
                            new Message.State(
                                    FAR,
                                    List.of(new Message.Entry(record, MemberState.LEFT, record.incarnation() + 9, 0))));
                }
            }
        }
        Patience.throughout(
                "the voters stay",
                WATCHED,
                () -> assertThat(ALL.leader().voters()).isEqualTo(ids));
        AGENTS.await("what was claimed under another name is gone", Whole.FOUNDING, () -> {
            ALL.servers().forEach(s -> S1.put("/v1/agent/force-leave/evil-" + s.name() + "?prune"));
            assertThat(S1.catalog()).containsExactly("s1", "s2", "s3");
        });
        SHARED.isWhole();
        for (AgentProcess server : ALL.servers()) {
            server.terminate();
            assertThat(server.exitCode(Duration.ofSeconds(30))).isZero();
            server.start();
            SHARED.isWhole();
        }
        assertThat(ids()).isEqualTo(ids);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a voter is killed, and a stranger says in its name that it left",
            seen = "it stays a voter for all the time that it is down, and comes back as what it was")
    void aLeaveInTheNameOfAVoterThatIsDownCostsNoVote() throws IOException {
        GossipStranger stranger = new GossipStranger(endpoint(NOWHERE, 8301));
        List<String> ids = ids();
        AgentProcess down = ALL.followers().get(0);
        Map<String, PeerRecord> before = stranger.members(gossip(ALL.leader()));
        PeerRecord record = record(before, down);
        down.kill();
        List<AgentProcess> others =
                ALL.servers().stream().filter(s -> s != down).toList();
        for (AgentProcess hearer : others) {
            stranger.say(
                    gossip(hearer),
                    record(before, hearer).instance(),
                    new Message.Leave(
                            Message.Phase.LEAVING, record.name(), record.incarnation() + 1, record.instance(), false),
                    new Message.Leave(
                            Message.Phase.LEFT, record.name(), record.incarnation() + 2, record.instance(), false));
        }
        AGENTS.await(
                "the word of the leave is out",
                Agents.SOON,
                () -> others.forEach(s -> assertThat(s.statusOf(down.name())).isEqualTo("left")));
        Patience.throughout(
                "the voters stay",
                WATCHED,
                () -> assertThat(ALL.leader().voters()).isEqualTo(ids));
        down.start();
        SHARED.isWhole();
        assertThat(ids()).isEqualTo(ids);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger names servers that are not there, new ones and ones of the same cluster",
            seen = "none of them votes, reads and the leader's writes go on, and force-leave removes them")
    void serversThatOnlyAStrangerNamesAreGivenNothing() throws IOException {
        GossipStranger stranger = new GossipStranger(endpoint(NOWHERE, 8301));
        List<String> ids = ids();
        Map<String, PeerRecord> before = stranger.members(gossip(S1));
        List<Message> made = new ArrayList<>();
        for (int i = 0; i < FAKES; i++) {
            made.add(new Message.Alive(invented(record(before, S2), i)));
        }
        for (AgentProcess hearer : ALL.servers()) {
            stranger.say(gossip(hearer), record(before, hearer).instance(), made.toArray(Message[]::new));
        }
        AGENTS.await(
                "they are heard of",
                Agents.SOON,
                () -> assertThat(S1.statusOf("fake-5")).isNotEmpty());
        Patience.throughout("the voters stay and answer", WATCHED, () -> {
            assertThat(ALL.leader().voters()).isEqualTo(ids);
            for (AgentProcess server : ALL.servers()) {
                assertThat(server.why().path("code").asString("")).isEqualTo("READY");
                assertThat(server.catalog()).contains("s1", "s2", "s3");
            }
        });
        AGENTS.await("they are removed by hand", Whole.FOUNDING, () -> {
            for (int i = 0; i < FAKES; i++) {
                S1.put("/v1/agent/force-leave/fake-" + i + "?prune");
            }
            assertThat(S1.catalog()).containsExactly("s1", "s2", "s3");
        });
    }

    private static Message[] lies(PeerRecord of, long incarnation) {
        return new Message[] {
            new Message.Suspect(of.name(), incarnation, new NodeName("s1")),
            new Message.Failed(of.name(), incarnation, new NodeName("s1")),
            new Message.Leave(Message.Phase.LEAVING, of.name(), incarnation, of.instance(), false),
            new Message.Leave(Message.Phase.LEFT, of.name(), incarnation, of.instance(), false),
            new Message.Leave(Message.Phase.FORCED, of.name(), incarnation, of.instance(), true),
            new Message.Alive(renamed(of, of.name(), incarnation)),
            new Message.Alive(renamed(of, new NodeName("evil-" + of.name()), incarnation)),
            new Message.Conflict(of.name(), of.instance()),
            new Message.Conflict(of.name(), of.instance() + 1),
        };
    }

    /** The same ids at an address where nobody listens. */
    private static PeerRecord renamed(PeerRecord of, NodeName name, long incarnation) {
        return new PeerRecord(
                name,
                of.id(),
                name.equals(of.name()) ? of.instance() : of.instance() + 1,
                incarnation,
                endpoint(NOWHERE, 8301),
                of.cluster(),
                of.tags(),
                of.protocols(),
                of.extras());
    }

    private static PeerRecord invented(PeerRecord like, int number) {
        UUID id = UUID.randomUUID();
        boolean member = number % 2 == 0;
        AgentTags tags = new AgentTags(
                "dc1",
                new ServerId(id),
                new Expect(3),
                member ? FoundingState.MEMBER : FoundingState.BLANK,
                1,
                8300,
                8500,
                "0.1.0",
                member,
                null);
        return new PeerRecord(
                new NodeName("fake-" + number),
                new NodeId(id),
                1 + number,
                1,
                endpoint("127.88.8." + (1 + number), 8301),
                member ? like.cluster() : null,
                tags.encode(),
                like.protocols(),
                like.extras());
    }

    private static PeerRecord record(Map<String, PeerRecord> members, AgentProcess of) {
        return Objects.requireNonNull(members.get(of.name()), of + " is not among the members");
    }

    private static List<String> ids() {
        return ALL.servers().stream().map(AgentProcess::serverId).sorted().toList();
    }

    private static Endpoint gossip(AgentProcess agent) {
        return endpoint(agent.place().address(), agent.place().gossip());
    }

    private static Endpoint endpoint(String address, int port) {
        try {
            return new Endpoint(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }
}
