package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.answer.Said;
import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.Membership;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.EventLoop;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an agent says it waits for, once the servers were asked what they can do. */
class ServerWordsTest {
    private static final List<ServerId> VOTERS = List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3);

    private final FakeRpc rpc = new FakeRpc();
    private final AtomicLong seconds = new AtomicLong();
    private final EventLoop loop = new EventLoop("words");

    @AfterEach
    void close() {
        loop.close();
    }

    private static ServerWord word(ReasonCode code, @Nullable String inability, List<ServerId> voters) {
        return new ServerWord(
                code.name(),
                "the words of " + code,
                "the step of " + code,
                inability,
                Fixtures.CLUSTER.toString(),
                code == ReasonCode.READY ? Fixtures.S1.toString() : null,
                voters.stream().map(ServerId::toString).toList(),
                List.of(),
                41,
                null,
                Map.of(),
                Map.of(),
                Map.of());
    }

    private void says(ServerId server, ServerWord word) {
        rpc.serve(Fixtures.rpc(server), Answers.METHOD, Said.by(Offer.knows(ServerWords.WORD, question -> word)));
    }

    private void says(AgentParts parts) {
        rpc.serve(
                Fixtures.rpc(Fixtures.S1),
                Answers.METHOD,
                Said.by(parts.words().offer(parts, Objects.requireNonNull(parts.server()))));
    }

    private Why asked(AgentParts parts) {
        boolean done = loop.submit(() -> {
                    parts.words().ask(parts, loop);
                    return true;
                })
                .join();
        // What was answered waits behind the question in the loop.
        assertThat(done && loop.submit(() -> true).join()).isTrue();
        return Reason.of(parts);
    }

    private AgentParts ticking(AgentParts parts) {
        return new AgentParts(
                parts.identity(),
                parts.membership(),
                parts.servers(),
                parts.rpc(),
                parts.server(),
                new ServerWords(parts.rpc(), () -> TimeUnit.SECONDS.toNanos(seconds.get())),
                parts.control());
    }

    private Why askedFor20Seconds(AgentParts parts) {
        for (int i = 0; i < 20; i += 5) {
            seconds.addAndGet(5);
            assertThat(asked(parts).isReady()).isFalse();
        }
        return Reason.of(parts);
    }

    private Why client(Member... servers) {
        return asked(Fixtures.client(new FakeMembership(Fixtures.client("c1"), servers), FakeServers.client(), rpc));
    }

    private static Member alive(String name, ServerId id) {
        return Fixtures.server(name, id, null, true);
    }

    private static Member failed(String name, ServerId id) {
        return Fixtures.in(MemberState.FAILED, alive(name, id));
    }

    @Fault(
            line = "D2",
            fault = "two of three servers are gone, as seen by a client",
            seen =
                    "the client says QUORUM_LOST as its server does, names the silent ones, and its next step is to start them")
    @Test
    void aClientWhoseServersLostTheirQuorumSaysSo() {
        says(Fixtures.S1, word(ReasonCode.QUORUM_LOST, null, VOTERS));
        Why why = client(alive("s1", Fixtures.S1), failed("s2", Fixtures.S2), failed("s3", Fixtures.S3));
        assertThat(why.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(why.message()).isEqualTo("1 of 3 voters can take part, 2 are needed: s2 is silent; s3 is silent");
        assertThat(why.nextStep())
                .isEqualTo(
                        "start s2 and s3 again with their data; if they run, mend the network between here and there");
    }

    @Fault(
            line = "D2",
            fault = "one of three servers is gone, and the disk of another has failed while its process answers",
            seen = "client and server say QUORUM_LOST, with what the server says of its disk, and to repair that first")
    @Test
    void aProcessThatAnswersWithAFailedDiskIsNoVoterThatIsHere() {
        says(Fixtures.S1, word(ReasonCode.ELECTION, null, VOTERS));
        says(Fixtures.S2, word(ReasonCode.DISK, "DISK: /data/raft: no space left on device", VOTERS));
        Member s1 = alive("s1", Fixtures.S1);
        Member s2 = alive("s2", Fixtures.S2);
        Why client = client(s1, s2, failed("s3", Fixtures.S3));
        assertThat(client.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(client.message())
                .contains("1 of 3 voters can take part")
                .contains("s2 says DISK: /data/raft: no space left on device")
                .contains("s3 is silent");
        assertThat(client.nextStep())
                .isEqualTo(
                        "repair s2 (the step of DISK); start s3 again with its data; if it runs, mend the network between here"
                                + " and there");

        AgentParts s3 = server(ReasonCode.ELECTION, failed("s1", Fixtures.S1), s2);
        Why server = asked(s3);
        assertThat(server.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(server.message()).contains("s2 says DISK: /data/raft: no space left on device", "s1 is silent");
        assertThat(server.evidence().get(0).server()).isEqualTo("s2");
        assertThat(server.evidence().get(0).state()).isEqualTo(FoundingState.FAILED);
    }

    /** Server s3, whose founding says that s2 answers. */
    private AgentParts server(ReasonCode code, Member... others) {
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, null, VOTERS));
        Fixtures.FakeFounding founding = Fixtures.FakeFounding.member(code);
        Founded.evidenceReachable(founding, code);
        return Fixtures.server(
                new FakeMembership(alive("s3", Fixtures.S3), others), FakeServers.alone(), rpc, founding, consensus);
    }

    /** Founding's own evidence, with s2 reachable. */
    private static final class Founded {
        private static void evidenceReachable(Fixtures.FakeFounding founding, ReasonCode code) {
            var v = founding.view;
            founding.view = new Founding.View(
                    v.self(),
                    v.name(),
                    v.state(),
                    v.cluster(),
                    v.led(),
                    v.charter(),
                    v.voter(),
                    v.expect(),
                    v.founders(),
                    v.starts(),
                    v.known(),
                    v.missing(),
                    new Why(
                            code,
                            "because " + code,
                            "wait",
                            List.of(new Why.Evidence(
                                    "s2",
                                    Fixtures.S2.toString(),
                                    "127.77.0.12:8300",
                                    true,
                                    true,
                                    FoundingState.MEMBER,
                                    Fixtures.CLUSTER.toString(),
                                    3,
                                    null))));
        }
    }

    @Test
    void twoOfThreeThatCanTakePartElect() {
        says(Fixtures.S1, word(ReasonCode.ELECTION, null, VOTERS));
        says(Fixtures.S2, word(ReasonCode.ELECTION, null, VOTERS));
        assertThat(client(alive("s1", Fixtures.S1), alive("s2", Fixtures.S2), failed("s3", Fixtures.S3))
                        .code())
                .isEqualTo(ReasonCode.ELECTION);
        assertThat(asked(server(ReasonCode.ELECTION, failed("s1", Fixtures.S1), alive("s2", Fixtures.S2)))
                        .code())
                .isEqualTo(ReasonCode.ELECTION);
    }

    @Fault(
            line = "D2",
            fault = "a client reaches its servers by gossip, and not at their server port",
            seen = "it is not ready, and names each server with address, port and what became of the connection")
    @Test
    void serversThatCannotBeReachedAtTheirPortAreNamedWithIt() {
        for (ServerId id : VOTERS) {
            rpc.failing(Fixtures.rpc(id), RpcException.Kind.NOT_SENT);
        }
        Member s1 = Fixtures.server("s1", Fixtures.S1, Fixtures.S2, true);
        Member s2 = Fixtures.server("s2", Fixtures.S2, Fixtures.S2, true);
        AgentParts parts =
                ticking(Fixtures.client(new FakeMembership(Fixtures.client("c1"), s1, s2), FakeServers.client(), rpc));
        Why early = asked(parts);
        assertThat(early.code()).isEqualTo(ReasonCode.NO_SERVERS);
        assertThat(early.message())
                .startsWith("no server answers at its server port: s1 at 127.77.0.11:8300 (NOT_SENT)");
        assertThat(early.nextStep()).startsWith("nothing for some seconds").doesNotContain("TCP");
        Why why = askedFor20Seconds(parts);
        assertThat(why.code()).isEqualTo(ReasonCode.NO_SERVERS);
        assertThat(why.message()).contains("s1 at 127.77.0.11:8300 (NOT_SENT)", "s2 at 127.77.0.12:8300");
        assertThat(why.nextStep()).contains("TCP", "(8300)");
        assertThat(why.evidence()).noneMatch(Why.Evidence::reachable);

        rpc.repaired(Fixtures.rpc(Fixtures.S1));
        says(Fixtures.S1, word(ReasonCode.READY, null, VOTERS));
        assertThat(client(s1, s2).code()).as("one is enough").isEqualTo(ReasonCode.READY);
    }

    @Fault(
            line = "D2",
            fault = "servers were killed a moment ago, and gossip still holds them for alive",
            seen = "they do not answer and are to be started again; a firewall is named only after 20 s of that")
    @Test
    void aServerSaysByPortWhichVoterItCannotReach() {
        rpc.failing(Fixtures.rpc(Fixtures.S2), RpcException.Kind.UNKNOWN);
        AgentParts parts = ticking(server(ReasonCode.QUORUM_LOST, failed("s1", Fixtures.S1), alive("s2", Fixtures.S2)));
        Why why = asked(parts);
        assertThat(why.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(why.message()).contains("s2 does not answer at its server port 127.77.0.12:8300 (UNKNOWN)");
        assertThat(why.nextStep()).startsWith("start s1 and s2 again").doesNotContain("TCP");
        why = askedFor20Seconds(parts);
        assertThat(why.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(why.message())
                .contains("s2 is alive in gossip but does not answer at its server port 127.77.0.12:8300");
        assertThat(why.nextStep()).contains("let TCP through to s2 at 127.77.0.12:8300", "start s1 again");
    }

    @Test
    void whatAllServersSayTheClientSays() {
        for (ReasonCode code : List.of(
                ReasonCode.STARTING,
                ReasonCode.WAITING_FOR_ADOPTION,
                ReasonCode.EXPECT_MISMATCH,
                ReasonCode.FOUNDING)) {
            says(Fixtures.S1, word(code, null, List.of()));
            says(Fixtures.S2, word(code, null, List.of()));
            Why why = client(
                    Fixtures.server("s1", Fixtures.S1, null, false), Fixtures.server("s2", Fixtures.S2, null, false));
            assertThat(why.code()).isEqualTo(code);
            assertThat(why.message()).isEqualTo("servers s1, s2: the words of " + code);
            assertThat(why.nextStep()).isEqualTo("the step of " + code);
        }
    }

    @Test
    void aLeaderInTheTagsIsNotBelievedAgainstEveryServersOwnWord() {
        says(Fixtures.S1, word(ReasonCode.QUORUM_LOST, null, VOTERS));
        says(Fixtures.S2, word(ReasonCode.ELECTION, null, VOTERS));
        Member s1 = Fixtures.server("s1", Fixtures.S1, Fixtures.S2, true);
        Member s2 = Fixtures.server("s2", Fixtures.S2, Fixtures.S2, true);
        assertThat(client(s1, s2).isReady()).isFalse();
        says(Fixtures.S2, word(ReasonCode.READY, null, VOTERS));
        assertThat(client(s1, s2).isReady()).isTrue();
    }

    @Fault(
            line = "D5",
            fault = "a server left, and is started again with its old data while the leader still leaves it alone",
            seen =
                    "it says WAITING_FOR_ADOPTION, that the cluster goes on without it, who adds it again, and in how many seconds")
    @Test
    void aServerThatLeftSaysWhoTakesItInAgainAndWhen() {
        ServerWord ready = word(ReasonCode.READY, null, List.of(Fixtures.S1, Fixtures.S2));
        says(
                Fixtures.S1,
                new ServerWord(
                        ready.code(),
                        ready.message(),
                        ready.nextStep(),
                        null,
                        ready.cluster(),
                        ready.leader(),
                        ready.voters(),
                        List.of(),
                        41,
                        null,
                        Map.of(),
                        Map.of(Fixtures.S3.toString(), 42L),
                        Map.of()));
        for (ReasonCode code : List.of(ReasonCode.ELECTION, ReasonCode.QUORUM_LOST, ReasonCode.WAITING_FOR_ADOPTION)) {
            Why why = asked(server(code, alive("s1", Fixtures.S1)));
            assertThat(why.code()).isEqualTo(ReasonCode.WAITING_FOR_ADOPTION);
            assertThat(why.message())
                    .contains("goes on without this server", "its leader, s1, adds this server again in 42 s");
            assertThat(why.nextStep()).startsWith("nothing: it gets the data from s1");
        }
    }

    @Test
    void aServerThatWasRemovedByHandIsNotToldThatItIsTakenInByItself() {
        says(Fixtures.S1, word(ReasonCode.READY, null, List.of(Fixtures.S1, Fixtures.S2)));
        AgentParts removed = server(ReasonCode.WAITING_FOR_ADOPTION, alive("s1", Fixtures.S1));
        AgentParts.ServerParts parts = Objects.requireNonNull(removed.server());
        long starts = parts.founding().view().starts();
        ((FakeConsensus) parts.consensus()).removed = Map.of(Fixtures.S3, starts);
        assertThat(asked(removed).message()).doesNotContain("adds this server again");
        ((FakeConsensus) parts.consensus()).removed = Map.of(Fixtures.S3, starts - 1);
        assertThat(asked(removed).message()).as("started again since").contains("adds this server again");
    }

    @Fault(
            line = "D5",
            fault = "a voter is removed by hand while it is cut off, and is reached again: its own log never says so",
            seen = "it says that it was removed by hand and stays outside until it is started again, as others tell it")
    @Test
    void aServerThatWasRemovedWhileItWasCutOffHearsItFromTheOthers() {
        ServerWord ready = word(ReasonCode.READY, null, List.of(Fixtures.S1, Fixtures.S2));
        AgentParts cutOff = server(ReasonCode.ELECTION, alive("s1", Fixtures.S1));
        long starts = Objects.requireNonNull(cutOff.server()).founding().view().starts();
        says(Fixtures.S1, removing(ready, starts));
        Why why = asked(cutOff);
        assertThat(why.code()).isEqualTo(ReasonCode.WAITING_FOR_ADOPTION);
        assertThat(why.message()).contains("was removed from cluster", "by hand");
        assertThat(why.nextStep()).startsWith("stop it, or start it again");
        says(Fixtures.S1, removing(ready, starts - 1));
        assertThat(asked(cutOff).message()).as("started again since").contains("adds this server again");
    }

    private static ServerWord removing(ServerWord word, long starts) {
        return new ServerWord(
                word.code(),
                word.message(),
                word.nextStep(),
                null,
                word.cluster(),
                word.leader(),
                word.voters(),
                List.of(),
                41,
                null,
                Map.of(),
                Map.of(),
                Map.of(Fixtures.S3.toString(), starts));
    }

    @Fault(
            line = "D2",
            fault = "the network between a follower and the leader alone is cut, the other follower reaches both",
            seen = "it names the leader that the other one follows, and the network between the two")
    @Test
    void aServerThatIsCutOffFromTheLeaderAloneNamesIt() {
        says(Fixtures.S2, word(ReasonCode.READY, null, VOTERS));
        Why why = asked(server(ReasonCode.ELECTION, alive("s1", Fixtures.S1), alive("s2", Fixtures.S2)));
        assertThat(why.code()).isEqualTo(ReasonCode.ELECTION);
        assertThat(why.message()).isEqualTo("s2 follows leader s1, but this server does not hear s1");
        assertThat(why.nextStep()).contains("the network between this server and s1");
    }

    @Test
    void aServersWordSaysWhetherItTakesPartAndSurvivesTheWire() throws Exception {
        AgentParts parts = server(ReasonCode.READY, alive("s1", Fixtures.S1));
        AgentParts.ServerParts server = Objects.requireNonNull(parts.server());
        ((Fixtures.FakeFounding) server.founding()).leaving = Map.of(Fixtures.S2, Duration.ofSeconds(30));
        ServerWord word = ServerWord.of(parts, server);
        assertThat(ServerWord.FORM.of(ServerWord.FORM.bytes(word))).isEqualTo(word);
        assertThat(word.inability()).isNull();
        assertThat(word.voters()).hasSize(3);
        assertThat(word.returnsInS()).containsEntry(Fixtures.S2.toString(), 30L);
        assertThat(ServerWord.of(parts, broken(server)).inability())
                .isEqualTo("DISK: raft stopped on this server because of its disk: input/output error (/data/raft)");
    }

    @Test
    void whatIsNoWordOfAServerIsRefusedBeforeAnythingIsMadeOfIt() throws Exception {
        ServerWord word = word(ReasonCode.READY, null, VOTERS);
        byte[] good = ServerWord.FORM.bytes(word);
        for (int length = 0; length < good.length; length++) {
            refused(Arrays.copyOf(good, length));
        }
        refused(Arrays.copyOf(good, good.length + 1));
        String text = new String(good, StandardCharsets.ISO_8859_1);
        // No id: a voter's, and the leader's.
        refused(text.replace(VOTERS.get(0).toString(), "x".repeat(36)).getBytes(StandardCharsets.ISO_8859_1));
        refused(new Out().blob(new byte[70_000], 70_000).bytes());
        assertThat(ServerWord.FORM.of(good)).isEqualTo(word);
    }

    private static void refused(byte[] bytes) {
        assertThatThrownBy(() -> ServerWord.FORM.of(bytes)).isInstanceOf(MalformedException.class);
    }

    @Test
    void whatALaterVersionSaysBeyondItIsLeftUnread() throws Exception {
        ServerWord word = word(ReasonCode.ELECTION, null, VOTERS);
        byte[] fields = new In(ServerWord.FORM.bytes(word)).blob(65_536);
        byte[] more = Arrays.copyOf(fields, fields.length + 20);
        assertThat(ServerWord.FORM.of(new Out().blob(more, 65_536).bytes())).isEqualTo(word);
    }

    private static AgentParts.ServerParts broken(AgentParts.ServerParts server) {
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(new RaftStatus(
                Fixtures.CLUSTER,
                RaftStatus.Role.ERROR,
                null,
                3,
                1,
                1,
                1,
                1,
                0,
                0,
                VOTERS,
                List.of(),
                -1,
                Map.of(),
                "raft's log: input/output error",
                new RaftStatus.Disk("input/output error", "/data/raft", true, false),
                false));
        return new AgentParts.ServerParts(
                server.founding(), server.leavers(), consensus, server.addresses(), server.electionTimeout());
    }

    @Fault(
            line = "D3",
            fault = "two servers declare different founders",
            seen = "/why says FOUNDERS_MISMATCH, with the list of each")
    @Test
    void listsOfFoundersThatDifferAreShownSideBySide() {
        Fixtures.FakeFounding founding = Fixtures.FakeFounding.blank();
        var v = founding.view;
        founding.view = new Founding.View(
                v.self(),
                v.name(),
                v.state(),
                null,
                false,
                null,
                false,
                new Expect(2),
                List.of(new NodeName("s1"), new NodeName("s2")),
                1,
                1,
                2,
                v.why());
        says(
                Fixtures.S2,
                new ServerWord(
                        "WAITING_FOR_SERVERS",
                        "m",
                        "n",
                        null,
                        null,
                        null,
                        List.of(),
                        List.of("s1", "s3"),
                        0,
                        null,
                        Map.of(),
                        Map.of(),
                        Map.of()));
        AgentParts parts = Fixtures.server(
                new FakeMembership(
                        Fixtures.server("s1", Fixtures.S1, null, false),
                        Fixtures.server("s2", Fixtures.S2, null, false)),
                FakeServers.alone(),
                rpc,
                founding,
                new FakeConsensus());
        Why why = asked(parts);
        assertThat(why.code()).isEqualTo(ReasonCode.FOUNDERS_MISMATCH);
        assertThat(why.message())
                .isEqualTo("servers declare different founders: s1 declares s1, s2; s2 declares s1, s3");
    }

    private static final RaftStatus.Disk HANGS =
            new RaftStatus.Disk("a write has not returned for over 8 seconds", "raft/log", false, true);

    @Fault(
            line = "D2",
            fault = "the disk of a server hangs; raft runs on, and its heartbeats are answered",
            seen = "it tells the others that it takes no part, with DISK and the file")
    @Test
    void aServerWhoseDiskHangsSaysThatItTakesNoPart() {
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, Fixtures.S1, VOTERS));
        AgentParts parts = Fixtures.server(
                Fixtures.everybody("s3", Fixtures.S1),
                FakeServers.alone(),
                rpc,
                Fixtures.FakeFounding.member(ReasonCode.READY),
                consensus);
        AgentParts.ServerParts server = Objects.requireNonNull(parts.server());
        assertThat(ServerWord.of(parts, server).inability()).isNull();
        consensus.become(consensus.status().disk(HANGS));
        assertThat(ServerWord.of(parts, server).inability())
                .startsWith("DISK: the disk of this server does not take what raft writes: a write has not returned");
    }

    @Fault(
            line = "D2",
            fault = "the disks of two of three servers hang, and the third is asked",
            seen = "QUORUM_LOST with the names of both and DISK; nobody is told that it goes on by itself")
    @Test
    void theThirdOfThreeNamesTheTwoWhoseDisksHang() {
        says(Fixtures.S1, word(ReasonCode.DISK, "DISK: its disk hangs", VOTERS));
        says(Fixtures.S2, word(ReasonCode.DISK, "DISK: its disk hangs", VOTERS));
        Why why = asked(server(ReasonCode.ELECTION, alive("s1", Fixtures.S1), alive("s2", Fixtures.S2)));
        assertThat(why.code()).isEqualTo(ReasonCode.QUORUM_LOST);
        assertThat(why.message())
                .contains("1 of 3 voters can take part", "s1 says DISK: its disk hangs; s2 says DISK: its disk hangs");
        assertThat(why.nextStep()).contains("repair s1", "s2").doesNotContain("by itself");
    }

    @Fault(
            line = "D3",
            fault = "two servers are started under one name while a cluster is to be bootstrapped",
            seen = "everybody says NAME_CONFLICT with both addresses: who saw it, the first of the two and the second")
    @Test
    void twoServersOfOneNameAreToldOfByEverybody() {
        Member a = Fixtures.server("s1", Fixtures.S1, null, false);
        Member b = Fixtures.server("s2", Fixtures.S2, null, false);
        FakeMembership ofA = new FakeMembership(a, b);
        AgentParts partsOfA = blank(ofA, "s1", Fixtures.S1);
        says(partsOfA);
        partsOfA.words().start(partsOfA, loop);
        assertThat(Reason.of(partsOfA).code()).isEqualTo(ReasonCode.WAITING_FOR_SERVERS);
        ofA.tell(new MemberEvent.Conflict(b, FakeServers.endpoint("127.77.0.99", 8301)));
        Why seen = Reason.of(partsOfA);
        assertThat(seen.code()).isEqualTo(ReasonCode.NAME_CONFLICT);
        assertThat(seen.message()).contains("node name s2", "127.77.0.12:8301", "127.77.0.99:8301");
        assertThat(seen.nextStep()).contains("another name (-node)");

        Why first = asked(blank(new FakeMembership(b, a), "s2", Fixtures.S2));
        assertThat(first.code()).isEqualTo(ReasonCode.NAME_CONFLICT);
        assertThat(first.message()).contains("s1 says: ", "127.77.0.12:8301", "127.77.0.99:8301");

        FakeMembership ofSecond = new FakeMembership(b, a);
        ofSecond.trouble = new Membership.Trouble(Membership.Trouble.Kind.NAME_CONFLICT, "s2 is taken", "rename");
        Why second = asked(blank(ofSecond, "s2", Fixtures.S2));
        assertThat(second.code()).isEqualTo(ReasonCode.NAME_CONFLICT);
        assertThat(second.message()).contains("s2 is taken; s1 says: ", "127.77.0.12:8301", "127.77.0.99:8301");
    }

    /** A server that waits for others to found a cluster with. */
    private AgentParts blank(FakeMembership membership, String name, ServerId id) {
        Founding.View v = Fixtures.FakeFounding.blank().view();
        Fixtures.FakeFounding founding = new Fixtures.FakeFounding(new Founding.View(
                id,
                new NodeName(name),
                v.state(),
                null,
                false,
                null,
                false,
                new Expect(3),
                List.of(),
                1,
                2,
                1,
                v.why()));
        return Fixtures.server(membership, FakeServers.alone(), rpc, founding, new FakeConsensus());
    }

    @Test
    void whoCannotBeReachedIsNamedOnce() {
        String at = "127.77.0.12:8300";
        rpc.failing(
                Fixtures.rpc(Fixtures.S2),
                new RpcException(RpcException.Kind.NOT_SENT, "ask at " + at + ": cannot connect to " + at));
        assertThat(asked(server(ReasonCode.QUORUM_LOST, failed("s1", Fixtures.S1), alive("s2", Fixtures.S2)))
                        .message())
                .contains("s2 does not answer at its server port " + at + " (cannot connect)");
    }

    @Fault(
            line = "A9",
            fault = "the data directory of a server is put back from an old backup",
            seen = "who saw it before says so beside its own reason, and so does that server once it has asked")
    @Test
    void aServerThatCameBackOnOlderDataIsToldOf() {
        FakeMembership ofA = new FakeMembership(alive("s1", Fixtures.S1), started(5));
        AgentParts partsOfA = ready(ofA, "s1", Fixtures.S1);
        partsOfA.words().start(partsOfA, loop);
        assertThat(Reason.shown(partsOfA).message()).doesNotContain("older data");
        ofA.tell(new MemberEvent.Updated(started(6)));
        assertThat(Reason.shown(partsOfA).message()).doesNotContain("older data");

        ofA.tell(new MemberEvent.Joined(started(3)));
        Why seen = Reason.shown(partsOfA);
        assertThat(seen.code()).isEqualTo(ReasonCode.READY);
        assertThat(seen.message()).contains("server s2 runs on older data: it counts 3 starts", "had counted 6");
        assertThat(seen.nextStep())
                .isEqualTo(
                        "one server at a time, and only while the others have a majority: stop the server on older data and"
                                + " move its data directory away: it rejoins as a new server and gets everything from the others");

        says(partsOfA);
        AgentParts itself = ready(new FakeMembership(started(3), alive("s1", Fixtures.S1)), "s2", Fixtures.S2);
        assertThat(asked(itself).isReady()).isTrue();
        assertThat(Reason.shown(itself).message()).contains("server s2 runs on older data");

        ofA.tell(new MemberEvent.Failed(Fixtures.in(MemberState.FAILED, started(3))));
        assertThat(Reason.shown(partsOfA).message()).as("while it is away").doesNotContain("older data");
        ofA.tell(new MemberEvent.Joined(started(5)));
        assertThat(Reason.shown(partsOfA).message()).contains("counts 5 starts", "had counted 6");
        ofA.tell(new MemberEvent.Joined(alive("s2", Fixtures.S3)));
        assertThat(Reason.shown(partsOfA).message())
                .as("under its new id it is another server")
                .doesNotContain("older data");
    }

    private static Member started(long starts) {
        Member s2 = alive("s2", Fixtures.S2);
        SortedMap<String, String> tags = new TreeMap<>(s2.tags());
        tags.put("starts", Long.toString(starts));
        return new Member(
                s2.name(),
                s2.id(),
                s2.instance(),
                s2.incarnation(),
                s2.address(),
                s2.cluster(),
                tags,
                s2.state(),
                s2.since());
    }

    private AgentParts ready(FakeMembership membership, String name, ServerId id) {
        Founding.View v = Fixtures.FakeFounding.member(ReasonCode.READY).view();
        Fixtures.FakeFounding founding = new Fixtures.FakeFounding(new Founding.View(
                id,
                new NodeName(name),
                v.state(),
                v.cluster(),
                true,
                null,
                true,
                new Expect(3),
                List.of(),
                1,
                3,
                0,
                v.why()));
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, Fixtures.S1, VOTERS));
        return Fixtures.server(membership, FakeServers.alone(), rpc, founding, consensus);
    }
}
