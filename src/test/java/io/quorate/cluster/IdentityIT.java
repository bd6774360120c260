package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.Directly;
import io.quorate.codec.Out;
import io.quorate.kernel.Endpoint;
import io.quorate.operator.PeerRemoval;
import io.quorate.peers.Removal;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot make a server lose its identity, and what must: forged messages, copied folders, lost promises. */
class IdentityIT {
    /** Whoever is said to ask is looked up for 10 s at most. */
    private static final Duration LOOK = Duration.ofSeconds(15);

    private static final Duration ASK = Duration.ofSeconds(5);

    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1");
    private static final AgentProcess S2 = AGENTS.server("s2");
    private static final AgentProcess S3 = AGENTS.server("s3");
    private static final AgentProcess COPY = AGENTS.server("copy");
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
                    "one forged message to each of three members says that its id was replaced; others remove voters, by each"
                            + " way that the server port has, or let a server leave",
            seen = "all three keep their ids, data and votes; the removals are refused, as nobody confirms them")
    void forgedMessagesMakeNobodyGiveUpAnything() throws Exception {
        List<String> voters = ALL.leader().voters();
        List<Path> lostBefore = putAside();
        String ref = SHARED.id();
        try (BoltRpcCaller stranger = new BoltRpcCaller()) {
            for (AgentProcess victim : ALL.servers()) {
                for (AgentProcess pretended : ALL.servers()) {
                    for (int purpose = 2; purpose <= 3; purpose++) {
                        byte[] forged = forged(purpose, pretended, victim.serverId(), ref);
                        stranger.call(port(victim), "founding", forged, ASK).get(ASK.toSeconds(), TimeUnit.SECONDS);
                    }
                }
                for (AgentProcess asked : ALL.servers()) {
                    assertThat(answer(stranger, asked, "ask", asked("peers.leave", leave(victim))))
                            .contains("does not confirm");
                    for (AgentProcess pretended : List.of(S1, asked)) {
                        PeerRemoval.Answer refused = new Directly(stranger)
                                .ask(port(asked), PeerRemoval.REMOVE, request(victim, pretended), LOOK)
                                .get(LOOK.toSeconds() * 2, TimeUnit.SECONDS);
                        assertThat(refused.outcome()).isEqualTo(PeerRemoval.Outcome.REFUSED);
                        assertThat(refused.reason()).contains("does not confirm");
                    }
                    assertThat(answer(stranger, asked, "ask", asked("operator.raft-peer", id(victim))))
                            .contains("does not know the operation");
                }
                assertThat(answer(stranger, victim, "ask", asked("agent.leave", id(victim))))
                        .contains("does not know the operation");
            }
        }
        SHARED.isWhole();
        assertThat(ALL.leader().voters()).isEqualTo(voters);
        for (AgentProcess server : ALL.servers()) {
            assertThat(voters).contains(server.serverId());
        }
        assertThat(putAside()).isEqualTo(lostBefore);
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a copy of a member's directory, started twice under another -node-id beside the original",
            seen = "refused before its raft starts, with the original's name and the next step; the original stays")
    void aCopiedFolderUnderAnotherNodeIdIsRefused() throws IOException {
        AgentProcess original = ALL.followers().get(0);
        copy(original);
        String leader = ALL.leader().leaderAddress();
        COPY.setFlags("-bootstrap-expect=3", SHARED.joins(), "-node-id=" + UUID.randomUUID());
        for (int start = 0; start < 2; start++) {
            COPY.start();
            refused(original);
            COPY.kill();
        }
        forgetTheCopy();
        SHARED.isWhole();
        assertThat(ALL.leader().leaderAddress()).isEqualTo(leader);
        assertThat(ALL.leader().voters()).contains(original.serverId());
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a copy of a member's directory, started with the same node id beside the original",
            seen = "refused before its raft starts, although gossip does not let it in")
    void aCopiedFolderUnderTheSameNodeIdIsRefused() throws IOException {
        AgentProcess original = ALL.followers().get(0);
        copy(original);
        COPY.setFlags("-bootstrap-expect=3", SHARED.joins());
        COPY.start();
        refused(original);
        COPY.kill();
        forgetTheCopy();
        SHARED.isWhole();
    }

    /** It was in gossip: a copy that an operator said has left takes nothing from the original, whose id it bore. */
    private static void forgetTheCopy() {
        AGENTS.await("the copy has left", Agents.SOON, () -> {
            S1.put("/v1/agent/force-leave/copy");
            assertThat(S1.catalog()).doesNotContain("copy");
        });
    }

    /** What servers gave up. */
    private static List<Path> putAside() throws IOException {
        List<Path> all = new ArrayList<>();
        for (AgentProcess server : ALL.servers()) {
            try (Stream<Path> files = Files.list(server.dataFolder())) {
                files.filter(f -> f.getFileName().toString().startsWith("lost-"))
                        .sorted()
                        .forEach(all::add);
            }
        }
        return all;
    }

    private static void refused(AgentProcess original) {
        AGENTS.await("the copy is refused", Agents.SOON, () -> {
            assertThat(COPY.why().path("code").asString("")).isEqualTo("DATA_LOST");
            assertThat(COPY.why().path("message").asString(""))
                    .contains(original.serverId())
                    .contains("already runs as");
            assertThat(COPY.why().path("next_step").asString("")).contains("move its data directory away");
        });
        assertThat(COPY.log()).doesNotContain("raft started");
    }

    @Test
    @Fault(
            line = "A8",
            fault = "raft/meta (term and vote) is deleted while a server is stopped",
            seen = "lost data, named: the server puts the rest aside and comes back under a new id")
    void aServerThatLostItsVoteComesBackAsANewOne() throws IOException {
        AgentProcess hurt = ALL.followers().get(0);
        String before = hurt.serverId();
        hurt.kill();
        Files.delete(hurt.dataFolder().resolve("raft/meta/raft_meta"));
        hurt.start();
        SHARED.isWhole();
        assertThat(hurt.serverId()).isNotEqualTo(before);
        assertThat(hurt.log()).contains("raft/meta/raft_meta is missing");
        assertThat(hurt.dataFolder().resolve("lost-1")).isDirectory();
        assertThat(ALL.leader().voters()).hasSize(3).doesNotContain(before);
    }

    /** Of a server that is stopped for the moment of the copy. */
    private static void copy(AgentProcess original) throws IOException {
        original.kill();
        COPY.wipe();
        Path from = original.dataFolder();
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = COPY.dataFolder().resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        original.start();
        ALL.await(AGENTS);
    }

    private static Endpoint port(AgentProcess agent) throws IOException {
        return new Endpoint(
                InetAddress.getByName(agent.place().address()), agent.place().rpc());
    }

    /** The sender's word, as a member of the victim's cluster that leads it. */
    private static byte[] forged(int purpose, AgentProcess as, String target, String ref) {
        UUID cluster = UUID.fromString(ref);
        return new Out()
                .u8(2)
                .u8(purpose)
                .uuid(UUID.fromString(as.serverId()))
                .text(as.name())
                .text("dc1")
                .count(3, 3)
                .i64(1)
                .u8(4)
                .flag(false)
                .flag(true)
                .uuid(cluster)
                .i32(1)
                .uuid(cluster)
                .flag(true)
                .flag(false)
                .flag(false)
                .uuid(UUID.fromString(target))
                .flag(false)
                .flag(true)
                .uuid(cluster)
                .i32(1)
                .uuid(cluster)
                .bytes();
    }

    private static String answer(BoltRpcCaller stranger, AgentProcess asked, String method, byte[] message)
            throws Exception {
        return new String(
                stranger.call(port(asked), method, message, LOOK).get(LOOK.toSeconds() * 2, TimeUnit.SECONDS),
                StandardCharsets.UTF_8);
    }

    /** An operator's removal, as if that agent passed it on. */
    private static PeerRemoval.Request request(AgentProcess victim, AgentProcess asker) {
        String id = asker.get("/v1/agent/self")
                .expect(200)
                .json()
                .at("/Config/NodeID")
                .asString("");
        return new PeerRemoval.Request(
                new PeerRemoval.Question(PeerRemoval.By.ID, victim.serverId(), Removal.FORCED),
                new PeerRemoval.Asker(asker.name(), id, UUID.randomUUID()));
    }

    /** An operation as if another agent passed it on. */
    private static byte[] asked(String operation, byte[] question) {
        return new Out()
                .u8(1)
                .text(operation)
                .u8(1)
                .i64(0)
                .u8(0)
                .i64(0)
                .i64(0)
                .i64(0)
                .text("")
                .blob(question, 100)
                .bytes();
    }

    private static byte[] id(AgentProcess victim) {
        return victim.serverId().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] leave(AgentProcess victim) {
        return new Out()
                .uuid(UUID.fromString(victim.serverId()))
                .uuid(UUID.randomUUID())
                .bytes();
    }
}
